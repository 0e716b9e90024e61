export { listAgents } from './agent-access.ts';
export {
  appendRule,
  type ConfigExplanation,
  type ConfigOwner,
  describeRulesFile,
  explainConfig,
  findCodexHome,
  type ImportReport,
  importCodex,
  type LoadedConfig,
  listConfig,
  listTrust,
  loadConfig,
  readRulesFile,
  readTypedKey,
  readTypedValue,
  showOrigin,
  type TomlEdit,
  type WrittenConfig,
  writeConfig,
  writeTrust,
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
