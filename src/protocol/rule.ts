import { z } from './zod.ts';

/** What a rule does with what it matches: lets it run, has a person asked, or refuses it. */
export const RuleDecision = z.enum(['allow', 'prompt', 'forbidden']);
export type RuleDecision = z.infer<typeof RuleDecision>;

/** Where a rule stands. `user` and `managed` rules hold everywhere, those of a `project` only where it is trusted. */
export const RuleOrigin = z.object({
  layer: z.enum(['managed', 'user', 'project']),
  file: z.string(),
  line: z.int().min(1),
  column: z.int().min(1),
});
export type RuleOrigin = z.infer<typeof RuleOrigin>;

/** A command by the words it begins with; a list in place of a word stands for any one of its words. */
export const PrefixRule = z.object({
  pattern: z.array(z.union([z.string(), z.array(z.string()).min(1)])).min(1),
  decision: RuleDecision,
  justification: z.string().optional(),
  /** On an `allow` only: runs without a wall. */
  sandbox: z.literal('none').optional(),
  /** Counts only for a command in this folder or below it. */
  cwd: z.string().optional(),
  /** Counts only for a command that has these variables set in front of it; `*` as the value stands for any. */
  env: z.record(z.string(), z.string()).optional(),
  /** Counts only when each of these is among the words behind the pattern. */
  contains: z.array(z.string()).optional(),
  origin: RuleOrigin,
});
export type PrefixRule = z.infer<typeof PrefixRule>;

export const NetworkRule = z.object({
  host: z.string(),
  protocol: z.enum(['http', 'https', 'socks5_tcp', 'socks5_udp']),
  decision: z.enum(['allow', 'prompt', 'deny']),
  justification: z.string().optional(),
  origin: RuleOrigin,
});
export type NetworkRule = z.infer<typeof NetworkRule>;

/** The files that count as a program's own when a command names it by its whole path. */
export const HostExecutable = z.object({ name: z.string(), paths: z.array(z.string()), origin: RuleOrigin });
export type HostExecutable = z.infer<typeof HostExecutable>;

/** All rules in force, of all files; the strictest that matches wins. */
export const RuleSet = z.object({
  prefix: z.array(PrefixRule).default([]),
  network: z.array(NetworkRule).default([]),
  hostExecutables: z.array(HostExecutable).default([]),
});
export type RuleSet = z.infer<typeof RuleSet>;
