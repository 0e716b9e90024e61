/** What lies in a folder, counted as far as the counting went. */
export interface FolderAmount {
  /** Everything that is no folder. */
  readonly files: number;
  readonly bytes: number;
  /** There is more than was counted. */
  readonly isCut: boolean;
}

const UNITS = ['KB', 'MB', 'GB', 'TB'];

/** A size in words, in steps of 1,024: `1 byte`, `4 KB`, `1.5 MB`. */
export function describeBytes(bytes: number): string {
  if (bytes < 1024) return bytes === 1 ? '1 byte' : `${bytes} bytes`;
  let value = bytes;
  let unit = 'bytes';
  for (const next of UNITS) {
    // What would be shown as 1024 of a unit is one of the next.
    if (Math.round(value) < 1024) break;
    value /= 1024;
    unit = next;
  }
  const shown = value < 9.95 ? value.toFixed(1).replace(/\.0$/, '') : String(Math.round(value));
  return `${shown} ${unit}`;
}

/** `218 files, 41 MB`; `5000+ files` where the counting was cut short. */
export function describeAmount({ files, bytes, isCut }: FolderAmount): string {
  if (isCut) return `${files}+ files`;
  if (files === 0) return 'no files';
  return `${files} ${files === 1 ? 'file' : 'files'}, ${describeBytes(bytes)}`;
}
