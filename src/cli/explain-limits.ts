import { describeLimits, type LimitFacts } from '../engine/sandbox/index.ts';
import type { Limits } from '../protocol/index.ts';

const MEANS: Readonly<Record<LimitFacts['memory'], string>> = {
  'control-group': 'a control group',
  'user-limit': 'a limit of its namespace, and watching',
  watching: 'watching',
  nothing: 'nothing: it will be refused',
};

/** What a launch may use at most, and what holds it to that on this machine. */
export function explainLimits(limits: Limits, placeOf: (key: string) => string): string[] {
  const means = describeLimits();
  const { processes, memoryBytes, fileBytes, openFiles, wallTimeMs } = limits;
  const mebibytes = (bytes: number): string => `${Math.floor(bytes / 2 ** 20)} MiB`;
  return [
    processes !== null &&
      `limit: ${processes} processes and threads, by ${MEANS[means.processes]} (${placeOf('max_processes')})`,
    memoryBytes !== null &&
      `limit: ${mebibytes(memoryBytes)} of memory, by ${MEANS[means.memory]} (${placeOf('max_memory')})`,
    fileBytes !== null && `limit: files of ${mebibytes(fileBytes)} (${placeOf('max_file_size')})`,
    openFiles !== null && `limit: ${openFiles} open files in each process (${placeOf('max_open_files')})`,
    wallTimeMs !== null && `limit: ${wallTimeMs / 1000} s (${placeOf('max_time')})`,
  ].filter((line) => line !== false);
}
