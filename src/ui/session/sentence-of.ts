import { Fault } from '../../protocol/index.ts';

/** Why something did not work, as a sentence. */
export function sentenceOf(error: unknown): string {
  return error instanceof Fault ? error.message : 'It did not work.';
}
