import { toFault } from '../../protocol/index.ts';

/** What went wrong, with the way out where there is one, in one line for a result. */
export function sayFault(cause: unknown): string {
  const { message, hint } = toFault(cause);
  return hint === undefined ? message : `${message}; ${hint}`;
}
