/**
 * All or none of several changes of files. Promises: where one fails, what was done is undone in reverse order, and what
 * could not be put back is left under its other name; what lies about at the end is taken away in any case, and new folders
 * where nothing was changed. Does not promise to finish what a killed engine had begun.
 */
import { unlink } from 'node:fs/promises';
import { MadeFolders } from './made-folders.ts';
import { plainCause } from './plain-cause.ts';
import type { Problem } from './read-target.ts';

/** Said to the agent and in the history. */
export class NotApplied extends Error {}

type Action = () => Promise<void>;

export class EditTransaction {
  /** Folders that are made for the files. */
  readonly made = new MadeFolders();
  readonly #undo: Action[] = [];
  readonly #atEnd: Action[] = [];
  /** Files with what was there, which could not be put back. */
  readonly #kept = new Set<string>();

  /** Does the work. A problem means that nothing was changed, or says what could not be put back. */
  async run<Result extends object>(work: () => Promise<Result>): Promise<Result | Problem> {
    let isDone = false;
    try {
      const result = await work();
      isDone = true;
      return result;
    } catch (cause) {
      const left = await runAll(this.#undo.reverse());
      const why =
        cause instanceof NotApplied ? cause.message : `it could not be written: ${plainCause(cause)}`;
      return {
        problem: left === 0 ? `nothing was changed: ${why}` : `${why}; ${left} files could not be put back`,
      };
    } finally {
      await runAll(this.#atEnd.reverse());
      if (!isDone) await this.made.removeEmpty();
      await this.made.close();
    }
  }

  /** Called where something fails from now on. */
  undoBy(action: Action): void {
    this.#undo.push(action);
  }

  /** The same, with what `backup` holds; where that fails, `backup` is left. */
  undoFrom(backup: string, putBack: Action): void {
    this.#undo.push(async () => {
      try {
        await putBack();
      } catch (cause) {
        this.#kept.add(backup);
        throw cause;
      }
    });
  }

  /** Called in any case; what was named last comes first. */
  atEnd(action: Action): void {
    this.#atEnd.push(action);
  }

  /** At the end the file goes, unless it is all that is left of what was there. */
  dropAtEnd(place: string): void {
    this.#atEnd.push(async () => {
      if (!this.#kept.has(place)) await unlink(place);
    });
  }
}

/** How many failed. */
async function runAll(actions: readonly Action[]): Promise<number> {
  let failed = 0;
  for (const action of actions) await action().catch(() => (failed += 1));
  return failed;
}
