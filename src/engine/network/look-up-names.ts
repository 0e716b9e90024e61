import { lookup } from 'node:dns/promises';
import type { Resolve } from './proxy-spec.ts';

/**
 * Lookups at once. Each holds one of the few threads that also serve the engine's files, and a program inside may ask for
 * many names that nobody answers for.
 */
const MAX_LOOKUPS = 2;

/** The system's own lookup: hosts file, resolver, in the order that the system gives. */
export const systemResolve: Resolve = async (name) => {
  const found = await lookup(name, { all: true, verbatim: true });
  return found.map((entry) => entry.address);
};

/** The same lookup, a few at a time; one whose asker has gone away is not begun. */
export function limitLookups(
  resolve: Resolve,
): (name: string, gone: AbortSignal) => Promise<readonly string[]> {
  const waiting: Array<() => void> = [];
  let running = 0;
  const enter = async (): Promise<void> => {
    if (running >= MAX_LOOKUPS) await new Promise<void>((enterNow) => waiting.push(enterNow));
    else running += 1;
  };
  // The place is handed over, not given back, so that nobody slips in between.
  const leave = (): void => {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  };
  return async (name, gone) => {
    await enter();
    try {
      gone.throwIfAborted();
      return await resolve(name);
    } finally {
      leave();
    }
  };
}
