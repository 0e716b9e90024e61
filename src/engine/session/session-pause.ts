import type { EventBody } from '../../protocol/index.ts';
import { type Going, PauseGate } from './pause-gate.ts';

/** The pauses of a session, and who asked for them. */
export class SessionPause {
  readonly #append: (bodies: readonly EventBody[]) => Promise<unknown>;
  readonly #gate = new PauseGate();
  #isPaused = false;
  #hasEnded = false;

  constructor(append: (bodies: readonly EventBody[]) => Promise<unknown>) {
    this.#append = append;
  }

  /** New runs wait from now on. */
  async pause(by: string): Promise<void> {
    if (this.#isPaused || this.#hasEnded) return;
    this.#isPaused = true;
    this.#gate.close();
    await this.#append([{ type: 'session/paused', by }]);
  }

  /** Runs go on, once it is in the history. */
  async resume(by: string): Promise<void> {
    if (!this.#isPaused || this.#hasEnded) return;
    this.#isPaused = false;
    await this.#append([{ type: 'session/resumed', by }]);
    // It may have been paused anew meanwhile.
    if (!this.#isPaused) this.#gate.open();
  }

  /** The session ends: nothing goes on any more. */
  end(): void {
    this.#hasEnded = true;
    this.#gate.end();
  }

  /** Resolves when a run may go on, or never will. */
  whenGoing(gone: AbortSignal): Promise<Going> {
    return this.#gate.whenGoing(gone);
  }
}
