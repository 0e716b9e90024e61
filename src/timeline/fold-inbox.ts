import type { Approval, ApprovalId, Event } from '../protocol/index.ts';

/** The questions that wait for a person, over all sessions whose events were folded. */
export interface Inbox {
  /** In the order they were asked. */
  readonly open: readonly Approval[];
}

export const EMPTY_INBOX: Inbox = { open: [] };

function remove(inbox: Inbox, isGone: (approval: Approval) => boolean): Inbox {
  const open = inbox.open.filter((approval) => !isGone(approval));
  return open.length === inbox.open.length ? inbox : { open };
}

function removeById(inbox: Inbox, approvalId: ApprovalId): Inbox {
  return remove(inbox, (approval) => approval.approvalId === approvalId);
}

/** The inbox after one more event; the same object when nothing in it changed. */
export function foldInbox(inbox: Inbox, event: Event): Inbox {
  switch (event.type) {
    case 'approval/asked': {
      const { type, seq, at, ...approval } = event;
      return { open: [...removeById(inbox, approval.approvalId).open, approval] };
    }
    case 'approval/answered':
    case 'approval/withdrawn':
    case 'approval/expired':
      return removeById(inbox, event.approvalId);
    case 'session/closed':
    case 'session/lost':
      return remove(inbox, (approval) => approval.sessionId === event.sessionId);
    default:
      return inbox;
  }
}
