import { dirname, join, resolve } from 'node:path';

/** Under which name the runner hands the bundle of this run on, see `bundle-program.ts`. */
export const PROGRAM_VARIABLE = 'VITEST_SALLYPORT_PROGRAM';

const bundled = process.env[PROGRAM_VARIABLE];

/**
 * The program that tests start, for Node: the bundle of the sources as they are, which is what people have and which
 * starts four times faster than the sources. Those themselves where no runner has made one.
 */
export const PROGRAM: string = bundled ?? resolve(import.meta.dirname, '../../src/cli/main.ts');

/** A part of the product in a process of its own, by the name of its file in this folder; bundled like the program. */
export function findDriver(name: string): string {
  if (bundled === undefined) return join(import.meta.dirname, `${name}.ts`);
  return join(dirname(dirname(bundled)), 'drivers', `${name}.js`);
}
