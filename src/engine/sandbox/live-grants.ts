/**
 * The paths that are granted in one session, and their mounts in everything that runs.
 *
 * Promises: a grant reaches what runs and what comes later, and its end both; of two grants where one lies in the other
 * the inner one is mounted only where it opens more, because a folder with a mount on it can neither be moved nor removed.
 * One change is made after the other.
 */
import type { GrantedPath } from './granted-paths.ts';
import type { Holder } from './holder.ts';
import { isBelow, isInside } from './path-inside.ts';
import type { GrantOutcome } from './sandbox.ts';

type Failed = Extract<GrantOutcome, { kind: 'failed' }>;

const GRANTED: GrantOutcome = { kind: 'granted' };

export class LiveGrants {
  readonly #holder: Holder;
  /** Host numbers of processes in the namespaces of running launches. */
  readonly #running: () => readonly number[];
  readonly #live = new Map<string, GrantedPath>();
  readonly #mounted = new Set<string>();
  #last: Promise<unknown> = Promise.resolve();
  /** By process that has caught up: what its launch began with. There it lies once more below, in the copy of the view, readable at least. */
  readonly #begunWith = new Map<number, Set<string>>();

  constructor(holder: Holder, running: () => readonly number[]) {
    this.#holder = holder;
    this.#running = running;
  }

  has(path: string): boolean {
    return this.#live.has(path);
  }

  /** What is mounted now, for the mounts of a new launch; in an order in which none hides another. */
  mounted(): readonly GrantedPath[] {
    return [...this.#live.values()].filter(({ path }) => this.#mounted.has(path)).sort(byDepth);
  }

  add(granted: GrantedPath): Promise<GrantOutcome> {
    return this.#inOrder(() => this.#add(granted));
  }

  remove(path: string): Promise<GrantOutcome> {
    return this.#inOrder(() => this.#remove(path));
  }

  /** Brings a launch that was planned with the grants `planned` to what is granted now, once its program runs. */
  catchUp(pid: number, planned: readonly GrantedPath[]): Promise<void> {
    return this.#inOrder(() => this.#catchUp(pid, planned));
  }

  #inOrder<Result>(change: () => Promise<Result>): Promise<Result> {
    const next = this.#last.then(change);
    this.#last = next.catch(() => undefined);
    return next;
  }

  async #add(granted: GrantedPath): Promise<GrantOutcome> {
    const { path } = granted;
    this.#live.set(path, granted);
    const outcome = await this.#mountAgain(path, () => (this.#isCovered(granted) ? null : granted));
    if (outcome.kind === 'failed' && !this.#mounted.has(path)) this.#live.delete(path);
    return outcome;
  }

  async #remove(path: string): Promise<GrantOutcome> {
    if (!this.#live.delete(path)) return { kind: 'failed', step: 'revoke', errno: 'ENOENT' };
    if (!this.#mounted.has(path)) return GRANTED;
    return this.#mountAgain(path, () => null);
  }

  async #catchUp(pid: number, planned: readonly GrantedPath[]): Promise<void> {
    const now = this.mounted();
    const begun = planned.filter(({ path }) => this.#mounted.has(path));
    this.#begunWith.set(pid, new Set(begun.filter(isOneLayer).map(({ path }) => path)));
    for (const { path } of planned.toReversed())
      if (!this.#mounted.has(path)) await this.#holder.unmount(pid, path);
    for (const granted of now)
      if (!planned.some(({ path }) => path === granted.path)) await this.#holder.mount({ pid, ...granted });
  }

  /**
   * Takes away what is mounted at and below `path`, mounts what is to be there, and then what lies below and is not open
   * by that. The inner ones would else stay hidden below it, and could not be taken away.
   */
  async #mountAgain(path: string, top: () => GrantedPath | null): Promise<GrantOutcome> {
    const failures: Failed[] = [];
    const note = (outcome: GrantOutcome): void => {
      if (outcome.kind === 'failed') failures.push(outcome);
    };
    const inner = [...this.#live.values()].filter((other) => isBelow(other.path, path)).sort(byDepth);
    for (const other of inner.toReversed())
      if (this.#mounted.has(other.path)) note(await this.#unmount(other.path));
    if (this.#mounted.has(path)) note(await this.#unmount(path));
    const granted = top();
    if (granted !== null) note(await this.#mount(granted));
    for (const other of inner) if (!this.#isCovered(other)) note(await this.#mount(other));
    return failures[0] ?? GRANTED;
  }

  /** Open already, as widely, by a mounted grant of a folder above. */
  #isCovered(inner: GrantedPath): boolean {
    return this.mounted().some(
      (outer) =>
        isBelow(inner.path, outer.path) &&
        (outer.mode === 'rw' || inner.mode === 'ro') &&
        ![...outer.readOnly, ...outer.hidden].some((closed) => isInside(inner.path, closed)),
    );
  }

  async #mount(granted: GrantedPath): Promise<GrantOutcome> {
    const outcome = await this.#holder.mount({ pid: this.#holder.anchorPid, ...granted });
    if (outcome.kind === 'failed') return outcome;
    this.#mounted.add(granted.path);
    return this.#inRunning((pid) => this.#holder.mount({ pid, ...granted }));
  }

  async #unmount(path: string): Promise<GrantOutcome> {
    this.#mounted.delete(path);
    const outcome = await this.#holder.unmount(this.#holder.anchorPid, path);
    const inside = await this.#inRunning(async (pid) => {
      const result = await this.#holder.unmount(pid, path);
      // A socket can be used and a secret be read through a read-only mount too.
      if (this.#begunWith.get(pid)?.delete(path)) await this.#holder.unmount(pid, path);
      return result;
    });
    return outcome.kind === 'failed' ? outcome : inside;
  }

  async #inRunning(change: (pid: number) => Promise<GrantOutcome>): Promise<GrantOutcome> {
    const outcomes: GrantOutcome[] = [];
    const running = this.#running();
    for (const pid of this.#begunWith.keys()) if (!running.includes(pid)) this.#begunWith.delete(pid);
    for (const pid of this.#begunWith.keys()) outcomes.push(await change(pid));
    return outcomes.find((outcome) => outcome.kind === 'failed' && !hasEnded(outcome)) ?? GRANTED;
  }
}

function isOneLayer({ readOnly, hidden }: GrantedPath): boolean {
  return readOnly.length + hidden.length === 0;
}

function byDepth(left: GrantedPath, right: GrantedPath): number {
  return left.path.split('/').length - right.path.split('/').length;
}

/** The launch ended meanwhile, and its mounts with it: there is nothing left to open or to close. */
function hasEnded({ step, errno }: Failed): boolean {
  return errno === 'ESRCH' || (step === 'namespace' && errno === 'ENOENT');
}
