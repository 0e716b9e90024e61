export {
  type ConfigExplanation,
  explainConfig,
  type LoadedConfig,
  listConfig,
  loadConfig,
  showOrigin,
} from './config/index.ts';
export { createEngine, historyFileOf } from './create-engine.ts';
export type { Engine, OpenerStreams, OpenSession, RowsView } from './engine.ts';
export {
  type HistoryReader,
  openHistoryReader,
  type SessionSummary,
} from './history/index.ts';
export { collectFacts, keepWithinWall } from './session/index.ts';
