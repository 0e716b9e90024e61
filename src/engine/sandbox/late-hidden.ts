/**
 * Keeps hidden what has changed on the disk since the view was made: a file that is written anew takes its cover away,
 * what a pattern denies may appear at any time, and a secret where none was.
 *
 * Promises: before each launch everything that must not be read is covered, and the names that the guard of the holder
 * covers while programs run are known.
 * Does not promise anything of a secret that was missing when the session was opened and lies in a folder that the
 * session may write: its own programs may have made it.
 */
import { lstatSync, realpathSync } from 'node:fs';
import { decidePath, isReadable } from '../../policy/index.ts';
import { Fault } from '../../protocol/index.ts';
import { type HiddenPaths, identify, MADE_ANEW, planHidden } from './hidden-paths.ts';
import type { GuardedName, Holder } from './holder.ts';
import { isInside, sortByDepth } from './path-inside.ts';
import type { WallSettings } from './sandbox.ts';
import { listSecretNames } from './secret-names.ts';
import type { View } from './view.ts';

/** What is open in the session now. */
export interface OpenNow {
  isGranted(path: string): boolean;
  /** Folders in which programs may make files. */
  writable(): readonly string[];
}

export class LateHidden {
  /** By path, the file or folder that is covered. */
  readonly #covered = new Map<string, string>();
  readonly #given: WallSettings;
  readonly #emptied: readonly string[];
  readonly #open: OpenNow;
  /** Secrets that were there and left open on purpose, by an entry of a profile or for an agent. */
  readonly #meant: ReadonlySet<string>;
  #settings: WallSettings;
  #names: readonly string[] = [];
  /** As it was planned last. */
  #hidden: HiddenPaths;

  constructor(settings: WallSettings, { hidden, emptied }: Pick<View, 'hidden' | 'emptied'>, open: OpenNow) {
    this.#given = settings;
    this.#settings = settings;
    this.#emptied = emptied;
    this.#open = open;
    this.#hidden = hidden;
    for (const [path, identity] of hidden.identities) this.#covered.set(path, identity);
    this.#names = this.#listNames();
    this.#meant = new Set(
      this.#names.flatMap((path) => realOf(path)).filter((path) => !this.#isHidden(path, settings)),
    );
  }

  /** What is denied now. */
  plan(): HiddenPaths {
    return planHidden(this.#settings, this.#emptied);
  }

  /** Looks for built-in secrets that have come since the session was opened. */
  lookForNew(): void {
    this.#names = this.#listNames();
    const writable = this.#open.writable();
    const found = this.#names
      .flatMap((path) => realOf(path))
      .filter((path) => this.#isMeantHidden(path) && !writable.some((root) => isInside(path, root)));
    const secretPaths = [...new Set([...this.#settings.secretPaths, ...found])];
    if (secretPaths.length > this.#settings.secretPaths.length)
      this.#settings = { ...this.#settings, secretPaths: sortByDepth(secretPaths) };
  }

  /** Every name that is to stay hidden, whether something stands there or not, but for what is granted. */
  namesToGuard(): GuardedName[] {
    const { identities, missing } = this.#hidden;
    const writable = this.#open.writable();
    const mayBeMade = (path: string): boolean => writable.some((root) => isInside(path, root));
    const secrets = this.#settings.secretPaths.filter((path) => this.#isHidden(path, this.#settings));
    const names = this.#names.filter((path) => this.#isMeantHidden(path) && !mayBeMade(path));
    const all = sortByDepth([...identities.keys(), ...missing, ...secrets, ...names]);
    const near = new Set(secrets.filter((path) => !mayBeMade(path) && isFile(path)));
    return all
      .filter((path) => !MADE_ANEW.some((top) => isInside(path, top)) && !this.#open.isGranted(path))
      .map((path) => ({ path, hasNear: near.has(path), isInner: mayBeMade(path) }));
  }

  /**
   * Covers what is not, and returns all paths that are hidden now.
   * @throws Fault `host` when something cannot be
   */
  async hideAgain(holder: Holder): Promise<string[]> {
    this.#hidden = this.plan();
    const { identities } = this.#hidden;
    for (const [path, identity] of identities) {
      if (this.#covered.get(path) === identity || this.#open.isGranted(path)) continue;
      const outcome = await holder.hide(holder.anchorPid, path);
      if (outcome.kind === 'failed' && identify(path) !== null) throw deniedFault(path, outcome);
      this.#covered.set(path, identity);
    }
    return [...identities.keys()];
  }

  #listNames(): readonly string[] {
    return this.#given.protectSecrets === true ? listSecretNames(this.#given.home) : [];
  }

  #isHidden(path: string, { profile = null, ignored = null, secretPaths }: WallSettings): boolean {
    return !isReadable(decidePath(path, { profile, ignored, secretPaths }));
  }

  /** As a secret it would be hidden, and nobody has left it open. */
  #isMeantHidden(path: string): boolean {
    return !this.#meant.has(path) && this.#isHidden(path, { ...this.#given, secretPaths: [path] });
  }
}

/** Nothing for what is not there. */
function realOf(path: string): string[] {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) === undefined ? [] : [realpathSync.native(path)];
  } catch {
    return [];
  }
}

function isFile(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;
  } catch {
    return false;
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
