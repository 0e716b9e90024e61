export { foldGrants, NO_GRANTS } from './fold-grants.ts';
export { EMPTY_INBOX, foldInbox } from './fold-inbox.ts';
export { foldSession } from './fold-session.ts';
export type { RowIndex } from './row-index.ts';
export { quoteWords } from './quote-words.ts';
export { EMPTY_SESSION, type SessionView, type StepRow } from './session-view.ts';
export { showLine, showText } from './show-text.ts';
