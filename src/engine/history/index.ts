export {
  type HistoryReader,
  openHistoryReader,
  type SessionSummary,
  type StoredOutput,
} from './history-reader.ts';
export { type Journal, openJournal } from './journal.ts';
export type { HistoryFinding } from './verify-history.ts';
