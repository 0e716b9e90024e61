import {
  ApprovalAnswered,
  ApprovalAsked,
  ApprovalExpired,
  ApprovalWithdrawn,
  GrantAdded,
  GrantEnded,
} from './event-approval.ts';
import { NetworkJudged } from './event-network.ts';
import { ReviewFinished, ReviewStarted } from './event-review.ts';
import {
  ConfigSnapshotTaken,
  MessageAdded,
  SessionClosed,
  SessionLost,
  SessionOpened,
  SessionPaused,
  SessionResumed,
  TurnEnded,
  TurnStarted,
} from './event-session.ts';
import {
  EditApplied,
  EditProposed,
  StepFinished,
  StepJudged,
  StepProposed,
  StepStarted,
  WallDenied,
} from './event-step.ts';
import { RunId, SessionId } from './ids.ts';
import { z } from './zod.ts';

/** What happened, before the journal gives it a number, a time and a session. */
export const EventBody = z.discriminatedUnion('type', [
  SessionOpened,
  SessionClosed,
  SessionLost,
  SessionPaused,
  SessionResumed,
  ConfigSnapshotTaken,
  TurnStarted,
  TurnEnded,
  MessageAdded,
  StepProposed,
  StepJudged,
  StepStarted,
  StepFinished,
  EditProposed,
  EditApplied,
  WallDenied,
  ApprovalAsked,
  ApprovalAnswered,
  ApprovalWithdrawn,
  ApprovalExpired,
  GrantAdded,
  GrantEnded,
  ReviewStarted,
  ReviewFinished,
  NetworkJudged,
]);
export type EventBody = z.infer<typeof EventBody>;
export type EventType = EventBody['type'];

/** `seq` starts at 1 and has no gaps within a session; `at` is epoch ms. */
export const EventHead = z.object({ seq: z.int().min(1), at: z.int(), sessionId: SessionId });
export const Event = z.intersection(EventHead, EventBody);
export type Event = z.infer<typeof EventHead> & EventBody;
/** The events of one type. */
export type EventOf<T extends EventType> = z.infer<typeof EventHead> & Extract<EventBody, { type: T }>;

/** A line beside the events: droppable, without a number. */
export const OutputNotice = z.object({
  type: z.literal('output'),
  sessionId: SessionId,
  runId: RunId,
  stream: z.enum(['stdout', 'stderr']),
  /** Bytes of this stream, masked, before this piece. */
  offset: z.int().min(0),
  text: z.string(),
});
export type OutputNotice = z.infer<typeof OutputNotice>;
