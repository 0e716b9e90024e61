/**
 * Opens and closes paths, sockets among them, in the wall of a session, counting who needs them: a path is mounted when the first needs it
 * and unmounted when the last is done. Without the count, one grant's end would take away what another still gives.
 */
import type { AccessGrant } from '../../protocol/index.ts';

export interface AccessWall {
  grant(path: string, mode: 'ro' | 'rw'): Promise<void>;
  revoke(path: string): Promise<void>;
}

export class AccessKeeper {
  readonly #wall: AccessWall;
  readonly #holders = new Map<string, { ro: number; rw: number }>();
  /** One change at a time: a mount and an unmount of the same path must not overtake each other. */
  #last: Promise<void> = Promise.resolve();

  constructor(wall: AccessWall) {
    this.#wall = wall;
  }

  /** Resolves when everything in `access` is open; the returned function closes it again, once. Throws a Fault when the wall could not be moved. */
  async open(access: AccessGrant): Promise<() => Promise<void>> {
    const wanted = [
      ...access.read.map((path) => ({ path, mode: 'ro' as const })),
      ...[...access.write, ...access.sockets].map((path) => ({ path, mode: 'rw' as const })),
    ];
    const opened: typeof wanted = [];
    const closeOpened = once(async () => {
      for (const { path, mode } of opened.reverse()) await this.#inOrder(() => this.#close(path, mode));
    });
    try {
      for (const one of wanted) {
        await this.#inOrder(() => this.#open(one.path, one.mode));
        opened.push(one);
      }
    } catch (cause) {
      await closeOpened();
      throw cause;
    }
    return closeOpened;
  }

  async #open(path: string, mode: 'ro' | 'rw'): Promise<void> {
    const count = this.#holders.get(path) ?? { ro: 0, rw: 0 };
    const isOpenWider = count.rw > 0 || (mode === 'ro' && count.ro > 0);
    if (!isOpenWider) {
      if (count.ro > 0) await this.#wall.revoke(path);
      await this.#wall.grant(path, mode);
    }
    count[mode] += 1;
    this.#holders.set(path, count);
  }

  async #close(path: string, mode: 'ro' | 'rw'): Promise<void> {
    const count = this.#holders.get(path);
    if (!count) return;
    count[mode] -= 1;
    if (mode === 'rw' && count.rw === 0) {
      await this.#wall.revoke(path);
      if (count.ro > 0) await this.#wall.grant(path, 'ro');
    } else if (count.ro === 0 && count.rw === 0) await this.#wall.revoke(path);
    if (count.ro === 0 && count.rw === 0) this.#holders.delete(path);
  }

  #inOrder(change: () => Promise<void>): Promise<void> {
    const next = this.#last.then(change);
    this.#last = next.catch(() => undefined);
    return next;
  }
}

function once(action: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= action();
    return done;
  };
}
