export { showOrigin } from './collect-entries.ts';
export { editToml, type TomlEdit, TomlEditError } from './edit-toml.ts';
export { findConfigKey } from './config-keys.ts';
export { type ConfigExplanation, explainConfig, listConfig, nearestKey } from './explain-config.ts';
export { digestSnapshot, type LoadConfigOptions, type LoadedConfig, loadConfig } from './load-config.ts';
export { readToml, TomlSyntaxError } from './read-toml.ts';
export { expandHome } from './resolve-paths.ts';
export { watchConfig } from './watch-config.ts';
