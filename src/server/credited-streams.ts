/**
 * The two halves of a lossless stream over notifications. The sender never has more than the window on its way: what
 * it sends is used up and comes back as credit when the receiver has dealt with it. So a slow reader slows the writer
 * down, and neither end nor anything between keeps more than a window.
 */
import { Readable, Writable } from 'node:stream';

/** Bytes that may be on their way in one stream. */
const WINDOW_BYTES = 256 * 1024;
/** Bytes in one notification. */
const PIECE_BYTES = 48 * 1024;

/** The sending half: writes become pieces of base64, as far as there is credit. */
export class CreditedSender extends Writable {
  readonly #send: (data: string) => void;
  readonly #sendEnd: () => void;
  #credit = WINDOW_BYTES;
  #rest: Buffer = Buffer.alloc(0);
  #done: (() => void) | undefined;
  #isHeld: boolean;
  #isAbandoned = false;

  /** With `isHeld` nothing is sent before `start`. */
  constructor(send: (data: string) => void, sendEnd: () => void, isHeld: boolean) {
    super({ highWaterMark: PIECE_BYTES });
    this.#send = send;
    this.#sendEnd = sendEnd;
    this.#isHeld = isHeld;
  }

  start(): void {
    this.#isHeld = false;
    this.#pump();
  }

  addCredit(bytes: number): void {
    this.#credit = Math.min(WINDOW_BYTES, this.#credit + bytes);
    this.#pump();
  }

  /** The reader is gone: whatever is written from now on vanishes, and no writer waits. */
  abandon(): void {
    this.#isAbandoned = true;
    this.#pump();
  }

  /** Settles when everything written so far has been sent. */
  flush(): Promise<void> {
    if (this.writableEnded || this.destroyed) return Promise.resolve();
    return new Promise((resolve) => {
      this.write(Buffer.alloc(0), () => resolve());
    });
  }

  override _write(chunk: Buffer | string, encoding: BufferEncoding, callback: () => void): void {
    this.#rest = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk;
    this.#done = callback;
    this.#pump();
  }

  override _final(callback: () => void): void {
    if (!this.#isAbandoned) this.#sendEnd();
    callback();
  }

  #pump(): void {
    if (this.#isAbandoned) this.#rest = Buffer.alloc(0);
    while (!this.#isHeld && this.#credit > 0 && this.#rest.length > 0) {
      const piece = this.#rest.subarray(0, Math.min(PIECE_BYTES, this.#credit));
      this.#rest = this.#rest.subarray(piece.length);
      this.#credit -= piece.length;
      this.#send(piece.toString('base64'));
    }
    const done = this.#done;
    if (this.#rest.length > 0 || done === undefined) return;
    this.#done = undefined;
    done();
  }
}

/** The receiving half: pieces become a stream, and what was read from it becomes credit. */
export class CreditedReceiver extends Readable {
  readonly #sendCredit: (bytes: number) => void;
  readonly #queue: Buffer[] = [];
  #queuedBytes = 0;
  #hasEnded = false;
  #isWaiting = false;

  constructor(sendCredit: (bytes: number) => void) {
    super({ highWaterMark: PIECE_BYTES });
    this.#sendCredit = sendCredit;
  }

  /** Takes one piece; false when the sender has sent more than it may. */
  takePiece(data: string): boolean {
    const piece = Buffer.from(data, 'base64');
    if (this.#hasEnded || this.destroyed) return true;
    if (piece.length > PIECE_BYTES || this.#queuedBytes + piece.length > WINDOW_BYTES) return false;
    this.#queue.push(piece);
    this.#queuedBytes += piece.length;
    if (this.#isWaiting) this._read();
    return true;
  }

  takeEnd(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    if (this.#isWaiting) this._read();
  }

  override _read(): void {
    const piece = this.#queue.shift();
    this.#isWaiting = piece === undefined && !this.#hasEnded;
    if (piece !== undefined) {
      this.#queuedBytes -= piece.length;
      this.#sendCredit(piece.length);
      this.push(piece);
    } else if (this.#hasEnded) {
      this.push(null);
    }
  }
}
