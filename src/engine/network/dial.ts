/**
 * Making the connection. Promises: `dialAddresses` connects to addresses that are given, never to a name; a connection
 * that nobody waits for any more is closed.
 */
import { connect, isIP, type Socket } from 'node:net';
import type { BulkReader } from './bulk-reader.ts';

export interface DialOptions {
  /** How long each address may take, in milliseconds. */
  readonly timeoutMs: number;
  readonly gone: AbortSignal;
  /** Set where the socket is not to be read as a stream. */
  readonly reader?: BulkReader;
}

/** While others are left to try, an address that does not answer is not waited for as long. */
const IMPATIENT_MS = 2_500;

const codedError = (code: string, message: string): NodeJS.ErrnoException =>
  Object.assign(new Error(message), { code });

/** Settles or rejects with the work; rejects with a `code`, after `cancel`, when time is up or nobody waits. */
export function withinTime<Result>(
  options: DialOptions,
  cancel: () => void,
  work: (settle: (result: Result) => void, fail: (error: unknown) => void) => void,
): Promise<Result> {
  return new Promise<Result>((settle, fail) => {
    const finish = (): void => {
      clearTimeout(timer);
      options.gone.removeEventListener('abort', leave);
    };
    const giveUp = (error: unknown): void => {
      finish();
      cancel();
      fail(error);
    };
    const leave = (): void => giveUp(codedError('ECANCELED', 'nobody waits for it any more'));
    const timer = setTimeout(() => giveUp(codedError('ETIMEDOUT', 'no answer')), options.timeoutMs);
    options.gone.addEventListener('abort', leave);
    if (options.gone.aborted) leave();
    const done = (result: Result): void => {
      finish();
      settle(result);
    };
    work(done, giveUp);
  });
}

/** A connection to one place. Rejects with an error that has a `code`. */
export function dialPlace(host: string, port: number, options: DialOptions): Promise<Socket> {
  const read = options.reader === undefined ? {} : { onread: options.reader.onread };
  const socket = connect({ host, port, allowHalfOpen: true, noDelay: true, keepAlive: true, ...read });
  // what comes before somebody wants it waits outside: the socket may go to another process, with all that it has to say
  if (options.reader !== undefined) socket.pause();
  const cancel = (): void => void socket.destroy();
  return withinTime<Socket>(options, cancel, (settle, fail) => {
    // stays: an error that comes late has nobody to tell, and must not end the engine
    socket.on('error', fail);
    socket.once('connect', () => settle(socket));
  });
}

/** A connection to the first of the addresses that answers. Rejects with the first failure, which has a `code`. */
export async function dialAddresses(
  addresses: readonly string[],
  port: number,
  options: DialOptions,
): Promise<Socket> {
  let failure: unknown = codedError('ENOTFOUND', 'no address');
  for (const [index, address] of addresses.entries()) {
    if (isIP(address) === 0) throw codedError('EINVAL', 'this is no address');
    const isLast = index === addresses.length - 1;
    const timeoutMs = isLast ? options.timeoutMs : Math.min(IMPATIENT_MS, options.timeoutMs);
    try {
      return await dialPlace(address, port, { ...options, timeoutMs });
    } catch (error) {
      if (index === 0) failure = error;
      if (options.gone.aborted) break;
    }
  }
  throw failure;
}
