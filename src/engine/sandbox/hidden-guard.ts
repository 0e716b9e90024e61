/**
 * Keeps the guard of a session's holder in step with what is to be hidden: which names it covers as soon as something
 * else stands there, and in which launches.
 *
 * Promises: what is granted is left open, and closed again when the grant has ended; a secret that has come is hidden
 * in later launches too; what cannot be covered is told at once, what cannot be watched when the session is opened.
 * Does not promise that nothing was read in the moment before.
 */

import { showLine } from '../../timeline/index.ts';
import type { LimitHit } from './exec-gate.ts';
import type { GuardEvent, GuardedName, Holder } from './holder.ts';
import type { LateHidden } from './late-hidden.ts';
import { encodeField } from './line-fields.ts';

/** The guard takes one list as one message of so many names and bytes. */
const MAX_NAMES = 1500;
const MAX_BYTES = 100_000;

/** Something that must not be read can be. */
export type Exposed = Extract<GuardEvent, { kind: 'exposed' }>;

/** What is told of a launch that is ended for it. */
export function describeExposed({ path, step, errno }: Exposed): LimitHit {
  const rule = `the wall could not hide ${showLine(path)}, which somebody has replaced (${step}: ${errno}); everything in it has been ended`;
  return { type: 'limit', name: 'wall', rule };
}

type Guarding = Pick<Holder, 'guard' | 'enter' | 'leave' | 'listen'>;
type Names = Pick<LateHidden, 'lookForNew' | 'namesToGuard'>;

export class HiddenGuard {
  readonly #holder: Guarding;
  readonly #late: Names;
  readonly #onExposed: (exposed: Exposed) => void;
  readonly #unwatched = new Map<string, string>();
  /** The list that the guard has, as one text. */
  #told = '';
  #last: Promise<unknown> = Promise.resolve();

  constructor(holder: Guarding, late: Names, onExposed: (exposed: Exposed) => void) {
    this.#holder = holder;
    this.#late = late;
    this.#onExposed = onExposed;
    holder.listen((event) => this.#take(event));
  }

  /** What cannot be watched, as sentences. */
  notes(): string[] {
    const [first] = this.#unwatched;
    if (first === undefined) return [];
    const [path, errno] = first;
    const others = this.#unwatched.size - 1;
    const which = others === 0 ? path : `${path} and ${others} others that are hidden`;
    return [
      `${which} cannot be watched (${errno}): if somebody outside replaces one while a program runs, that program can read it until the next launch.`,
    ];
  }

  /** Tells the guard what is to be hidden now; nothing where that has not changed. */
  update(): Promise<void> {
    return this.#inOrder(() => this.#tell(this.#late.namesToGuard()));
  }

  /** After a change of what is granted: that is not hidden, and hidden again when the grant has ended. */
  async follow<Outcome>(change: Promise<Outcome>): Promise<Outcome> {
    const outcome = await change;
    await this.update();
    return outcome;
  }

  /** Covers everything in a launch that runs, and keeps it covered; told where that cannot be. */
  async enter(pid: number): Promise<void> {
    const outcome = await this.#holder.enter(pid);
    // One that has ended already has nothing to hide from; a guard that is gone ends the session by itself.
    if (outcome.kind === 'failed' && outcome.errno !== 'ENOENT' && outcome.errno !== 'ESRCH')
      this.#onExposed({ kind: 'exposed', path: 'what is hidden', step: outcome.step, errno: outcome.errno });
  }

  async leave(pid: number): Promise<void> {
    await this.#holder.leave(pid);
  }

  #take(event: GuardEvent): void {
    if (event.kind === 'unwatched') this.#unwatched.set(event.path, event.errno);
    else if (event.kind === 'exposed') this.#onExposed(event);
    else
      void this.#inOrder(() => {
        this.#late.lookForNew();
        // Also where the list is the same: it tells of the next change only after a new one.
        this.#told = '';
        return this.#tell(this.#late.namesToGuard());
      });
  }

  async #tell(names: readonly GuardedName[]): Promise<void> {
    const told = names
      .map(({ path, hasNear, isInner }) => `${hasNear ? '+' : ''}${isInner ? '-' : ''}${path}`)
      .join('\0');
    if (told === this.#told) return;
    this.#told = told;
    this.#unwatched.clear();
    const { fitting, rest } = cutNames(names);
    const outcome = await this.#holder.guard(fitting);
    for (const { path } of rest) this.#unwatched.set(path, 'E2BIG');
    if (outcome.kind === 'granted' || outcome.errno === 'ESRCH') return;
    for (const { path } of names) this.#unwatched.set(path, outcome.errno);
  }

  #inOrder(change: () => Promise<void>): Promise<void> {
    const next = this.#last.then(change);
    this.#last = next.catch(() => undefined);
    return next;
  }
}

/** As many as the guard takes at once; the rest is covered before each launch only. */
function cutNames(names: readonly GuardedName[]): {
  readonly fitting: readonly GuardedName[];
  readonly rest: readonly GuardedName[];
} {
  let bytes = 0;
  let count = 0;
  for (const { path } of names) {
    bytes += encodeField(path).length + 8;
    if (count >= MAX_NAMES || bytes > MAX_BYTES) break;
    count++;
  }
  return { fitting: names.slice(0, count), rest: names.slice(count) };
}
