import type { Limits } from './config.ts';

/** No limit at all. Written out, so that a bare run need not load the schemas. */
export const NO_LIMITS: Limits = {
  processes: null,
  memoryBytes: null,
  fileBytes: null,
  openFiles: null,
  wallTimeMs: null,
};
