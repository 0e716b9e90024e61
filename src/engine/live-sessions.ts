import { Fault, type SessionId } from '../protocol/index.ts';
import { chooseSandbox } from './sandbox/index.ts';
import { Session, type SessionDeps, type SessionInput } from './session/index.ts';

/** The sessions of an engine, from before they are open until they are closed. Once stopped, it opens no more. */
export class LiveSessions {
  readonly #deps: Omit<SessionDeps, 'sandbox'>;
  readonly #lastChange: () => { readonly by: string };
  readonly #sessions = new Map<SessionId, Session>();
  readonly #countListeners = new Set<(count: number) => void>();
  #opening = 0;
  #isStopping = false;

  /** `lastChange`: which file of the configuration changed last; another object after each change. */
  constructor(deps: Omit<SessionDeps, 'sandbox' | 'onClosed'>, lastChange: () => { readonly by: string }) {
    this.#deps = {
      ...deps,
      onClosed: (sessionId) => {
        this.#sessions.delete(sessionId);
        this.#tellCount();
      },
    };
    this.#lastChange = lastChange;
  }

  /** Those that are open, oldest first. */
  list(): readonly Session[] {
    return [...this.#sessions.values()];
  }

  find(sessionId: SessionId): Session | undefined {
    return this.#sessions.get(sessionId);
  }

  /** With those that are about to open. */
  get count(): number {
    return this.#sessions.size + this.#opening;
  }

  onCount(listener: (count: number) => void): () => void {
    this.#countListeners.add(listener);
    return () => this.#countListeners.delete(listener);
  }

  /** Opens one. Throws where `read` does, where no wall can be built, and in an engine that stops or cannot write. */
  async open(read: () => SessionInput): Promise<Session> {
    this.#requireRunning();
    this.#opening += 1;
    try {
      const before = this.#lastChange();
      const input = read();
      const sandbox = chooseSandbox(input.config.snapshot.sandboxMode);
      const session = await Session.open({ ...this.#deps, sandbox }, input);
      this.#sessions.set(session.sessionId, session);
      const last = this.#lastChange();
      if (last !== before) await session.config.reload(last.by);
      // It may have stopped meanwhile, and then nobody else would close it.
      if (this.#isStopping) await session.close('engine-stopped');
      this.#requireRunning();
      return session;
    } finally {
      this.#opening -= 1;
      this.#tellCount();
    }
  }

  /** Closes all, and opens no more. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.closeAll();
  }

  async closeAll(): Promise<void> {
    await Promise.allSettled(this.list().map((session) => session.close('engine-stopped')));
  }

  #requireRunning(): void {
    if (this.#isStopping)
      throw new Fault({ kind: 'peer', code: 'engine-stopping', message: 'the engine is stopping' });
    const { failure } = this.#deps.journal;
    if (failure) throw failure;
  }

  #tellCount(): void {
    for (const listener of this.#countListeners) listener(this.count);
  }
}
