export { foldGrants, type LiveGrant, type LiveGrants, NO_GRANTS } from './fold-grants.ts';
export { EMPTY_INBOX, foldInbox, type Inbox } from './fold-inbox.ts';
export { foldSession } from './fold-session.ts';
export {
  type ApprovalRow,
  EMPTY_SESSION,
  type NoteRow,
  type RunRow,
  type SessionCounts,
  type SessionView,
  type StepRow,
} from './session-view.ts';
export { showLine, showText } from './show-text.ts';
