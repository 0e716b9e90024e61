export { type AppliedPreset, applyPreset } from './apply-preset.ts';
export { choosePreset, listPresets } from './list-presets.ts';
export { readAgentScript } from './read-agent-script.ts';
export { type DriverPorts, playAgentScript } from './script-driver.ts';
