export { Age, formatAge, formatDuration, formatTime } from './age.tsx';
export { Icon } from './icon.tsx';
export { OutcomeMark } from './outcome-mark.tsx';
export { RiskChip } from './risk-chip.tsx';
export { SafeDiffLine, SafeText } from './safe-text.tsx';
export { Kbd, Tag } from './small-marks.tsx';
export { StatePill } from './state-pill.tsx';
