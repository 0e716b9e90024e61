/**
 * Tells when a file of the user's configuration has changed: `config.toml`, files of profiles, rules. Promises: a file
 * that was replaced by another, appeared, went away or lies behind a link is noticed like one that was written; what did
 * not change is not told. Does not read the files, and does not look at those of projects.
 */
import { type FSWatcher, readdirSync, realpathSync, statSync, watch } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Clock } from '../base/index.ts';

/** Editors write in several steps; what is read in the middle of them would be a mistake that is none. */
const SETTLE_MS = 100;
/** Where the system cannot tell of changes. */
const POLL_MS = 2000;

interface WatchOptions {
  readonly sallyportHome: string;
  readonly clock: Pick<Clock, 'setTimer'>;
  /** Called with the files that changed. */
  onChange(files: readonly string[]): void;
}

function namesIn(folder: string, isMeant: (name: string) => boolean): string[] {
  try {
    return readdirSync(folder).filter(isMeant);
  } catch {
    return [];
  }
}

const isConfigName = (name: string): boolean => name === 'config.toml' || name.endsWith('.config.toml');
const isRulesName = (name: string): boolean => name.endsWith('.rules');

/** What a file is now, such that any change of it makes another text. */
function signatureOf(file: string): string {
  try {
    const { ino, size, mtimeNs, ctimeNs } = statSync(file, { bigint: true });
    return `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
  } catch {
    return 'unreadable';
  }
}

class ConfigWatch {
  readonly #options: WatchOptions;
  readonly #rules: string;
  readonly #watchers = new Map<string, FSWatcher>();
  #known: ReadonlyMap<string, string>;
  #cancelTimer: () => void = () => undefined;
  #isSettling = false;
  #isClosed = false;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#rules = join(options.sallyportHome, 'rules');
    this.#known = this.#read();
    this.#watchAll();
    // What changed while the watch was put up.
    this.#look();
  }

  #read(): ReadonlyMap<string, string> {
    const { sallyportHome } = this.#options;
    const files = [
      ...namesIn(sallyportHome, isConfigName).map((name) => join(sallyportHome, name)),
      ...namesIn(this.#rules, isRulesName).map((name) => join(this.#rules, name)),
    ];
    return new Map(files.map((file) => [file, signatureOf(file)]));
  }

  /** The folders in which something may happen: also those that links lead to. */
  #folders(): Set<string> {
    const folders = new Set([this.#options.sallyportHome, this.#rules]);
    for (const file of this.#known.keys()) {
      try {
        folders.add(dirname(realpathSync(file)));
      } catch {
        // It leads nowhere: its own folder tells when that changes.
      }
    }
    return folders;
  }

  #watchAll(): void {
    const wanted = this.#folders();
    for (const [folder, watcher] of this.#watchers) {
      if (wanted.has(folder)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    for (const folder of wanted) if (!this.#watchers.has(folder)) this.#watch(folder);
    const isDeaf = !this.#watchers.has(this.#options.sallyportHome);
    if (isDeaf && !this.#isSettling) this.#lookIn(POLL_MS);
  }

  #watch(folder: string): void {
    try {
      const watcher = watch(folder, { persistent: false }, (_kind, name) => {
        if (
          name === null ||
          isConfigName(name) ||
          isRulesName(name) ||
          name === 'rules' ||
          !this.#isOwn(folder)
        )
          this.#settle();
      });
      watcher.on('error', () => {
        watcher.close();
        if (this.#watchers.get(folder) === watcher) this.#watchers.delete(folder);
        this.#settle();
      });
      this.#watchers.set(folder, watcher);
    } catch {
      // Not there, or the system has no watch left: its parent tells, or time does.
    }
  }

  #isOwn(folder: string): boolean {
    return folder === this.#options.sallyportHome;
  }

  #settle(): void {
    if (this.#isClosed) return;
    this.#isSettling = true;
    this.#lookIn(SETTLE_MS);
  }

  #lookIn(delayMs: number): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#options.clock.setTimer(() => {
      this.#isSettling = false;
      this.#look();
    }, delayMs);
  }

  #look(): void {
    if (this.#isClosed) return;
    const before = this.#known;
    this.#known = this.#read();
    // A folder that was replaced has lost its watch.
    this.#watchers.get(this.#rules)?.close();
    this.#watchers.delete(this.#rules);
    this.#watchAll();
    const names = new Set([...before.keys(), ...this.#known.keys()]);
    const changed = [...names].filter((file) => before.get(file) !== this.#known.get(file));
    if (changed.length > 0) this.#options.onChange(changed);
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelTimer();
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }
}

/** Watches until it is closed. Never throws: where the system cannot tell of changes, it looks every two seconds. */
export function watchConfig(options: WatchOptions): { close(): void } {
  return new ConfigWatch(options);
}
