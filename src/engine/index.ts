export { type KnownAgent, listAgents } from './agent-access.ts';
export {
  ANONYMOUS,
  appendRule,
  type BareBound,
  boundBare,
  type ConfigExplanation,
  type ConfigOwner,
  compareProfiles,
  describeRulesFile,
  explainConfig,
  findCodexHome,
  type ImportReport,
  type InspectedProfile,
  importCodex,
  inspectProfile,
  type LoadedConfig,
  listConfig,
  listProfiles,
  listTrust,
  loadConfig,
  type ProfilesInput,
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
