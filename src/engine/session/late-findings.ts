import type { Writable } from 'node:stream';
import { showLine } from '../../timeline/index.ts';
import type { SandboxSession } from '../sandbox/index.ts';

/** A command line that was shortened would do something else; longer ones do not come from real paths. */
const MAX_UNDO = 16_384;

interface LateReport {
  /** What is new, for people. */
  readonly sentences: readonly string[];
  /** Granted paths that the wall has closed. */
  readonly closed: readonly string[];
}

/** What a script left behind that trusted programs outside may obey; each is told once in a session. */
export class LateFindings {
  readonly #told = new Set<string>();

  /** Looks after a script has ended, and writes what is new to the opener's standard error. */
  async report(sandbox: SandboxSession, stderr: Writable): Promise<LateReport> {
    const found = await sandbox.inspect();
    const fresh = found.filter((finding) => !this.#told.has(`${finding.path}\0${finding.reason}`));
    for (const finding of fresh) this.#told.add(`${finding.path}\0${finding.reason}`);
    const sentences = fresh.map(({ path, reason, undo }) => {
      const said = `${showLine(path)}: ${reason}`;
      return undo === null ? said : `${said} To undo it: ${showLine(undo, MAX_UNDO)}`;
    });
    for (const sentence of sentences) if (!stderr.destroyed) stderr.write(`sallyport: look at ${sentence}\n`);
    return { sentences, closed: found.flatMap(({ closed }) => closed ?? []) };
  }
}
