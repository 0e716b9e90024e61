/**
 * What a run prints, as it is stored beside the events: masked, and bounded. Of each stream the first 12 MiB and the
 * last 4 MiB are kept; what lies between is cut, and `totalBytes` against `storedBytes` says so. The bound holds for
 * the store only; the opener's own stream does not pass through here.
 *
 * A storm of small writes becomes chunks of 64 KiB, or whatever came within 100 ms. Until a stream is finished its
 * last 4 MiB beyond the first 12 are in memory, and are lost with the engine.
 */
import { createHash } from 'node:crypto';
import type { CapturedStream, RunId, SessionId } from '../../protocol/index.ts';
import { createSecretMasker } from '../../replay/index.ts';
import type { OutputRequest, OutputStream } from './writer-messages.ts';

const HEAD_BYTES = 12 * 1024 * 1024;
const TAIL_BYTES = 4 * 1024 * 1024;
const CHUNK_BYTES = 64 * 1024;
const CHUNK_DELAY_MS = 100;
/** A writer waits while more chunks than this are on their way into the file: a commit for each chunk in turn would slow it. */
const MAX_ON_WAY = 16;

export interface OutputCaptureOptions {
  readonly sessionId: SessionId;
  readonly runId: RunId;
  readonly stream: OutputStream;
  /** Values that are masked wherever they appear, besides the well-known shapes of tokens. */
  readonly secrets?: readonly string[];
}

/** One stream of one run on its way into the history. */
export interface OutputCapture {
  /** Takes a copy of the bytes. Resolves when the store keeps up; a caller that waits bounds the memory. */
  write(bytes: Uint8Array): Promise<void>;
  /** Stores the rest. Resolves after the commit with what `step/finished` says of the stream. */
  finish(): Promise<CapturedStream>;
}

type StoreChunk = (chunk: Omit<OutputRequest, 'kind' | 'id'>) => Promise<unknown>;

/** The end of a long stream: pieces whose first bytes fall off once all of them together are longer than the bound. */
class TailWindow {
  #pieces: Buffer[] = [];
  #length = 0;

  push(bytes: Buffer): void {
    this.#pieces.push(bytes);
    this.#length += bytes.length;
    let first = this.#pieces[0];
    while (first !== undefined && this.#length - first.length >= TAIL_BYTES) {
      this.#pieces.shift();
      this.#length -= first.length;
      first = this.#pieces[0];
    }
  }

  take(): Buffer {
    return Buffer.concat(this.#pieces).subarray(-TAIL_BYTES);
  }
}

class Capture implements OutputCapture {
  readonly #options: OutputCaptureOptions;
  readonly #store: StoreChunk;
  readonly #masker;
  readonly #hash = createHash('sha256');
  readonly #tail = new TailWindow();
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #lastStore: Promise<unknown> = Promise.resolve();
  /** Chunks that are not committed yet, the oldest first. */
  readonly #onWay = new Set<Promise<unknown>>();
  #failed: Promise<unknown> | undefined;
  #totalBytes = 0;
  #maskedBytes = 0;
  #storedBytes = 0;

  constructor(options: OutputCaptureOptions, store: StoreChunk) {
    this.#options = options;
    this.#store = store;
    const secrets = (options.secrets ?? []).map((secret) => Buffer.from(secret, 'utf8').toString('latin1'));
    this.#masker = createSecretMasker(secrets);
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#totalBytes += bytes.byteLength;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
    this.#accept(Buffer.from(this.#masker.push(text), 'latin1'));
    if (this.#waitingBytes >= CHUNK_BYTES) await this.#storeInTurn();
    else this.#timer ??= setTimeout(() => void this.#storeWaiting().catch(() => {}), CHUNK_DELAY_MS);
  }

  async finish(): Promise<CapturedStream> {
    this.#accept(Buffer.from(this.#masker.end(), 'latin1'));
    await this.#storeWaiting();
    const tail = this.#tail.take();
    const offset = this.#maskedBytes - tail.length;
    for (let start = 0; start < tail.length; start += CHUNK_BYTES) {
      this.#storeAt(offset + start, tail.subarray(start, start + CHUNK_BYTES));
    }
    await this.#lastStore;
    return { sha256: this.#hash.digest('hex'), storedBytes: this.#storedBytes, totalBytes: this.#totalBytes };
  }

  #accept(masked: Buffer): void {
    const headRoom = Math.max(0, HEAD_BYTES - this.#maskedBytes);
    this.#maskedBytes += masked.length;
    const head = masked.subarray(0, headRoom);
    if (head.length > 0) {
      this.#waiting.push(head);
      this.#waitingBytes += head.length;
    }
    if (masked.length > headRoom) this.#tail.push(masked.subarray(headRoom));
  }

  /** Waits only while many chunks are on their way. */
  async #storeInTurn(): Promise<void> {
    void this.#storeWaiting().catch(() => {});
    const [oldest] = this.#onWay;
    await (this.#failed ?? (this.#onWay.size > MAX_ON_WAY ? oldest : undefined));
  }

  /** A failed store rejects here and in `finish`; the journal has failed then, and says so itself. */
  #storeWaiting(): Promise<unknown> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#waitingBytes > 0) {
      const bytes = Buffer.concat(this.#waiting);
      this.#waiting = [];
      this.#waitingBytes = 0;
      this.#storeAt(this.#storedBytes, bytes);
    }
    return this.#lastStore;
  }

  #storeAt(offset: number, part: Buffer): void {
    // A copy with a buffer of its own: pieces of Node's shared pool cannot be handed to the thread.
    const bytes = new Uint8Array(part);
    this.#hash.update(bytes);
    this.#storedBytes += bytes.length;
    const { sessionId, runId, stream } = this.#options;
    const stored = this.#store({ sessionId, runId, stream, offset, bytes });
    this.#lastStore = stored;
    this.#onWay.add(stored);
    stored.then(
      () => this.#onWay.delete(stored),
      () => {
        this.#failed ??= stored;
      },
    );
  }
}

/** Starts one stream of a run; `store` resolves after the commit of a chunk. */
export function createOutputCapture(options: OutputCaptureOptions, store: StoreChunk): OutputCapture {
  return new Capture(options, store);
}
