import { constants } from 'node:os';

const UNITS = [
  ['GiB', 2 ** 30],
  ['MiB', 2 ** 20],
  ['KiB', 2 ** 10],
] as const;

/** What the supervisor says when its own program has met the limit, for a program of a script: undefined where it has not. */
export function describeFileLimit(
  signal: number | undefined,
  { fileBytes }: { readonly fileBytes: number | null },
): string | undefined {
  if (signal !== constants.signals.SIGXFSZ || fileBytes === null) return undefined;
  const [unit, size] = UNITS.find(([, bytes]) => fileBytes % bytes === 0) ?? ['bytes', 1];
  return `a file of more than ${fileBytes / size} ${unit} (limits.max_file_size; --max-file-size SIZE)`;
}
