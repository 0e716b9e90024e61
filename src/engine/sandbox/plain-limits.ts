import { Fault, LIMIT_FLAGS, type LimitName, type Limits } from '../../protocol/index.ts';
import {
  parseCount,
  parseDurationMs,
  parseMemoryBytes,
  parseOpenFiles,
  parseSizeBytes,
} from '../base/index.ts';

/** Limits as typed, by the name of their key. */
export type TypedLimits = Readonly<Partial<Record<LimitName, string>>>;

/** What holds where nothing is said. */
const DEFAULT_LIMITS: Readonly<Record<LimitName, string>> = {
  max_processes: '4096',
  max_memory: '80%',
  max_file_size: 'off',
  max_open_files: 'off',
  max_time: 'off',
};

/**
 * The limits of a run without configuration.
 * @throws Fault `user` for one that is none, named by its flag
 */
export function plainLimits(typed: TypedLimits): Limits {
  const read = (name: LimitName, parse: (text: string) => number | undefined): number | null => {
    const text = typed[name] ?? DEFAULT_LIMITS[name];
    if (text === 'off') return null;
    const amount = parse(text);
    if (amount !== undefined) return amount;
    throw new Fault({
      kind: 'user',
      code: 'usage',
      message: `--${LIMIT_FLAGS[name]} ${JSON.stringify(text)} is no limit`,
      hint: HINTS[name],
    });
  };
  return {
    processes: read('max_processes', parseCount),
    memoryBytes: read('max_memory', parseMemoryBytes),
    fileBytes: read('max_file_size', parseSizeBytes),
    openFiles: read('max_open_files', parseOpenFiles),
    wallTimeMs: read('max_time', parseDurationMs),
  };
}

const HINTS: Readonly<Record<LimitName, string>> = {
  max_processes: 'write a whole number from 1 to 1000000, or off',
  max_memory: 'write a size from 1MiB to 1TiB such as 400M, a share such as 50%, or off',
  max_file_size: 'write a size from 1MiB to 1TiB such as 50M, or off',
  max_open_files: 'write a whole number from 64 to 1000000, or off',
  max_time: 'write a duration from 1s to 24d such as 10m, or off',
};
