export {
  type HistoryReader,
  openHistoryReader,
  type SessionSummary,
} from './history-reader.ts';
export { HistoryViews } from './history-views.ts';
export { type Journal, openJournal } from './journal.ts';
