export { endOlderEngine } from './end-older-engine.ts';
export { createEngineClient, type EngineClient } from './engine-client.ts';
export type { LivePorts } from './live-ports.ts';
export { createLiveState, type LiveState, type LiveStateParts } from './live-state.ts';
export type {
  AnswerReply,
  Connection,
  LiveActions,
  LiveView,
  TerminalFollower,
  WatchedRows,
} from './live-view.ts';
