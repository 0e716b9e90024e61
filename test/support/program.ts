import { resolve } from 'node:path';

/** Under which name the runner hands the bundle of this run on, see `bundle-program.ts`. */
export const PROGRAM_VARIABLE = 'VITEST_SALLYPORT_PROGRAM';

/**
 * The program that tests start, for Node: the bundle of the sources as they are, which is what people have and which
 * starts four times faster than the sources. Those themselves where no runner has made one.
 */
export const PROGRAM: string =
  process.env[PROGRAM_VARIABLE] ?? resolve(import.meta.dirname, '../../src/cli/main.ts');
