import { randomUUID } from 'node:crypto';
import type { EngineClient } from '../client/index.ts';
import type {
  AnswerResult,
  Approval,
  ApprovalAnswer,
  ApprovalId,
  Event,
  EventOf,
  SessionId,
} from '../protocol/index.ts';

/** Who hears of questions: each is asked once and settled once. */
export interface ApprovalListener {
  onAsked(approval: Approval): void;
  /** `how` is a phrase such as `rejected by cli`. */
  onSettled(approvalId: ApprovalId, how: string): void;
  onEvent?(event: Event): void;
}

/**
 * Follows the questions of all sessions, those that are open already first. What a slow connection missed is made up
 * for by looking at the list again. With `mayAnswer` sessions wait for this client although they have no terminal.
 */
export async function followApprovals(
  client: EngineClient,
  listener: ApprovalListener,
  options: { readonly mayAnswer: boolean },
): Promise<void> {
  const open = new Map<ApprovalId, Approval>();
  const add = (approval: Approval): void => {
    if (open.has(approval.approvalId)) return;
    open.set(approval.approvalId, approval);
    listener.onAsked(approval);
  };
  const settle = (approvalId: ApprovalId, how: string): void => {
    if (open.delete(approvalId)) listener.onSettled(approvalId, how);
  };
  const lookAgain = async (): Promise<void> => {
    const { approvals } = await client.call('approval/list', {});
    const ids = new Set(approvals.map((approval) => approval.approvalId));
    for (const approvalId of [...open.keys()])
      if (!ids.has(approvalId)) settle(approvalId, 'settled elsewhere');
    approvals.forEach(add);
  };
  const approvals = await client.subscribe(options, {
    onEvent: (event) => {
      takeEvent(event, { add, settle });
      listener.onEvent?.(event);
    },
    onCut: () => {
      // a connection that ends meanwhile is somebody else's news
      lookAgain().catch(() => {});
    },
  });
  approvals.forEach(add);
}

interface FeedSink {
  add(approval: Approval): void;
  settle(approvalId: ApprovalId, how: string): void;
}

function takeEvent(event: Event, { add, settle }: FeedSink): void {
  switch (event.type) {
    case 'approval/asked': {
      const { seq: _seq, at: _at, type: _type, ...approval } = event;
      add(approval);
      break;
    }
    case 'approval/answered': {
      settle(event.approvalId, describeAnswer(event));
      break;
    }
    case 'approval/withdrawn':
      settle(event.approvalId, `withdrawn: ${event.reason}`);
      break;
    case 'approval/expired':
      settle(event.approvalId, 'expired: nobody answered in time');
      break;
    default:
  }
}

function describeAnswer({ outcome, scope, by, feedback }: EventOf<'approval/answered'>): string {
  if (by === 'rule') return `${outcome} by a rule${feedback === undefined ? '' : `: ${feedback}`}`;
  return `${outcome}${scope === undefined ? '' : ` (${scope})`} by ${by}`;
}

/** Answers as the person at this terminal. */
export function answerFromTerminal(
  client: EngineClient,
  approval: Approval,
  answer: ApprovalAnswer,
): Promise<AnswerResult> {
  return client.call('approval/answer', {
    approvalId: approval.approvalId,
    digest: approval.digest,
    requestKey: randomUUID(),
    by: `terminal:${process.pid}`,
    answer,
  });
}

/** Only the questions of one session; until it is known, they wait. */
export function filterSession(
  listener: ApprovalListener,
): ApprovalListener & { setSession(id: SessionId): void } {
  let sessionId: SessionId | undefined;
  const early: Approval[] = [];
  const mine = new Set<ApprovalId>();
  const pass = (approval: Approval): void => {
    if (approval.sessionId !== sessionId) return;
    mine.add(approval.approvalId);
    listener.onAsked(approval);
  };
  return {
    onAsked: (approval) => {
      if (sessionId === undefined) early.push(approval);
      else pass(approval);
    },
    onSettled: (approvalId, how) => {
      const index = early.findIndex((approval) => approval.approvalId === approvalId);
      if (index !== -1) early.splice(index, 1);
      if (mine.delete(approvalId)) listener.onSettled(approvalId, how);
    },
    setSession: (id) => {
      sessionId = id;
      for (const approval of early.splice(0)) pass(approval);
    },
  };
}
