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
  #kept: Uint8Array[] = [];
  #keptBytes = 0;
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
    this.#keep(bytes);
    for (const listener of this.#listeners) listener.onData(offset, bytes);
  }

  read(from = 0): { offset: number; data: Uint8Array } {
    const wanted = Math.min(this.#keptBytes, Math.max(0, this.#totalBytes - from));
    const pieces: Uint8Array[] = [];
    let left = wanted;
    for (let place = this.#kept.length - 1; place >= 0 && left > 0; place -= 1) {
      const piece = this.#kept[place] ?? new Uint8Array();
      pieces.unshift(piece.subarray(Math.max(0, piece.length - left)));
      left -= piece.length;
    }
    return { offset: this.#totalBytes - wanted, data: Buffer.concat(pieces) };
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

  #keep(bytes: Uint8Array): void {
    this.#kept.push(bytes);
    this.#keptBytes += bytes.length;
    while (this.#keptBytes > MAX_KEPT_BYTES) {
      const first = this.#kept[0];
      if (first === undefined) return;
      const over = this.#keptBytes - MAX_KEPT_BYTES;
      const cut = Math.min(over, first.length);
      if (cut === first.length) this.#kept.shift();
      else this.#kept[0] = first.subarray(cut);
      this.#keptBytes -= cut;
    }
  }
}
