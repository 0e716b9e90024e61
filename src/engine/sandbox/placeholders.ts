import { existsSync } from 'node:fs';
import type { Scope } from '../base/index.ts';
import { type Janitor, placeholderStateFile, startJanitor } from './janitor.ts';

/** The placeholders of one session: each root has its janitor, and later needs get another one for the same root. */
export interface Placeholders {
  /**
   * Makes the missing folders, by root, and holds those that another session made. Returns the ones that are held; what
   * the person may not make, and an empty folder of the person, is left out.
   */
  cover(missing: ReadonlyMap<string, readonly string[]>): Promise<readonly string[]>;
  /** The state file whose lock every launch holds; null while there is no placeholder. */
  lockFile(): string | null;
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
  const asked = new Set<string>();
  const held = new Set<string>();
  const coverRoot = async (root: string, paths: readonly string[]): Promise<void> => {
    // What the host removed meanwhile is made anew.
    const fresh = paths.filter((path) => !asked.has(path) || !existsSync(path));
    if (fresh.length === 0) return;
    const janitor = await startJanitor(program, placeholderStateFile(sallyportHome, root), fresh);
    scope.use(janitor, (opened) => opened.close());
    janitors.push(janitor);
    for (const path of fresh) asked.add(path);
    for (const path of janitor.placeholders) held.add(path);
  };
  return {
    async cover(missing) {
      await Promise.all([...missing].map(([root, paths]) => coverRoot(root, paths)));
      return [...missing.values()].flat().filter((path) => held.has(path) && existsSync(path));
    },
    lockFile: () => janitors[0]?.stateFile ?? null,
  };
}
