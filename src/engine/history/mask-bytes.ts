/**
 * Masks what a program prints, byte for byte. Promises: what comes out is what `createSecretMasker` makes of it, and
 * where nothing is masked no byte is copied. It does not promise anything of bytes that somebody writes over later.
 * Without it each piece would be copied four times on its way into the history, secret in it or not.
 */
import { createSecretMasker, type SecretMasker } from '../../replay/index.ts';

/** Masks bytes that come in pieces, wherever a character or a secret is split between two of them. */
interface ByteMasker {
  /**
   * Takes the next piece, and keeps it: nobody may write over it. Returns what can be told apart from a secret by now,
   * in views of what came where nothing had to be masked.
   */
  push(bytes: Uint8Array): readonly Uint8Array[];
  /** Returns what was held back. */
  end(): readonly Uint8Array[];
}

class PassingMasker implements ByteMasker {
  readonly #masker: SecretMasker;
  /** What the masker holds back, as it came. */
  #held: Uint8Array = new Uint8Array();

  constructor(secrets: readonly string[]) {
    // a byte is a character here, so the secrets are read in the same way
    this.#masker = createSecretMasker(
      secrets.map((secret) => Buffer.from(secret, 'utf8').toString('latin1')),
    );
  }

  push(bytes: Uint8Array): readonly Uint8Array[] {
    const before = this.#held;
    const released = this.#masker.push(asBuffer(bytes).toString('latin1'));
    const rest = this.#masker.heldLength;
    this.#held = rest <= bytes.length ? last(bytes, rest) : last(Buffer.concat([before, bytes]), rest);
    if (!this.#masker.isVerbatim) return notEmpty([Buffer.from(released, 'latin1')]);
    const fromBefore = Math.min(before.length, released.length);
    return notEmpty([before.subarray(0, fromBefore), bytes.subarray(0, released.length - fromBefore)]);
  }

  end(): readonly Uint8Array[] {
    this.#held = new Uint8Array();
    return notEmpty([Buffer.from(this.#masker.end(), 'latin1')]);
  }
}

/** Starts a stream of bytes; `secrets` are texts to mask wherever their UTF-8 appears. */
export function createByteMasker(secrets: readonly string[] = []): ByteMasker {
  return new PassingMasker(secrets);
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function last(bytes: Uint8Array, count: number): Uint8Array {
  return bytes.subarray(bytes.length - count);
}

function notEmpty(pieces: readonly Uint8Array[]): readonly Uint8Array[] {
  return pieces.filter((piece) => piece.length > 0);
}
