import { PassThrough, type Readable } from 'node:stream';

/** Node throws away what nobody has begun to read when a child ends, and a short script ends before its reader comes. */
export function keepUnread(output: Readable): Readable {
  return output.pipe(new PassThrough());
}
