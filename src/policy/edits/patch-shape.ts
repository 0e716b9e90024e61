/** A line of a hunk: kept, taken away, or added. Without its line end. */
export interface HunkLine {
  readonly kind: 'keep' | 'drop' | 'add';
  readonly text: string;
}

/** One place of a file that is changed. */
export interface Hunk {
  /** Line of the patch that it begins at, from 1. */
  readonly at: number;
  /** A line of the file that stands above it (`@@ function name`). */
  readonly anchors: readonly string[];
  readonly lines: readonly HunkLine[];
  /** It ends where the file ends. */
  readonly isAtEnd: boolean;
  /** Of a unified diff: the line of the old file that it begins at, from 1; 0 for an empty file. */
  readonly oldStart?: number;
  /** Of a unified diff: whether the last line has a line end afterwards; absent: as it was. */
  readonly hasFinalNewline?: boolean;
}

/** What a patch does to one file; paths are as written. */
export type FileChange =
  | { readonly op: 'add'; readonly path: string; readonly text: string }
  | { readonly op: 'delete'; readonly path: string }
  | {
      readonly op: 'update';
      readonly path: string;
      /** Where it is moved to. */
      readonly to?: string;
      readonly hunks: readonly Hunk[];
    };

/** The problem is a sentence without a full stop, which names the line of the patch. */
export type PatchReading = { readonly changes: readonly FileChange[] } | { readonly problem: string };

export const MAX_PATCH_FILES = 100;
export const MAX_PATCH_HUNKS = 2000;
