import { ApprovalId, SessionId } from './ids.ts';
import { RiskLevel } from './risk.ts';
import { z } from './zod.ts';

/** A session in one line of a list: what a person sees of it without opening it. A fold over its events. */
export const SessionHead = z.object({
  sessionId: SessionId,
  title: z.string(),
  /** `exec`, `demo`, `page` …: what opened it. */
  origin: z.string(),
  agentName: z.string(),
  workspace: z.string(),
  /** What runs in it has a terminal. */
  hasTerminal: z.boolean().optional(),
  state: z.enum(['open', 'closed', 'lost']),
  /** New runs wait until a person lets the session go on. */
  isPaused: z.boolean(),
  /** A script of it is running. */
  isWorking: z.boolean(),
  openedAt: z.int(),
  closedAt: z.int().optional(),
  /** Of its last event. */
  lastAt: z.int(),
  sandboxMode: z.string(),
  /** `untrusted`, `on-request`, `never`, `granular`. */
  approvalPolicy: z.string(),
  /** What ran last, at most 200 characters. */
  activity: z.string(),
  /** How its last script ended: `ok` status 0, `failed` another, `stopped` by a person or a signal. */
  outcome: z.enum(['none', 'ok', 'failed', 'stopped']),
  openApprovals: z.int().min(0),
  /** The worst of the open questions; `null` where none of them is assessed; absent where none is open. */
  openRisk: z.object({ score: z.int(), level: RiskLevel }).nullable().optional(),
  /** `seq` of its last event: how many there are. */
  lastSeq: z.int().min(0),
});
export type SessionHead = z.infer<typeof SessionHead>;

/** What came of a question. */
export const SettledApproval = z.object({
  approvalId: ApprovalId,
  sessionId: SessionId,
  outcome: z.enum(['allowed', 'rejected', 'edited', 'withdrawn', 'expired']),
  /** Who answered, or why it was withdrawn. */
  by: z.string().optional(),
  scope: z.string().optional(),
  feedback: z.string().optional(),
  /** Where the text was edited: what took its place, perhaps cut. */
  editedText: z.string().optional(),
  settledAt: z.int(),
});
export type SettledApproval = z.infer<typeof SettledApproval>;
