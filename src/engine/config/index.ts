export { type ConfigEntry, showOrigin } from './collect-entries.ts';
export { type ConfigExplanation, explainConfig, listConfig } from './explain-config.ts';
export { type ConfigFiles, findConfigFiles, findSallyportHome } from './find-config-files.ts';
export { digestSnapshot, type LoadConfigOptions, type LoadedConfig, loadConfig } from './load-config.ts';
