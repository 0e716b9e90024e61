export { alwaysFileOf, appendRule } from './append-rule.ts';
export { type BareBound, boundBare } from './bound-bare.ts';
export { findConfigKey } from './config-keys.ts';
export { showOrigin } from './config-origins.ts';
export { digestSnapshot } from './digest-snapshot.ts';
export { editToml, type TomlEdit, TomlEditError } from './edit-toml.ts';
export { type ConfigExplanation, explainConfig, listConfig, nearestKey } from './explain-config.ts';
export { findHeld } from './find-held.ts';
export { findCodexHome, type ImportReport, importCodex } from './import-codex.ts';
export {
  ANONYMOUS,
  compareProfiles,
  type InspectedProfile,
  inspectProfile,
  listProfiles,
  type ProfilesInput,
} from './inspect-profiles.ts';
export { type LoadConfigOptions, type LoadedConfig, loadConfig, reloadRules } from './load-config.ts';
export { describeRulesFile, readRulesFile } from './read-rules-folder.ts';
export type { SessionOverride } from './read-session-overrides.ts';
export { readToml, TomlSyntaxError } from './read-toml.ts';
export { expandHome } from './resolve-paths.ts';
export { sweepLeftovers } from './sweep-leftovers.ts';
export { readTypedKey, readTypedValue } from './typed-words.ts';
export { watchConfig } from './watch-config.ts';
export { type ConfigOwner, type WrittenConfig, writeConfig } from './write-config.ts';
export { listTrust, writeTrust } from './write-trust.ts';
