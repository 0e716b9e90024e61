/**
 * What a run prints, as it is stored beside the events: masked, and bounded. Of each stream the first 12 MiB and the
 * last 4 MiB are kept; what lies between is cut, and `totalBytes` against `storedBytes` says so. The bound holds for
 * the store only; the opener's own stream does not pass through here.
 *
 * A storm of small writes becomes chunks of 64 KiB, or whatever came within 100 ms. Until a stream is finished its
 * last 4 MiB beyond the first 12 are in memory, and are lost with the engine.
 */
import type { CapturedStream, RunId, SessionId } from '../../protocol/index.ts';
import { LastBytes } from '../base/index.ts';
import { createByteMasker } from './mask-bytes.ts';
import type { OutputRequest, OutputStream } from './writer-messages.ts';
import type { Written } from './writer-thread.ts';

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
  /** Told of what is masked by now, in the order of its coming; `offset` counts in the masked stream. */
  readonly onMasked?: (offset: number, pieces: readonly Uint8Array[]) => void;
}

/** One stream of one run on its way into the history. */
export interface OutputCapture {
  /** Keeps the bytes: nobody may write over them. Resolves when the store keeps up; a caller that waits bounds the memory. */
  write(bytes: Uint8Array): Promise<void>;
  /** Stores the rest. Resolves after the commit with what `step/finished` says of the stream. */
  finish(): Promise<CapturedStream>;
}

type StoreChunk = (chunk: Omit<OutputRequest, 'kind' | 'id'>) => Promise<Written>;

class Capture implements OutputCapture {
  readonly #options: OutputCaptureOptions;
  readonly #store: StoreChunk;
  readonly #masker;
  readonly #tail = new LastBytes(TAIL_BYTES);
  #waiting: Uint8Array[] = [];
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
    this.#masker = createByteMasker(options.secrets);
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#totalBytes += bytes.byteLength;
    const masked = this.#masker.push(bytes);
    const offset = this.#maskedBytes;
    for (const piece of masked) this.#accept(piece);
    if (masked.length > 0) this.#options.onMasked?.(offset, masked);
    if (this.#waitingBytes >= CHUNK_BYTES) await this.#storeInTurn();
    else this.#timer ??= setTimeout(() => void this.#storeWaiting().catch(() => {}), CHUNK_DELAY_MS);
  }

  async finish(): Promise<CapturedStream> {
    for (const piece of this.#masker.end()) this.#accept(piece);
    await this.#storeWaiting();
    const tail = this.#tail.read();
    const offset = this.#maskedBytes - tail.length;
    for (let start = 0; start < tail.length; start += CHUNK_BYTES) {
      void this.#storeAt(offset + start, [tail.subarray(start, start + CHUNK_BYTES)]);
    }
    const { sha256 = '' } = await this.#storeAt(this.#maskedBytes, [], true);
    return { sha256, storedBytes: this.#storedBytes, totalBytes: this.#totalBytes };
  }

  #accept(masked: Uint8Array): void {
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
      const pieces = this.#waiting;
      this.#waiting = [];
      this.#waitingBytes = 0;
      void this.#storeAt(this.#storedBytes, pieces);
    }
    return this.#lastStore;
  }

  #storeAt(offset: number, pieces: readonly Uint8Array[], isLast = false): Promise<Written> {
    const bytes = joinForThread(pieces);
    this.#storedBytes += bytes.length;
    const { sessionId, runId, stream } = this.#options;
    const stored = this.#store({ sessionId, runId, stream, offset, bytes, isLast });
    this.#lastStore = stored;
    this.#onWay.add(stored);
    stored.then(
      () => this.#onWay.delete(stored),
      () => {
        this.#failed ??= stored;
      },
    );
    return stored;
  }
}

/** A copy with memory of its own: what is shared with others cannot be handed to the thread. */
function joinForThread(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let place = 0;
  for (const piece of pieces) {
    bytes.set(piece, place);
    place += piece.length;
  }
  return bytes;
}

/** Starts one stream of a run; `store` resolves after the commit of a chunk. */
export function createOutputCapture(options: OutputCaptureOptions, store: StoreChunk): OutputCapture {
  return new Capture(options, store);
}
