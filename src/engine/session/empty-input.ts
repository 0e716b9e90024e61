import { PassThrough, type Readable } from 'node:stream';

/** An input that is at its end. */
export function emptyInput(): Readable {
  const input = new PassThrough();
  input.end();
  return input;
}
