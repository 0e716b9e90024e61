export { type ChildOutcome, exitStatusOf, waitForChild } from './child.ts';
export { type Clock, createFakeClock, realClock } from './clock.ts';
export {
  ENTRY_FIXED_BYTES,
  INDEX_HEAD_BYTES,
  type IndexLayout,
  readIndexEntry,
  readIndexVersion,
} from './git-index-entries.ts';
export { isMissing } from './is-missing.ts';
export { LastBytes } from './last-bytes.ts';
export { listLinkNames } from './list-link-names.ts';
export {
  MIN_OPEN_FILES,
  parseCount,
  parseDurationMs,
  parseMemoryBytes,
  parseOpenFiles,
  parseSizeBytes,
} from './parse-amounts.ts';
export { hasRequirements, REQUIREMENTS_FILE } from './requirements-file.ts';
export { createScope, type Scope } from './scope.ts';
