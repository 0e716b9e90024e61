import { type NotificationParams, type SessionId, toFault } from '../protocol/index.ts';
import type { EngineClient } from './engine-client.ts';
import type { TerminalFollower } from './live-view.ts';

type Piece = NotificationParams<'terminal/data'>;
type Size = NotificationParams<'terminal/size'>;

/** The terminal that the page shows, taken anew from every connection. */
export class WatchedTerminal {
  readonly sessionId: SessionId;
  readonly #follower: TerminalFollower;
  #client: EngineClient | undefined;
  /** What came before the answer was taken; undefined behind it. */
  #held: (() => void)[] | undefined;
  #hasEnded = false;

  constructor(sessionId: SessionId, follower: TerminalFollower) {
    this.sessionId = sessionId;
    this.#follower = follower;
  }

  connect(client: EngineClient): void {
    this.#client = client;
    void this.#begin(client);
  }

  disconnect(): void {
    this.#client = undefined;
  }

  takeData({ sessionId, offset, data }: Piece): void {
    if (sessionId === this.sessionId) this.#inOrder(() => this.#follower.onData(offset, data));
  }

  takeSize({ sessionId, size }: Size): void {
    if (sessionId === this.sessionId) this.#inOrder(() => this.#follower.onSize(size));
  }

  end(): void {
    this.#hasEnded = true;
    const client = this.#client;
    this.#client = undefined;
    client?.call('terminal/unwatch', {}).catch(() => undefined);
  }

  #inOrder(tell: () => void): void {
    if (this.#hasEnded) return;
    if (this.#held === undefined) tell();
    else this.#held.push(tell);
  }

  async #begin(client: EngineClient): Promise<void> {
    const held: (() => void)[] = [];
    this.#held = held;
    try {
      const begun = await client.call('terminal/watch', { sessionId: this.sessionId });
      if (this.#hasEnded || client !== this.#client) return;
      this.#follower.onBegin(begun);
      this.#held = undefined;
      for (const tell of held) tell();
    } catch (thrown) {
      if (this.#hasEnded || client !== this.#client || client.isClosed) return;
      this.#follower.onFail(toFault(thrown).message);
    }
  }
}
