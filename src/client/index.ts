export { createEngineClient, type EngineClient } from './engine-client.ts';
export type {
  AnswerReply,
  AnswerState,
  Connection,
  LiveActions,
  LiveView,
  WatchedRows,
} from './live-view.ts';
