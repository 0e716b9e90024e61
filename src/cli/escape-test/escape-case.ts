import type { WallSettings } from '../../engine/sandbox/index.ts';
import type { SandboxMode } from '../../protocol/index.ts';
import type { CasePlace } from './case-place.ts';

/** What a case is about; the table has a row for each. */
export const FAMILIES = [
  'secrets',
  'writes',
  'protected',
  'persistence',
  'kernel',
  'processes',
  'network',
  'environment',
  'resources',
  'devices',
  'work',
] as const;

export type Family = (typeof FAMILIES)[number];

/** What the host can see after a payload has ended. */
export interface Evidence {
  readonly place: CasePlace;
  /** What the payload wrote, at most 256 KiB of each. */
  readonly stdout: string;
  readonly stderr: string;
  /** What the payload carried into the workspace, with what it printed. */
  readonly loot: string;
  /** Paths that the session named after the run as dangerous; empty without a wall. */
  readonly findings: readonly string[];
}

/** One thing that is tried behind the wall. */
export interface EscapeCase {
  /** Unique; family first. */
  readonly id: string;
  readonly family: Family;
  /** `containment`: must not get through. `work`: must succeed. */
  readonly kind: 'containment' | 'work';
  /** What is tried, in a few words. */
  readonly title: string;
  /** Programs, or absolute paths, without which the case is skipped. */
  readonly needs?: readonly string[];
  /** Default: workspace-write. */
  readonly mode?: SandboxMode;
  readonly hasNetwork?: boolean;
  /** Further writable folders, relative to the place. */
  readonly addDirs?: readonly string[];
  /** Further unreadable paths, relative to the place. */
  readonly denyRead?: readonly string[];
  readonly settings?: Partial<WallSettings>;
  /** Workspace, relative to the place; `ws` without one. */
  readonly workspace?: string;
  /** Variables of whoever starts the program. */
  environment?(place: CasePlace): Readonly<Record<string, string>>;
  /** Lays out what the payload aims at. */
  setup?(place: CasePlace): void | Promise<void>;
  /**
   * For bash, in the workspace. `$BASE`, `$WS`, `$OUT` and `$NODE` are there, and `reached`, which says that something
   * worked that the host cannot see by itself.
   */
  readonly payload: string | ((place: CasePlace) => string);
  /** Runs while the payload does, from the moment that it has made the file `ready`. */
  during?(place: CasePlace, run: RunningCase): Promise<void>;
  /**
   * A look at the host. Containment: true when it got through (what was carried away counts anyway). Work: true when it
   * worked (a status other than 0 counts as failure anyway).
   */
  verify?(evidence: Evidence): boolean | Promise<boolean>;
  /** Why the payload is not shown to work without a wall. */
  readonly unshown?: string;
  /** Without a wall only root gets through. */
  readonly isForRoot?: boolean;
  /** Runs in a process of ours of its own, started so. */
  readonly command?: CommandStart;
  /** The payload may be ended by what it tries: it tells at its beginning that it runs. */
  readonly endsItself?: boolean;
  /** Left out of a quick run. */
  readonly isSlow?: boolean;
}

export interface CommandStart {
  /** Put in front of our own command line; its last word must run the rest. */
  readonly wrap?: readonly string[];
  /** Files and folders, relative to the place, that are left open for reading from descriptor 3 on. */
  readonly inherited?: readonly string[];
}

export interface RunningCase {
  /** Ends the process that manages the wall, as `kill -9` does. Only with `command`. */
  killManager(): void;
  /** Runs bash in a second session on the same folders, to its end; nothing without a wall. */
  runBeside(script: string): Promise<void>;
}

export type Verdict = 'contained' | 'let-through' | 'works' | 'broken' | 'skipped' | 'failed';

export interface CaseResult {
  readonly id: string;
  readonly family: Family;
  readonly title: string;
  readonly verdict: Verdict;
  /** Why it was skipped, failed or is broken. */
  readonly reason?: string;
  readonly milliseconds: number;
}

/**
 * From any folder up to the root. A payload that tries the folders of all processes goes on from there to its own
 * target: without a wall it must not write into the folders of others.
 */
export const TO_THE_TOP = '/..'.repeat(16);
