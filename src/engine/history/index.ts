export {
  type HistoryReader,
  openHistoryReader,
  type SessionSummary,
} from './history-reader.ts';
export { type Journal, openJournal } from './journal.ts';
