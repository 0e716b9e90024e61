import { Fault } from '../../protocol/index.ts';

/** What the engine says about the folder of a session itself. */
const FOLDER_CODES: ReadonlySet<string> = new Set(['no-such-folder', 'not-a-folder', 'folder-not-absolute']);

/** What went wrong, in sentences. */
export interface FaultWords {
  readonly message: string;
  /** The way out, where one is known. */
  readonly hint: string | undefined;
  readonly isAboutFolder: boolean;
}

/** What was thrown, as a form tells it. */
export function describeFault(thrown: unknown): FaultWords {
  if (!(thrown instanceof Fault)) {
    return { message: toSentence(String(thrown)), hint: undefined, isAboutFolder: false };
  }
  return {
    message: toSentence(thrown.message),
    hint: thrown.hint === undefined ? undefined : toSentence(thrown.hint),
    isAboutFolder: FOLDER_CODES.has(thrown.code),
  };
}

/** With a full stop, where it has none. */
function toSentence(words: string): string {
  return /[.!?…]$/.test(words) ? words : `${words}.`;
}
