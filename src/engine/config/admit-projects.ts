/**
 * Lets the files of projects take effect as far as their folders are trusted. Promises: with a folder that is `trusted`
 * what may be reached is a subset of what may be reached without its file, key by key and as a whole.
 */
import { type ConfigSnapshot, Fault } from '../../protocol/index.ts';
import type { ConfigEntry, ConfigLayer } from './collect-entries.ts';
import { findWidening } from './compare-snapshots.ts';
import { showText } from './config-fault.ts';
import { findConfigKey } from './config-keys.ts';
import { showOrigin } from './config-origins.ts';
import { type MergedEntry, mergeLayers } from './merge-layers.ts';
import { type IgnoredEntry, narrowEntry } from './narrow-entry.ts';
import type { ProjectFile } from './read-project.ts';
import { splitDenied } from './split-denied.ts';

type Merged = ReadonlyMap<string, MergedEntry>;

export interface AdmittedProjects {
  /** What takes effect, the farthest folder first. */
  readonly layers: readonly ConfigLayer[];
  readonly ignored: readonly IgnoredEntry[];
  readonly warnings: readonly string[];
}

/** What a session would get with these layers of projects. Throws a `user` fault for values that cannot hold. */
export type Preview = (projects: readonly ConfigLayer[]) => ConfigSnapshot;

const NOT_TRUSTED = 'the folder is not trusted';

class Admission {
  readonly layers: ConfigLayer[] = [];
  readonly ignored: IgnoredEntry[] = [];
  readonly warnings: string[] = [];
  readonly #base: Merged;
  readonly #preview: Preview;

  constructor(base: Merged, preview: Preview) {
    this.#base = base;
    this.#preview = preview;
  }

  admit(project: ProjectFile): void {
    const { level } = project.trust;
    this.warnings.push(...project.warnings);
    if (level === 'untrusted')
      this.ignored.push(...project.entries.map((entry) => ({ ...entry, why: NOT_TRUSTED })));
    else if (level === 'full') this.#admitAll(project.entries);
    else this.#narrow(project.entries);
  }

  #admitAll(entries: readonly ConfigEntry[]): void {
    const own = entries.filter(({ key }) => findConfigKey(key)?.isUserOnly === true);
    for (const entry of own) this.#ignore({ ...entry, why: 'it counts in your own configuration file only' });
    this.layers.push({ entries: entries.filter((entry) => !own.includes(entry)), warnings: [] });
  }

  #ignore(entry: IgnoredEntry): void {
    this.ignored.push(entry);
    this.warnings.push(
      `${showOrigin(entry.origin)}: ${showText(entry.key)} is ignored: ${entry.why}; a trusted project can only narrow`,
    );
  }

  #narrow(entries: readonly ConfigEntry[]): void {
    const base = mergeLayers(this.layers, this.#base);
    const kept: ConfigEntry[] = [];
    for (const entry of entries) {
      const before = base.get(entry.key);
      const narrowed = before === undefined ? { ignored: [] } : narrowEntry(entry, before);
      for (const part of narrowed.ignored) this.#ignore(part);
      if (narrowed.entry !== undefined) kept.push(narrowed.entry);
    }
    if (kept.length > 0) this.#admitNarrow(kept);
  }

  /** All at once where that narrows, else one after the other. */
  #admitNarrow(entries: readonly ConfigEntry[]): void {
    const without = this.#preview(this.layers);
    if (this.#findWidening(entries, without) === undefined) {
      this.layers.push({ entries, warnings: [] });
      return;
    }
    const kept: ConfigEntry[] = [];
    for (const entry of entries) {
      const what = this.#findWidening([...kept, entry], without);
      const why = `it would open more (${showText(what ?? '')})`;
      const { closing, rest } = splitDenied(entry);
      if (what === undefined) kept.push(entry);
      else if (closing !== undefined && this.#findWidening([...kept, closing], without) === undefined) {
        kept.push(closing);
        for (const part of rest) this.#ignore({ ...part, why });
      } else this.#ignore({ ...entry, why });
    }
    this.layers.push({ entries: kept, warnings: [] });
  }

  #findWidening(entries: readonly ConfigEntry[], without: ConfigSnapshot): string | undefined {
    try {
      return findWidening(this.#preview([...this.layers, { entries, warnings: [] }]), without);
    } catch (thrown) {
      if (!(thrown instanceof Fault)) throw thrown;
      return thrown.message;
    }
  }
}

/** `base`: the layers below projects. `projects`: the nearest folder first; it is the strongest. */
export function admitProjects(
  projects: readonly ProjectFile[],
  base: Merged,
  preview: Preview,
): AdmittedProjects {
  const admission = new Admission(base, preview);
  for (const project of projects.toReversed()) admission.admit(project);
  return admission;
}
