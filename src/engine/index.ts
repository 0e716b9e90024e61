export { listAgents } from './agent-access.ts';
export {
  type ConfigExplanation,
  explainConfig,
  type LoadedConfig,
  listConfig,
  loadConfig,
  showOrigin,
} from './config/index.ts';
export { createEngine } from './create-engine.ts';
export { createDemoProject, type DemoProject } from './demo-project.ts';
export type {
  Engine,
  OpenerStreams,
  OpenSession,
  RowsView,
  SessionTerminal,
} from './engine.ts';
export { historyFileOf } from './engine-options.ts';
export {
  type HistoryReader,
  openHistoryReader,
  type SessionSummary,
} from './history/index.ts';
export { type CheckedScript, checkScript } from './session/index.ts';
