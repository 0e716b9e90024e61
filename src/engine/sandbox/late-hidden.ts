/**
 * Keeps hidden what has changed on the disk since the view was made: a file that is written anew takes its cover away, and
 * what a pattern denies may appear at any time.
 *
 * Promises: before each launch everything that must not be read is covered. A launch that runs already may read what is
 * written anew meanwhile.
 */
import { Fault } from '../../protocol/index.ts';
import { type HiddenPaths, identify, planHidden } from './hidden-paths.ts';
import type { Holder } from './holder.ts';
import type { WallSettings } from './sandbox.ts';
import type { View } from './view.ts';

export class LateHidden {
  /** By path, the file or folder that is covered. */
  readonly #covered = new Map<string, string>();
  readonly #settings: WallSettings;
  readonly #emptied: readonly string[];

  constructor(settings: WallSettings, { hidden, emptied }: Pick<View, 'hidden' | 'emptied'>) {
    this.#settings = settings;
    this.#emptied = emptied;
    for (const [path, identity] of hidden.identities) this.#covered.set(path, identity);
  }

  /** What is denied now. */
  plan(): HiddenPaths {
    return planHidden(this.#settings, this.#emptied);
  }

  /**
   * Covers what is not, and returns all that is hidden now.
   * @throws Fault `host` when something cannot be
   */
  async hideAgain(holder: Holder, isGranted: (path: string) => boolean): Promise<string[]> {
    const { identities } = this.plan();
    for (const [path, identity] of identities) {
      if (this.#covered.get(path) === identity || isGranted(path)) continue;
      const outcome = await holder.hide(holder.anchorPid, path);
      if (outcome.kind === 'failed' && identify(path) !== null) throw deniedFault(path, outcome);
      this.#covered.set(path, identity);
    }
    return [...identities.keys()];
  }
}

function deniedFault(path: string, { step, errno }: { step: string; errno: string }): Fault {
  return new Fault({
    kind: 'host',
    code: 'denied-not-hidden',
    message: `${JSON.stringify(path)}, which must not be read, could not be hidden (${step}: ${errno}).`,
    hint: 'Nothing was run. Try again, or remove it.',
  });
}
