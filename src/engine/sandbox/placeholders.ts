import { lstatSync } from 'node:fs';
import type { Scope } from '../base/index.ts';
import { type Janitor, placeholderStateFile, startJanitor } from './janitor.ts';
import { keepJanitor } from './kept-janitor.ts';
import { placeholderPath } from './placeholder-spec.ts';

/** The placeholders of one session: each root has its janitor, and later needs get another one for the same root. */
export interface Placeholders {
  /**
   * Makes what is missing (see placeholder-spec.ts), by root, and holds those that another session made. Returns the ones that are held; what
   * the person may not make, and an empty folder of the person, is left out.
   */
  cover(missing: ReadonlyMap<string, readonly string[]>): Promise<readonly string[]>;
  /**
   * Those that were taken away or replaced since they were made, by whoever: what was mounted on them went with them, in
   * everything that runs. One stays named here although it may have been made anew.
   */
  vanished(): readonly string[];
  /** Removes those of one root that no other session holds; the root is no longer writable here. */
  release(root: string): Promise<void>;
  /** The state files whose locks every launch holds, one for each root with placeholders. */
  lockFiles(): readonly string[];
  /** Lets go of all of them, at once; every launch has ended. */
  close(): Promise<void>;
}

export interface PlaceholderSpec {
  /** Path of the helper. */
  readonly program: string;
  readonly sallyportHome: string;
  readonly scope: Scope;
}

/** Starts with none; the scope removes what was made. */
export function createPlaceholders({ program, sallyportHome, scope }: PlaceholderSpec): Placeholders {
  const janitors: Janitor[] = [];
  const byRoot = new Map<string, { readonly janitors: Janitor[]; readonly paths: string[] }>();
  const asked = new Set<string>();
  const held = new HeldPlaces();
  const coverRoot = async (root: string, paths: readonly string[]): Promise<void> => {
    // What the host removed meanwhile is made anew.
    held.look();
    const fresh = paths.filter((spec) => !asked.has(spec) || held.mustBeAsked(placeholderPath(spec)));
    if (fresh.length === 0) return;
    const stateFile = placeholderStateFile(sallyportHome, root);
    const janitor = await keepJanitor(() => startJanitor(program, stateFile, fresh));
    scope.use(janitor, (opened) => opened.close());
    janitors.push(janitor);
    for (const spec of fresh) asked.add(spec);
    for (const path of janitor.placeholders) held.hold(path);
    const known = byRoot.get(root) ?? { janitors: [], paths: [] };
    known.janitors.push(janitor);
    known.paths.push(...fresh);
    byRoot.set(root, known);
  };
  return {
    async cover(missing) {
      await Promise.all([...missing].map(([root, paths]) => coverRoot(root, paths)));
      const paths = [...missing.values()].flat().map(placeholderPath);
      return paths.filter((path) => held.has(path));
    },
    vanished: () => held.look(),
    async release(root) {
      const known = byRoot.get(root);
      if (known === undefined) return;
      byRoot.delete(root);
      held.look();
      for (const spec of known.paths) {
        asked.delete(spec);
        held.release(placeholderPath(spec));
      }
      for (const janitor of known.janitors) {
        janitors.splice(janitors.indexOf(janitor), 1);
        await janitor.close();
      }
    },
    lockFiles: () => [...new Set(janitors.map((janitor) => janitor.stateFile))],
    close: async () => {
      await Promise.all(janitors.map((janitor) => janitor.close()));
    },
  };
}

/** What is held, each as it was made. */
class HeldPlaces {
  readonly #held = new Map<string, string>();
  readonly #vanished = new Set<string>();

  has(path: string): boolean {
    return this.#held.get(path) !== undefined && identify(path) !== null;
  }

  hold(path: string): void {
    const identity = identify(path);
    if (identity !== null) this.#held.set(path, identity);
  }

  /** Nothing is there, or what was held there is not any more. */
  mustBeAsked(path: string): boolean {
    return identify(path) === null || (this.#vanished.has(path) && !this.#held.has(path));
  }

  release(path: string): void {
    this.#held.delete(path);
  }

  /** Compares all of them; those that are not what was made, now or at any look before. */
  look(): readonly string[] {
    for (const [path, made] of this.#held) {
      if (identify(path) === made) continue;
      this.#vanished.add(path);
      this.#held.delete(path);
    }
    return [...this.#vanished];
  }
}

/** Tells it from a later one of the same name, which may have got the same number. Null when it is gone. */
function identify(path: string): string | null {
  try {
    const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    return stat === undefined ? null : `${stat.dev}:${stat.ino}:${stat.birthtimeNs}`;
  } catch {
    return null;
  }
}
