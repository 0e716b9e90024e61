import { AccessGrant } from './grant.ts';
import { StepId, TurnId } from './ids.ts';
import { Risk } from './risk.ts';
import { z } from './zod.ts';

/** What a step asks for; `script` is the parent of all steps of one script. */
export const StepKind = z.enum([
  'script',
  'command',
  'edit',
  'network',
  'mcp',
  'permissions',
  'skill',
  'agent',
]);
export type StepKind = z.infer<typeof StepKind>;

/**
 * What the shell does for a command step. `program` starts a program (the kernel gate can hold it); `builtin`,
 * `assignment` and `redirection` (of a compound command) happen inside the shell; `opaque` cannot be understood.
 */
export const StepForm = z.enum(['program', 'builtin', 'assignment', 'redirection', 'opaque']);
export type StepForm = z.infer<typeof StepForm>;

/** A word of a command: its source text, and its value when the shell can make nothing else of it. */
export const Word = z.object({ text: z.string(), value: z.string().optional() });
export type Word = z.infer<typeof Word>;

export const Redirect = z.object({
  /** As written: `>`, `>>`, `<`, `&>`, `<<`, `<<<`, `>&` … */
  operator: z.string(),
  fd: z.int().optional(),
  target: Word,
  /** `write` changes a file, `read` reads one, `none` does neither (`2>&1`, `> /dev/null`, here-documents). */
  effect: z.enum(['write', 'read', 'none']),
});
export type Redirect = z.infer<typeof Redirect>;

/** Offsets are UTF-16 code units into the script. */
export const SourceRange = z.object({ start: z.int().min(0), end: z.int().min(0) });
export type SourceRange = z.infer<typeof SourceRange>;

/** Where in the script's structure a step stands. */
export const StepContext = z.object({
  /** Members of one pipeline share the number; absent outside pipelines. */
  pipeline: z.int().optional(),
  isInLoop: z.boolean(),
  isConditional: z.boolean(),
  isBackground: z.boolean(),
  isInSubshell: z.boolean(),
  isInSubstitution: z.boolean(),
  functionName: z.string().optional(),
});
export type StepContext = z.infer<typeof StepContext>;

/** A simple command of a script with its wrappers opened, before it has an id. */
export const StepDraft = z.object({
  /** Position in shell order, from 0. */
  index: z.int().min(0),
  form: StepForm,
  /** What is asked about: the innermost command with its redirections, as written. */
  text: z.string(),
  /** The words of the innermost command, without assignments and redirections. */
  words: z.array(Word),
  /** All words when every one is literal. */
  argv: z.array(z.string()).optional(),
  assignments: z.array(z.object({ name: z.string(), value: Word })),
  redirects: z.array(Redirect),
  /** The launchers that were opened to reach it, outermost first, e.g. `env FOO=1`, `timeout 5`. */
  wrappers: z.array(z.string()),
  /** The whole command as it stands in the script, wrappers and redirections included; for rewriting. */
  source: SourceRange,
  context: StepContext,
  /** Why it cannot be understood; only with form `opaque`. */
  opaque: z.string().optional(),
});
export type StepDraft = z.infer<typeof StepDraft>;

export const Step = StepDraft.extend({
  stepId: StepId,
  turnId: TurnId,
  parentId: StepId.optional(),
  kind: StepKind,
  cwd: z.string(),
  agentName: z.string(),
  /** True when the kernel saw a program that the split did not foresee. */
  isUnforeseen: z.boolean(),
});
export type Step = z.infer<typeof Step>;

export const Verdict = z.enum(['allow', 'ask', 'refuse']);
export type Verdict = z.infer<typeof Verdict>;

export const StepCategory = z.enum([
  'harmless',
  'inside',
  'risk',
  'outside',
  'blocked',
  'more-access',
  'rule',
  'edit',
  'mcp',
  'skill',
  'agent',
  'opaque',
  'grant',
  'launcher',
]);
export type StepCategory = z.infer<typeof StepCategory>;

/** A reason as a sentence, with a stable code for programs. */
export const Reason = z.object({ code: z.string(), text: z.string() });
export type Reason = z.infer<typeof Reason>;

/** What is known of a path that a step names. `null` and `unknown` mean: could not be found out, judge strictly. */
export const PathFact = z.object({
  /** As written in the command. */
  text: z.string(),
  use: z.enum(['read', 'write', 'delete', 'execute']),
  /** Absolute path with every symbolic link resolved, whole also when it, or folders above it, are missing. */
  real: z.string().nullable(),
  kind: z.enum(['file', 'dir', 'device', 'other', 'missing', 'unknown']),
  sizeBytes: z.int().optional(),
  /** For a missing path: the nearest folder above it that exists, real. */
  existingParent: z.string().optional(),
  /** Of what would be changed: the git folder that it is part of, of a linked worktree the shared one. */
  repository: z.string().optional(),
  /** What git says of it, where git was asked. */
  git: z.enum(['tracked', 'modified', 'ignored', 'untracked', 'none', 'unknown']).optional(),
});
export type PathFact = z.infer<typeof PathFact>;

/** What the engine found out about a step before it was judged. Bounded; stored with the judgement. */
export const Facts = z.object({
  at: z.int(),
  cwd: z.string(),
  home: z.string(),
  /** The program file that would run; absent for builtins, `null` when none was found. */
  program: z.string().nullable().optional(),
  /** Of a held program: where its file really lies, without links; `null` when that cannot be found out. */
  realProgram: z.string().nullable().optional(),
  /** Of a held script: the words of its first line, from the interpreter on. */
  interpreter: z.array(z.string()).max(16).optional(),
  /** Real paths below folders of skills that the program, or a script among its first words, lies at. */
  skillFiles: z.array(z.string()).max(16).optional(),
  paths: z.array(PathFact).max(64),
  /** More paths were named than are listed. */
  isTruncated: z.boolean(),
  /** The program is held by the kernel: argv and program are what will really run. */
  isHeld: z.boolean(),
  /** Threads of the asking process when held; above one, what is shown could be swapped before it runs. */
  threads: z.int().optional(),
  /** Another process that runs works on the memory of the asking one. */
  shared: z.boolean().optional(),
  /** A debugger in the sandbox follows the asking process. */
  traced: z.boolean().optional(),
  /**
   * Variables that can make a held program run other code and that neither the launch nor its own words set; `null`: the
   * launch set it, and it was taken away.
   */
  variables: z
    .array(z.object({ name: z.string(), value: z.string().nullable() }))
    .max(32)
    .optional(),
  /** There are more than are listed, or they could not all be read. */
  variablesCut: z.boolean().optional(),
  /** Its launch has no wall, because rules with `sandbox="none"` allow each command of it. */
  isUnwalled: z.boolean().optional(),
  /** Why its launch stays behind the wall, where there are rules with `sandbox="none"`; the end of a sentence. */
  whyWalled: z.string().max(1000).optional(),
});
export type Facts = z.infer<typeof Facts>;

export const Judgement = z.object({
  verdict: Verdict,
  category: StepCategory,
  reasons: z.array(Reason),
  risk: Risk.nullable(),
  /** The least access that would let the step do what it is known to need. */
  grant: AccessGrant.optional(),
});
export type Judgement = z.infer<typeof Judgement>;

/** What was really enforced around a run. */
export const EnforcedAccess = z.object({
  wall: z.enum(['bubblewrap', 'seatbelt', 'appcontainer', 'none']),
  /** `kernel`: programs are held; `shell`: only the rewritten script asks; `none`: nothing asks. */
  gate: z.enum(['kernel', 'shell', 'none']),
  write: z.array(z.string()),
  readOnly: z.array(z.string()),
  masked: z.array(z.string()),
  /** `asked`: hosts are reached through the proxy, those on no list after a question. */
  network: z.enum(['off', 'asked', 'on']),
  /** Promises that this machine could not keep, as sentences. */
  notices: z.array(z.string()),
});
export type EnforcedAccess = z.infer<typeof EnforcedAccess>;

export const RunOutcome = z.enum([
  'ran',
  'refused',
  'rejected',
  'expired',
  'withdrawn',
  'cancelled',
  'lost',
  'skipped',
]);
export type RunOutcome = z.infer<typeof RunOutcome>;
