import { ApprovalId, GrantId, RunId, SessionId, StepId, TurnId } from './ids.ts';
import { z } from './zod.ts';

export const HostPort = z.object({ host: z.string(), port: z.int().min(1).max(65535).optional() });
export type HostPort = z.infer<typeof HostPort>;

/** What a grant opens in the wall. Paths are absolute and real. */
export const AccessGrant = z.object({
  read: z.array(z.string()),
  write: z.array(z.string()),
  hosts: z.array(HostPort),
  sockets: z.array(z.string()),
});
export type AccessGrant = z.infer<typeof AccessGrant>;

export const GrantScope = z.enum(['once', 'step', 'turn', 'session', 'until', 'always']);
export type GrantScope = z.infer<typeof GrantScope>;

export const CommandMatch = z.object({
  match: z.enum(['exact', 'prefix']),
  argv: z.array(z.string()),
  cwd: z.string(),
  /** The words are server, tool and arguments of a call of a tool, never those of a program. */
  of: z.literal('mcp').optional(),
});
export type CommandMatch = z.infer<typeof CommandMatch>;

export const Grant = z.object({
  grantId: GrantId,
  /** The session it holds in; `user` holds in every session. */
  holder: z.union([SessionId, z.literal('user')]),
  kind: z.enum(['command', 'access']),
  command: CommandMatch.optional(),
  access: AccessGrant.optional(),
  scope: GrantScope,
  stepId: StepId.optional(),
  runId: RunId.optional(),
  turnId: TurnId.optional(),
  untilMs: z.int().optional(),
  uses: z.int().min(0),
  lastUsedAt: z.int().optional(),
  /** True: what it fits is refused without a question, because a person rejected it for the session. */
  refuses: z.boolean().optional(),
  /** What was asked about, as it was shown. */
  why: z.string().optional(),
  /** When it was given, epoch ms. */
  givenAt: z.int().optional(),
  /** In lists: what opens or answers all of this already, another grant by its id or `configuration`. */
  coveredBy: z.string().optional(),
  /** The question that it answers. */
  source: z.object({ approvalId: ApprovalId, by: z.string() }),
});
export type Grant = z.infer<typeof Grant>;
