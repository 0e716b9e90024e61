/**
 * What makes the page of today the page of yesterday: its host name, its port and the secret of its cookies, in
 * `web.json` beside the lock. An open page so finds an engine that was killed and started again, without a new token.
 *
 * Promises: only this user (and root) can read it, and it is not visible in sandboxes, which see nothing of the folder
 * it is in. Who reads it can make cookies; but who can read it can also open the control socket, which may do more.
 * A file that others could read or write, or that is not whole, is thrown away: then every page needs a new token.
 */
import { randomBytes, randomInt } from 'node:crypto';
import { lstatSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SECRET_BYTES = 32;
const NAME_LETTERS = 8;
const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';

export interface WebIdentity {
  /** Random, for cookies know neither ports nor, below 127.0.0.1, names: no other local server is sent ours. */
  readonly hostName: string;
  readonly secret: Buffer;
  /** Where it listened last; 0 when it never did. */
  readonly port: number;
  /** A page was connected when the engine ended. */
  readonly hadPage: boolean;
}

function createIdentity(): WebIdentity {
  const letters = Array.from({ length: NAME_LETTERS }, () => LETTERS[randomInt(LETTERS.length)]);
  return {
    hostName: `sp-${letters.join('')}.localhost`,
    secret: randomBytes(SECRET_BYTES),
    port: 0,
    hadPage: false,
  };
}

const pathIn = (folder: string): string => join(folder, 'web.json');

/** The identity in `folder`; a new one where there is none that can be trusted. */
export function loadWebIdentity(folder: string): WebIdentity {
  return readWebIdentity(folder) ?? createIdentity();
}

/** The identity in `folder`, or `undefined`. */
export function readWebIdentity(folder: string): WebIdentity | undefined {
  try {
    const stats = lstatSync(pathIn(folder));
    const isOurs =
      process.getuid === undefined || (stats.uid === process.getuid() && (stats.mode & 0o077) === 0);
    return stats.isFile() && isOurs ? parseIdentity(readFileSync(pathIn(folder), 'utf8')) : undefined;
  } catch {
    return undefined;
  }
}

function parseIdentity(text: string): WebIdentity | undefined {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) return undefined;
  const get = (key: string): unknown => Reflect.get(value, key);
  const [hostName, secret, port, hadPage] = [get('hostName'), get('secret'), get('port'), get('hadPage')];
  if (typeof hostName !== 'string' || !/^sp-[a-z0-9]{8}\.localhost$/.test(hostName)) return undefined;
  if (typeof secret !== 'string' || !/^[0-9a-f]{64}$/.test(secret)) return undefined;
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 0 || port > 65_535) return undefined;
  return { hostName, secret: Buffer.from(secret, 'hex'), port, hadPage: hadPage === true };
}

/** Replaces the file in one step. */
export function saveWebIdentity(folder: string, identity: WebIdentity): void {
  const temporary = `${pathIn(folder)}.${process.pid}`;
  const text = JSON.stringify({ ...identity, secret: identity.secret.toString('hex') });
  // one that was left behind may have another mode
  rmSync(temporary, { force: true });
  writeFileSync(temporary, `${text}\n`, { mode: 0o600, flag: 'wx' });
  renameSync(temporary, pathIn(folder));
}
