export {
  type HistoryReader,
  openHistoryReader,
  type SessionSummary,
  type StoredOutput,
} from './history-reader.ts';
export { type EventListener, type Journal, type OpenJournalOptions, openJournal } from './journal.ts';
export type { OutputCapture, OutputCaptureOptions } from './output-capture.ts';
export type { HistoryFinding, VerifyOptions } from './verify-history.ts';
