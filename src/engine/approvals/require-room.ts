import { type Approval, type EditFile, Fault } from '../../protocol/index.ts';
import type { Question } from './questions.ts';

/**
 * Characters of all diffs that wait, in JSON. Every client is told all open questions in one message; with more of them
 * nobody could be told anything, and so answer nothing.
 */
const MAX_WAITING_CHARS = 4 * 1024 * 1024;

/** Throws when one more question would make too much wait at once. */
export function requireRoom(open: readonly Approval[], { files }: Question): void {
  if (files === undefined) return;
  const waiting = open.map((approval) => sizeOf(approval.files));
  if (waiting.reduce((sum, size) => sum + size, sizeOf(files)) <= MAX_WAITING_CHARS) return;
  throw new Fault({
    kind: 'user',
    code: 'too-much-waits',
    message: 'too many large changes wait for an answer already: one of them must be answered first',
  });
}

function sizeOf(files: readonly EditFile[] | undefined): number {
  return (files ?? []).reduce((sum, { patch }) => sum + JSON.stringify(patch).length, 0);
}
