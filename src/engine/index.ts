export { type Clock, createFakeClock, createScope, realClock, type Scope } from './base/index.ts';
export {
  type ConfigExplanation,
  explainConfig,
  type LoadedConfig,
  listConfig,
  loadConfig,
  showOrigin,
} from './config/index.ts';
export { createEngine, type EngineOptions, historyFileOf } from './create-engine.ts';
export type { AnswerRequest, Engine, OpenerStreams, OpenSession } from './engine.ts';
export {
  type HistoryFinding,
  type HistoryReader,
  openHistoryReader,
  type SessionSummary,
  type StoredOutput,
} from './history/index.ts';
export { collectFacts, type FactsContext } from './session/index.ts';
