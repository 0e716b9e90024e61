import { StepId } from './ids.ts';
import { RunOutcome, StepForm } from './step.ts';
import { z } from './zod.ts';

/** A step of the script that a question belongs to, as its card lists them. */
export const ScriptStep = z.object({
  stepId: StepId,
  text: z.string(),
  form: StepForm,
  /** What joins it to the next one as written: `&&`, `||`, `|`, `;`, `&`; empty at the end of a line. */
  operator: z.string(),
  /** `here` is the one that is asked about; `done` has run; `running`; `later` has not been reached. */
  state: z.enum(['here', 'done', 'running', 'later']),
  outcome: RunOutcome.optional(),
  exitCode: z.int().optional(),
  durationMs: z.int().optional(),
});
export type ScriptStep = z.infer<typeof ScriptStep>;

/** One thing that a run is known to touch, and whether what is enforced covers it already. */
export const Effect = z.object({
  kind: z.enum(['deletes', 'writes', 'reads', 'runs', 'network', 'secrets', 'socket']),
  /** A path, a host, a name; absent: nothing of this kind. */
  what: z.string().optional(),
  /** `218 files, 41 MB`, `not in git` … */
  detail: z.string().optional(),
  place: z.enum(['inside', 'outside', 'protected', 'unknown']).optional(),
});
export type Effect = z.infer<typeof Effect>;

/** What a card shows beside the question itself. */
export const ApprovalContext = z.object({
  /** One plain sentence: `Run a command that deletes a folder`. */
  sentence: z.string(),
  sessionTitle: z.string(),
  agentName: z.string(),
  /** Which script of the session, from 1. */
  turn: z.int().min(0),
  /** Around the step that is asked about, at most 40; the others are counted. */
  steps: z.array(ScriptStep),
  stepsBefore: z.int().min(0),
  stepsAfter: z.int().min(0),
  stepNumber: z.int().min(0),
  stepCount: z.int().min(0),
  effects: z.array(Effect),
  /** What happens when the person says no. */
  ifRejected: z.string(),
  /** What the agent gave as its reason, where it gave one. */
  agentSays: z.string().optional(),
  /** What this question cannot promise, as sentences. */
  notices: z.array(z.string()),
});
export type ApprovalContext = z.infer<typeof ApprovalContext>;
