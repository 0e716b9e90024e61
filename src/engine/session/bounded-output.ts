import { Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { createSecretMasker } from '../../replay/index.ts';
import type { OpenerStreams } from '../engine.ts';
import { emptyInput } from './empty-input.ts';

/** Of what is printed, so much of the beginning and of the end is given to who asked for the script. */
const HEAD_CHARS = 24 * 1024;
const TAIL_CHARS = 40 * 1024;

/**
 * What a script prints, for the program that proposed it: both streams in the order of their coming, masked as the
 * history is, without the middle where it is long. There is no input.
 */
export class BoundedOutput {
  readonly streams: OpenerStreams;
  readonly #ends: (() => string)[] = [];
  #head = '';
  #tail = '';
  #cutBytes = 0;

  constructor(secrets: readonly string[]) {
    this.streams = { stdin: emptyInput(), stdout: this.#collect(secrets), stderr: this.#collect(secrets) };
  }

  /** All of it. Call it once, when nothing prints any more. */
  finish(): { readonly output: string; readonly cutBytes: number } {
    for (const end of this.#ends) this.#take(end());
    const cutBytes = this.#cutBytes;
    if (cutBytes === 0) return { output: this.#head + this.#tail, cutBytes };
    return { output: `${this.#head}\n[… ${cutBytes} bytes are left out …]\n${this.#tail}`, cutBytes };
  }

  #collect(secrets: readonly string[]): Writable {
    const decoder = new StringDecoder('utf8');
    const masker = createSecretMasker(secrets);
    this.#ends.push(() => masker.push(decoder.end()) + masker.end());
    return new Writable({
      write: (bytes: Buffer, _encoding, done) => {
        this.#take(masker.push(decoder.write(bytes)));
        done();
      },
    });
  }

  #take(text: string): void {
    const room = HEAD_CHARS - this.#head.length;
    if (this.#tail === '' && room > 0) {
      this.#head += text.slice(0, room);
      this.#tail = text.slice(room);
    } else this.#tail += text;
    const over = this.#tail.length - TAIL_CHARS;
    if (over <= 0) return;
    this.#cutBytes += Buffer.byteLength(this.#tail.slice(0, over));
    this.#tail = this.#tail.slice(over);
  }
}
