export { applyHunks } from './apply-hunks.ts';
export { parsePatch } from './parse-patch.ts';
export type { FileChange } from './patch-shape.ts';
export { unifiedDiff } from './unified-diff.ts';
