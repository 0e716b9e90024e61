import { ApprovalId, GrantId, RunId, StepId } from './ids.ts';
import { RiskLevel } from './risk.ts';
import { z } from './zod.ts';

/**
 * What a row of the timeline is about. A `turn` is one script given to the session; a `command` is one run of a step,
 * with the question about it, where there was one; a `tool` is a call of a tool that an agent asked about; an `approval` is a further question of a run, or one of no run; an
 * `output` closes a turn with the end of what it printed; a `note` is about the session itself.
 */
export const RowKind = z.enum([
  'turn',
  'message',
  'command',
  'approval',
  'grant',
  'edit',
  'network',
  'tool',
  'denial',
  'review',
  'output',
  'note',
]);
export type RowKind = z.infer<typeof RowKind>;

export const RowOutcome = z.enum([
  /** Nothing can come of it: a message, a note. */
  'none',
  'waiting',
  'running',
  /** It ran and ended; see `exitCode` and `signal`. */
  'ran',
  'allowed',
  'rejected',
  'refused',
  'blocked',
  'expired',
  'withdrawn',
  'edited',
  'cancelled',
  'lost',
  'skipped',
  /** A grant that does not hold any more. */
  'ended',
  'review-failed',
]);
export type RowOutcome = z.infer<typeof RowOutcome>;

/** The end of what a script printed, as text of at most three lines of 400 characters. */
export const OutputTail = z.object({
  lines: z.array(z.string()).max(3),
  /** Of what is stored. */
  moreLines: z.int().min(0),
  /** A part of the output was not stored, so that there were more lines than are counted. */
  isCapped: z.boolean().optional(),
});
export type OutputTail = z.infer<typeof OutputTail>;

/** One row: a fold over the events about one thing. Texts are as strangers wrote them: show them with care. */
export const TimelineRow = z.object({
  /** Place in the session, from 0; never changes. */
  index: z.int().min(0),
  /** Stays the same while the row changes. */
  rowId: z.string(),
  /** Of the last event that changed it. */
  changedSeq: z.int().min(1),
  at: z.int(),
  kind: RowKind,
  /** At most 500 characters; `isCut` when there is more. */
  text: z.string(),
  isCut: z.boolean(),
  /** Said beside the text, in less weight: why, by whom. */
  note: z.string().optional(),
  outcome: RowOutcome,
  exitCode: z.int().optional(),
  signal: z.string().optional(),
  /** Of an answer or a grant. */
  scope: z.string().optional(),
  /** Who answered. */
  by: z.string().optional(),
  feedback: z.string().optional(),
  stepId: StepId.optional(),
  runId: RunId.optional(),
  approvalId: ApprovalId.optional(),
  grantId: GrantId.optional(),
  /** Absent: risk has no meaning here. `null`: not assessed. */
  risk: z.object({ score: z.int(), level: RiskLevel }).nullable().optional(),
  startedAt: z.int().optional(),
  endedAt: z.int().optional(),
  tail: OutputTail.optional(),
});
export type TimelineRow = z.infer<typeof TimelineRow>;

/** Which rows are wanted; all conditions must hold. Empty: every row. */
export const RowFilter = z.strictObject({
  kinds: z.array(RowKind).optional(),
  outcomes: z.array(RowOutcome).optional(),
  /** Rows with a question, settled or not. */
  hasApproval: z.boolean().optional(),
  minRisk: z.int().min(0).max(10).optional(),
  /** Each must occur in text, note or an id of the row; case does not count. */
  words: z.array(z.string().max(200)).max(20).optional(),
});
export type RowFilter = z.infer<typeof RowFilter>;

/** How many rows the chips of the filter bar would show. */
export const RowCounts = z.object({
  all: z.int(),
  commands: z.int(),
  files: z.int(),
  network: z.int(),
  approvals: z.int(),
});
export type RowCounts = z.infer<typeof RowCounts>;

/** A stretch of the minimap: the most telling thing in it. */
export const MapMark = z.enum(['none', 'row', 'allowed', 'rejected', 'blocked', 'waiting']);
export type MapMark = z.infer<typeof MapMark>;
