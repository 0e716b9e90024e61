export { type AppliedPreset, applyPreset } from './apply-preset.ts';
export { choosePreset, listPresets } from './list-presets.ts';
