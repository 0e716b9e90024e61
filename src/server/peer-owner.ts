/**
 * Whose program is at the other end of a connection over the loopback.
 *
 * Promises, on Linux: a connection whose other end belongs to another user of this machine is known as foreign, by the
 * kernel's own table, whatever is sent over it; so a token that was read off a command line is of no use to them. Root
 * is never foreign: it can do everything anyway, and carries connections for others; nor is who became root by sudo to
 * start this engine. Does not promise anything where
 * the system has no such table, nor about programs of this same user. Without it another user of the machine who sees
 * the browser being started could sign in before it does, and answer every question.
 */
import { readFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { endianness } from 'node:os';

/** One end of a connection. */
export interface SocketEnd {
  /** Dotted, or in the form that IPv6 has for it. */
  readonly address: string | undefined;
  readonly port: number | undefined;
}

const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];
/** Where in a line of the table they stand. */
const COLUMNS = { local: 1, remote: 2, uid: 7, inode: 9 };
const ROOT = '0';
/** Of one whose program has let go of it: the table says root of it, whoever it was. */
const NO_INODE = '0';

/** An end as the tables have it, or `undefined` for one that is none of IPv4. */
function writeEnd({ address = '', port }: SocketEnd, isLittle: boolean): string | undefined {
  const dotted = address.replace(/^::ffff:/i, '');
  if (!isIPv4(dotted) || port === undefined) return undefined;
  const bytes = dotted.split('.').map((part) => Number(part).toString(16).padStart(2, '0'));
  const word = (isLittle ? bytes.reverse() : bytes).join('');
  return `${word}:${port.toString(16).padStart(4, '0')}`.toUpperCase();
}

/**
 * True when the tables have the end `theirs` of a connection to `ours`, and it belongs to neither of `uids` nor root, or to
 * nobody any more. `isLittle` is the order of bytes of the machine that wrote them.
 */
export function isOfAnother(
  tables: readonly string[],
  ends: { readonly theirs: SocketEnd; readonly ours: SocketEnd },
  uids: readonly number[],
  isLittle: boolean,
): boolean {
  const [local, remote] = [writeEnd(ends.theirs, isLittle), writeEnd(ends.ours, isLittle)];
  if (local === undefined || remote === undefined) return false;
  const lines = tables.flatMap((table) => table.split('\n')).map((line) => line.trim().split(/\s+/));
  // an address of IPv6 ends with the one of IPv4 that it stands for
  const line = lines.find(
    (words) => words[COLUMNS.local]?.endsWith(local) && words[COLUMNS.remote]?.endsWith(remote),
  );
  if (line === undefined) return false;
  const owner = line[COLUMNS.uid];
  return line[COLUMNS.inode] === NO_INODE || (owner !== ROOT && !uids.map(String).includes(owner ?? ''));
}

function readTable(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

/** Whose browser may come in: this user's, and that of who started the engine by sudo. */
function listOwners(uid: number): number[] {
  const caller = process.env['SUDO_UID'] ?? '';
  return uid === 0 && /^\d{1,10}$/.test(caller) ? [uid, Number(caller)] : [uid];
}

/** The ends of a connection, as Node tells them of a socket. */
export interface PeerSocket {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
}

/** True when another user of this machine is at the other end of this connection. */
export function isForeignPeer(socket: PeerSocket): boolean {
  const uid = process.getuid?.();
  if (process.platform !== 'linux' || uid === undefined) return false;
  const theirs = { address: socket.remoteAddress, port: socket.remotePort };
  const ours = { address: socket.localAddress, port: socket.localPort };
  return isOfAnother(TABLES.map(readTable), { theirs, ours }, listOwners(uid), endianness() === 'LE');
}
