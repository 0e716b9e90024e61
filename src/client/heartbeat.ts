import type { LivePorts } from './live-ports.ts';

/** After so long without a word from the engine it is asked for one. */
const QUIET_MS = 5000;
/** So long it may take to say it. */
const ANSWER_MS = 5000;
/** A timer that is so late was not run: the machine slept, or the page was not let run. */
const LATE_MS = 1000;

export interface HeartbeatPorts extends Pick<LivePorts, 'nowMs' | 'setTimer'> {
  /** Asks for any word at all. */
  ask(): void;
  /** Nothing came: whoever is at the other end has stopped, though nobody has closed the connection. */
  onSilence(): void;
}

/**
 * Listens whether the other end is still there.
 *
 * Promises: while it hears something nothing is asked; silence is told once, at most ten seconds after the last word;
 * it has one timer at a time, and after a sleep of the machine it asks anew before it calls anything silence.
 */
export class Heartbeat {
  readonly #ports: HeartbeatPorts;
  #heardAt = 0;
  #stopTimer = (): void => undefined;

  constructor(ports: HeartbeatPorts) {
    this.#ports = ports;
  }

  /** Begins to listen. */
  start(): void {
    this.heard();
    this.#rest();
  }

  /** Something came from the other end. */
  heard(): void {
    this.#heardAt = this.#ports.nowMs();
  }

  stop(): void {
    this.#stopTimer();
    this.#stopTimer = () => undefined;
  }

  #rest(): void {
    const { nowMs, setTimer } = this.#ports;
    // a clock that was set back must not make the rest longer
    const quietMs = Math.max(0, nowMs() - this.#heardAt);
    if (quietMs >= QUIET_MS) this.#ask(true);
    else this.#stopTimer = setTimer(() => this.#rest(), QUIET_MS - quietMs);
  }

  #ask(mayAskAgain: boolean): void {
    const { nowMs, setTimer, ask, onSilence } = this.#ports;
    const askedAt = nowMs();
    const before = this.#heardAt;
    this.#stopTimer = setTimer(() => {
      if (this.#heardAt !== before) this.#rest();
      // what came meanwhile may lie behind this timer: one more word is asked for
      else if (mayAskAgain && nowMs() - askedAt > ANSWER_MS + LATE_MS) this.#ask(false);
      else onSilence();
    }, ANSWER_MS);
    ask();
  }
}
