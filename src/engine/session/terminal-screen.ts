import { LastBytes } from '../base/index.ts';
import type { SessionTerminal, TerminalListener } from '../engine.ts';

/** What is kept of what was printed, for whoever begins to watch. */
const MAX_KEPT_BYTES = 2 * 1024 * 1024;

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

export interface TerminalPorts {
  /** Whether its size may follow a page: nobody else looks at it. */
  readonly isOfPage: boolean;
  type(bytes: Uint8Array): void;
  resize(size: TerminalSize): void;
}

/** What the terminal of a session shows: the end of all that was printed on it, byte for byte, and its size. */
export class TerminalScreen implements SessionTerminal {
  readonly isOfPage: boolean;
  readonly #ports: TerminalPorts;
  readonly #listeners = new Set<TerminalListener>();
  #size: TerminalSize;
  readonly #kept = new LastBytes(MAX_KEPT_BYTES);
  #totalBytes = 0;

  constructor(size: TerminalSize, ports: TerminalPorts) {
    this.#size = { columns: size.columns, rows: size.rows };
    this.#ports = ports;
    this.isOfPage = ports.isOfPage;
  }

  get size(): TerminalSize {
    return this.#size;
  }

  /** Something was printed. */
  take(bytes: Uint8Array): void {
    const offset = this.#totalBytes;
    this.#totalBytes += bytes.length;
    this.#kept.push(bytes);
    for (const listener of this.#listeners) listener.onData(offset, bytes);
  }

  read(from = 0): { offset: number; data: Uint8Array } {
    const wanted = Math.min(this.#kept.length, Math.max(0, this.#totalBytes - from));
    return { offset: this.#totalBytes - wanted, data: this.#kept.read(wanted) };
  }

  watch(listener: TerminalListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  type(bytes: Uint8Array): void {
    this.#ports.type(bytes);
  }

  resize(size: TerminalSize): void {
    if (this.isOfPage) this.#ports.resize(size);
  }

  /** Its size has changed. */
  noteSize(size: TerminalSize): void {
    this.#size = { columns: size.columns, rows: size.rows };
    for (const listener of this.#listeners) listener.onSize(this.#size);
  }
}
