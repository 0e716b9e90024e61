import { hasGitParts } from './git-places.ts';
import type { GrantMode } from './sandbox.ts';

interface OpenedPath {
  readonly path: string;
  /** It was a git folder when it was granted: its hooks and configuration stayed closed. */
  readonly isGitFolder: boolean;
}

/** What was open for writing at some time of a session, beside its roots. Ended grants count: what was made stays. */
export class OpenedPaths {
  readonly #paths = new Map<string, OpenedPath>();

  note(path: string, mode: GrantMode): void {
    if (mode === 'rw' && !this.#paths.has(path))
      this.#paths.set(path, { path, isGitFolder: hasGitParts(path) });
  }

  list(): readonly OpenedPath[] {
    return [...this.#paths.values()];
  }
}

/** What a look after a run looks at. */
export interface InspectedPlace {
  readonly roots: readonly string[];
  /** Real paths. */
  readonly opened: readonly OpenedPath[];
}
