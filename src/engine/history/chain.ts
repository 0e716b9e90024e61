import { createHash } from 'node:crypto';

/** What stands in for the hash before the first event of a session. */
export const FIRST_PREVIOUS_HASH = '0'.repeat(64);

/** The hash of an event: sha256 over the hash before it, a line feed, and the exact stored text. */
export function hashEvent(previousHash: string, storedText: string): string {
  return createHash('sha256').update(previousHash).update('\n').update(storedText).digest('hex');
}
