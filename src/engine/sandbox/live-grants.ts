/**
 * The paths that are granted in one session, and their mounts in everything that runs.
 *
 * Promises: a grant reaches what runs and what comes later, and its end both; of two grants where one lies in the other
 * the inner one is mounted only where it opens more, because a folder with a mount on it can neither be moved nor
 * removed; what is protected in a granted folder is planned anew for each mount. What lies in a folder that is covered as a
 * whole is shown by its name, and the rest of that folder stays covered. One change is made after the other. A grant whose
 * protected places are not all mounted is not opened, or is ended: a mount goes when somebody outside takes its place away
 * or puts another file over it.
 */
import type { GrantedPath, GrantPlan } from './granted-paths.ts';
import type { Holder } from './holder.ts';
import { readMountPoints } from './mount-points.ts';
import { isBelow, isInside } from './path-inside.ts';
import type { GrantMode, GrantOutcome } from './sandbox.ts';

type Failed = Extract<GrantOutcome, { kind: 'failed' }>;

interface MountedPath extends GrantedPath {
  /** The covered folder that it is shown in; what is granted in the same one is put up together. */
  readonly cover: string | null;
}

const GRANTED: GrantOutcome = { kind: 'granted' };

/** A protected place in a granted path that lost its mount while the grant was open. */
interface LostPlace {
  readonly place: string;
  readonly granted: string;
}

export interface LostPlaces {
  /** All up to now. */
  readonly lost: readonly LostPlace[];
  /** Granted paths that were ended by it, and that whoever opened them has not revoked yet. */
  readonly ended: readonly string[];
}

interface GrantPlanner {
  /** What a grant opens and keeps closed, with its placeholders made. */
  plan(path: string, mode: GrantMode): Promise<GrantPlan>;
  /** The path is not mounted any more: its placeholders may go. */
  release(path: string): Promise<void>;
}

export class LiveGrants {
  readonly #holder: Holder;
  readonly #planner: GrantPlanner;
  readonly #live = new Map<string, GrantMode>();
  readonly #mounted = new Map<string, MountedPath>();
  /**
   * By process in a running launch: what that launch began with. There it lies once more below, in the launch's copy of
   * the view, readable at least.
   */
  readonly #begunWith = new Map<number, Set<string>>();
  #lost: readonly LostPlace[] = [];
  /** Ended by that, and not yet by who had opened them. */
  readonly #endedEarly = new Set<string>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(holder: Holder, planner: GrantPlanner) {
    this.#holder = holder;
    this.#planner = planner;
  }

  has(path: string): boolean {
    return this.#live.has(path);
  }

  /** Folders and files that are open for writing. */
  writable(): readonly string[] {
    return [...this.#live].flatMap(([path, mode]) => (mode === 'rw' ? [path] : []));
  }

  /** What is mounted now, for the mounts of a new launch; in an order in which none hides another. */
  mounted(): readonly MountedPath[] {
    return [...this.#mounted.values()].sort(byDepth);
  }

  /** The innermost grant that is mounted there keeps it protected or hidden. */
  keepsClosed(path: string): boolean {
    const innermost = this.mounted().findLast((granted) => isInside(path, granted.path));
    if (innermost === undefined) return false;
    return [...innermost.readOnly, ...innermost.hidden].some((closed) => isInside(path, closed));
  }

  add(path: string, mode: GrantMode): Promise<GrantOutcome> {
    return this.#inOrder(async () => {
      await this.#endAllLost();
      const before = this.#live.get(path);
      this.#endedEarly.delete(path);
      this.#live.set(path, mode);
      const outcome = await this.#mountAgain(path);
      if (outcome.kind === 'granted') return outcome;
      if (before === undefined) this.#live.delete(path);
      else this.#live.set(path, before);
      await this.#mountAgain(path);
      return outcome;
    });
  }

  remove(path: string): Promise<GrantOutcome> {
    return this.#inOrder(async () => {
      if (this.#endedEarly.delete(path)) return GRANTED;
      if (!this.#live.delete(path)) return { kind: 'failed', step: 'revoke', errno: 'ENOENT' };
      return this.#mounted.has(path) ? this.#mountAgain(path) : GRANTED;
    });
  }

  /** Ends the grants in which a protected place has lost its mount. */
  endLost(): Promise<LostPlaces> {
    return this.#inOrder(async () => {
      await this.#endAllLost();
      return { lost: this.#lost, ended: [...this.#endedEarly] };
    });
  }

  async #endAllLost(): Promise<void> {
    const lost = await this.#lookFor(this.mounted());
    for (const granted of new Set(lost.map((found) => found.granted))) {
      this.#live.delete(granted);
      this.#endedEarly.add(granted);
      await this.#mountAgain(granted);
    }
  }

  /** Remembers what has lost its mount among the protected places of these. */
  async #lookFor(grants: readonly GrantedPath[]): Promise<readonly LostPlace[]> {
    if (grants.every(({ readOnly }) => readOnly.length === 0)) return [];
    const points = await readMountPoints(this.#holder.anchorPid);
    // Without its anchor nothing runs in the session any more.
    if (points === null) return [];
    const lost = grants.flatMap(({ path, readOnly }) =>
      readOnly.filter((place) => !points.has(place)).map((place) => ({ place, granted: path })),
    );
    const isKnown = ({ place }: LostPlace): boolean => this.#lost.some((known) => known.place === place);
    this.#lost = [...this.#lost, ...lost.filter((found) => !isKnown(found))];
    return lost;
  }

  /** Brings a launch that was planned with the grants `planned` to what is granted now, once its program runs. */
  catchUp(pid: number, planned: readonly MountedPath[]): Promise<void> {
    return this.#inOrder(async () => {
      const begun = planned.filter(({ path, cover }) => cover === null && this.#mounted.has(path));
      this.#begunWith.set(pid, new Set(begun.filter(isOneLayer).map(({ path }) => path)));
      const ended = planned.filter(({ path }) => !this.#mounted.has(path));
      const added = this.mounted().filter(({ path }) => !planned.some((begun) => begun.path === path));
      for (const { path, cover } of ended.toReversed())
        if (cover === null) await this.#holder.unmount(pid, path);
      for (const cover of new Set([...ended, ...added].flatMap((changed) => changed.cover ?? [])))
        await this.#reveal(pid, cover);
      for (const granted of added) if (granted.cover === null) await this.#holder.mount({ pid, ...granted });
    });
  }

  /** The launch has ended. */
  forget(pid: number): void {
    this.#begunWith.delete(pid);
  }

  #inOrder<Result>(change: () => Promise<Result>): Promise<Result> {
    const next = this.#last.then(change);
    this.#last = next.catch(() => undefined);
    return next;
  }

  /**
   * Takes away what is mounted at and below `path`, mounts what is granted there, and then what lies below and is not open
   * by that. The inner ones would else stay hidden below it, and could not be taken away.
   */
  async #mountAgain(path: string): Promise<GrantOutcome> {
    const failures: Failed[] = [];
    const note = (outcome: GrantOutcome): void => {
      if (outcome.kind === 'failed') failures.push(outcome);
    };
    for (const { path: inner } of this.mounted().toReversed())
      if (isInside(inner, path)) note(await this.#unmount(inner));
    const wanted = [...this.#live]
      .filter(([inner]) => isInside(inner, path))
      .sort(([a], [b]) => depth(a) - depth(b));
    for (const [inner, mode] of wanted)
      if (!this.#isCovered(inner, mode)) note(await this.#mount(inner, mode));
    return failures[0] ?? GRANTED;
  }

  /** Open already, as widely, by a mounted grant of a folder above. */
  #isCovered(inner: string, mode: GrantMode): boolean {
    return this.mounted().some(
      (outer) =>
        isBelow(inner, outer.path) &&
        (outer.mode === 'rw' || mode === 'ro') &&
        ![...outer.readOnly, ...outer.hidden].some((closed) => isInside(inner, closed)),
    );
  }

  async #mount(path: string, mode: GrantMode): Promise<GrantOutcome> {
    const plan = await this.#planner.plan(path, mode);
    if (plan.kind === 'failed') return plan;
    const granted = { ...plan.granted, cover: this.#coverOf(plan.granted) };
    const { cover } = granted;
    const put = (pid: number): Promise<GrantOutcome> =>
      cover === null ? this.#holder.mount({ pid, ...granted }) : this.#reveal(pid, cover);
    this.#mounted.set(path, granted);
    const outcome = await put(this.#holder.anchorPid);
    if (outcome.kind === 'failed') {
      this.#mounted.delete(path);
      return outcome;
    }
    // One that went between its making and the mount is not opened without it.
    if ((await this.#lookFor([granted])).length === 0) return this.#inRunning(put);
    await this.#unmount(path);
    return { kind: 'failed', step: 'protect', errno: 'ENOENT' };
  }

  /** The outermost covered folder above that no mounted grant opens. */
  #coverOf({ path, coveredBy }: GrantedPath): string | null {
    const outer = this.mounted().findLast((granted) => isBelow(path, granted.path));
    if (outer === undefined) return coveredBy[0] ?? null;
    return coveredBy.find((cover) => isBelow(cover, outer.path)) ?? outer.cover;
  }

  #reveal(pid: number, cover: string): Promise<GrantOutcome> {
    return this.#holder.reveal(
      pid,
      cover,
      this.mounted().filter((granted) => granted.cover === cover),
    );
  }

  async #unmount(path: string): Promise<GrantOutcome> {
    const mounted = this.#mounted.get(path);
    if (mounted !== undefined) await this.#lookFor([mounted]);
    const cover = mounted?.cover ?? null;
    this.#mounted.delete(path);
    if (cover !== null) {
      const covered = await this.#reveal(this.#holder.anchorPid, cover);
      const everywhere = await this.#inRunning((pid) => this.#reveal(pid, cover));
      await this.#planner.release(path);
      return covered.kind === 'failed' ? covered : everywhere;
    }
    const outcome = await this.#holder.unmount(this.#holder.anchorPid, path);
    const inside = await this.#inRunning(async (pid) => {
      const result = await this.#holder.unmount(pid, path);
      // A socket can be used and a secret be read through a read-only mount too.
      if (this.#begunWith.get(pid)?.delete(path)) await this.#holder.unmount(pid, path);
      return result;
    });
    await this.#planner.release(path);
    return outcome.kind === 'failed' ? outcome : inside;
  }

  async #inRunning(change: (pid: number) => Promise<GrantOutcome>): Promise<GrantOutcome> {
    const outcomes: GrantOutcome[] = [];
    for (const pid of this.#begunWith.keys()) outcomes.push(await change(pid));
    return outcomes.find((outcome) => outcome.kind === 'failed' && !hasEnded(outcome)) ?? GRANTED;
  }
}

function isOneLayer({ readOnly, hidden }: GrantedPath): boolean {
  return readOnly.length + hidden.length === 0;
}

function depth(path: string): number {
  return path.split('/').length;
}

function byDepth(left: GrantedPath, right: GrantedPath): number {
  return depth(left.path) - depth(right.path);
}

/** The launch ended meanwhile, and its mounts with it: there is nothing left to open or to close. */
function hasEnded({ step, errno }: Failed): boolean {
  return errno === 'ESRCH' || (step === 'namespace' && errno === 'ENOENT');
}
