import type { Writable } from 'node:stream';
import { showLine } from '../../timeline/index.ts';
import type { SandboxSession } from '../sandbox/index.ts';

/** A command line that was shortened would do something else; longer ones do not come from real paths. */
const MAX_UNDO = 16_384;

/** What a script left behind that trusted programs outside may obey; each is told once in a session. */
export class LateFindings {
  readonly #told = new Set<string>();

  /** Looks after a script has ended, writes what is new to the opener's standard error, and returns the sentences. */
  async report(sandbox: SandboxSession, stderr: Writable): Promise<string[]> {
    const found = await sandbox.inspect();
    const fresh = found.filter((finding) => !this.#told.has(`${finding.path}\0${finding.reason}`));
    for (const finding of fresh) this.#told.add(`${finding.path}\0${finding.reason}`);
    const sentences = fresh.map(
      ({ path, reason, undo }) => `${showLine(path)}: ${reason} To undo it: ${showLine(undo, MAX_UNDO)}`,
    );
    for (const sentence of sentences) if (!stderr.destroyed) stderr.write(`sallyport: look at ${sentence}\n`);
    return sentences;
  }
}
