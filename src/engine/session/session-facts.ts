import type { EventBody } from '../../protocol/index.ts';

export interface SessionFactsPorts {
  /** Resolves after the commit. */
  append(bodies: readonly EventBody[]): Promise<unknown>;
  setTimer(callback: () => void, delayMs: number): () => void;
}

/** How long a fact that nothing waits for may wait for company. */
const COMPANY_MS = 10;

/**
 * The facts of one session on their way into the journal, in order. The end of a run is followed at once by the next
 * run of its shell: written together they cost one wait for the disk instead of two.
 */
export class SessionFacts {
  readonly #ports: SessionFactsPorts;
  #waiting: EventBody[] = [];
  #company: PromiseWithResolvers<unknown> | undefined;
  #cancelTimer: () => void = () => undefined;

  constructor(ports: SessionFactsPorts) {
    this.#ports = ports;
  }

  /** Appends now, behind whatever has been waiting. */
  append(bodies: readonly EventBody[]): Promise<unknown> {
    const all = [...this.#waiting, ...bodies];
    const company = this.#company;
    this.#waiting = [];
    this.#company = undefined;
    this.#cancelTimer();
    const appended = this.#ports.append(all);
    if (company) appended.then(company.resolve, company.reject);
    return appended;
  }

  /** Appends together with the next call of `append`, or shortly by itself. */
  appendSoon(bodies: readonly EventBody[]): Promise<unknown> {
    this.#waiting.push(...bodies);
    if (!this.#company) {
      this.#company = Promise.withResolvers();
      // A failure reaches the caller; this only keeps it from counting as unhandled when nobody looks.
      this.#cancelTimer = this.#ports.setTimer(() => void this.append([]).catch(() => undefined), COMPANY_MS);
    }
    return this.#company.promise;
  }
}
