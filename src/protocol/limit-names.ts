/** The keys of `[limits]`. Here and not with the methods: a bare run reads them and must not load the schemas for it. */
export const LIMIT_NAMES = [
  'max_processes',
  'max_memory',
  'max_file_size',
  'max_open_files',
  'max_time',
] as const;

export type LimitName = (typeof LIMIT_NAMES)[number];

/** How they are named on the command line, without `--`. */
export const LIMIT_FLAGS: Readonly<Record<LimitName, string>> = {
  max_processes: 'max-procs',
  max_memory: 'max-memory',
  max_file_size: 'max-file-size',
  max_open_files: 'max-open-files',
  max_time: 'max-time',
};
