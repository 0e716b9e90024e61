export { createRowIndex } from './create-row-index.ts';
export { foldGrants, NO_GRANTS } from './fold-grants.ts';
export {
  activityOf,
  EMPTY_HEAD,
  foldHead,
  type HeadFold,
  policyWordOf,
  scriptOutcomeOf,
} from './fold-head.ts';
export { EMPTY_INBOX, foldInbox } from './fold-inbox.ts';
export { foldSession } from './fold-session.ts';
export { isRootStep } from './is-root-step.ts';
export { isEmptyFilter, keyOfFilter, matchesRow } from './match-row.ts';
export { quoteWords } from './quote-words.ts';
export type { RowEvent } from './row-event.ts';
export type { RowIndex } from './row-index.ts';
export { parseRowQuery, writeRowQuery } from './row-query.ts';
export { countThings } from './row-texts.ts';
export { EMPTY_SESSION, type SessionView, type StepRow } from './session-view.ts';
export { type ShownCommand, showCommand, showInFront } from './show-command.ts';
export { showDiffLine, showLine, showText } from './show-text.ts';
export { stripAnsi } from './strip-ansi.ts';
