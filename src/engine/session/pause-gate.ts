/** `going`: it may go on; `gone`: whoever wanted to is gone; `ended`: the session has ended. */
export type Going = 'going' | 'gone' | 'ended';

/**
 * Where runs wait while their session is paused. What runs already is not stopped, nor are builtins and programs that
 * nobody holds: a paused session starts nothing that comes past the gate.
 */
export class PauseGate {
  readonly #waiting = new Set<PromiseWithResolvers<void>>();
  #isClosed = false;
  #hasEnded = false;

  /** Runs wait from now on. */
  close(): void {
    this.#isClosed = true;
  }

  /** Runs go on. */
  open(): void {
    this.#isClosed = false;
    this.#wake();
  }

  /** Nothing goes on any more. */
  end(): void {
    this.#hasEnded = true;
    this.#wake();
  }

  /** Resolves when the run may go on, or never will. */
  async whenGoing(gone: AbortSignal): Promise<Going> {
    while (this.#isClosed && !this.#hasEnded && !gone.aborted) await this.#wait(gone);
    if (this.#hasEnded) return 'ended';
    return this.#isClosed ? 'gone' : 'going';
  }

  async #wait(gone: AbortSignal): Promise<void> {
    const woken = Promise.withResolvers<void>();
    this.#waiting.add(woken);
    const wake = (): void => woken.resolve();
    gone.addEventListener('abort', wake);
    await woken.promise;
    gone.removeEventListener('abort', wake);
    this.#waiting.delete(woken);
  }

  #wake(): void {
    for (const { resolve } of this.#waiting) resolve();
  }
}
