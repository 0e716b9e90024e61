import { lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Fault } from '../../protocol/index.ts';

const MAX_SOCKETS = 1000;

/**
 * Real paths of the unix sockets that exist on the host now. A read-only mount does not stop connecting to a socket, so
 * each has to be covered. One that was renamed or has a second name is found where the other name lies in the same
 * folder, one bound by a relative path where its owner can be looked at and has not gone elsewhere.
 * Does not see sockets of other network namespaces (containers).
 * @throws Fault `host` when the kernel does not show its table.
 */
export function listHostSockets(table: string = readSocketTable()): string[] {
  const found = new Set<string>();
  const bound = parseSocketTable(table);
  const names = bound.flatMap(({ path, inode }) => (path.startsWith('/') ? path : namesByOwner(path, inode)));
  for (const path of names) for (const real of realSockets(path)) found.add(real);
  if (found.size > MAX_SOCKETS) throw tableFault(`There are more than ${MAX_SOCKETS} of them.`);
  return [...found].sort();
}

/** Tells a socket from a later one of the same name. Null when it is gone. */
export function identifySocket(path: string): string | null {
  try {
    const stat = lstatSync(path, { bigint: true });
    return `${stat.dev}:${stat.ino}:${stat.ctimeNs}`;
  } catch {
    return null;
  }
}

/** A socket with a name in the file system. */
export interface BoundSocket {
  /** As it was bound; it may be relative. */
  readonly path: string;
  /** The number of the socket, as the descriptors of its owner show it. */
  readonly inode: string;
}

/** The pathname sockets of a table as the kernel prints it in /proc/net/unix. */
export function parseSocketTable(table: string): BoundSocket[] {
  const sockets: Array<{ path: string; inode: string }> = [];
  for (const line of table.replace(/\n$/, '').split('\n')) {
    // Num RefCount Protocol Flags Type St Inode Path; abstract names begin with @, and a path may hold spaces.
    const match = /^[0-9a-f]+: (?:[0-9A-F]+ ){5} *(\d+)(?: (.*))?$/i.exec(line);
    const last = sockets.at(-1);
    if (match !== null) sockets.push({ inode: match[1] ?? '', path: match[2] ?? '' });
    // The kernel prints a line end in a name as it is.
    else if (last !== undefined) last.path += `\n${line}`;
  }
  return sockets.filter(({ path }) => path !== '' && !path.startsWith('@'));
}

/** By socket number, for the life of this process: looking for owners takes a walk over all processes. */
const ownerNames = new Map<string, readonly string[]>();

function namesByOwner(path: string, inode: string): readonly string[] {
  const known = ownerNames.get(inode);
  if (known !== undefined) return known;
  if (ownerNames.size > MAX_SOCKETS) ownerNames.clear();
  const names = listOwnerFolders(inode).map((folder) => join(folder, path));
  ownerNames.set(inode, names);
  return names;
}

function listOwnerFolders(inode: string): string[] {
  const owners = namesIn('/proc').filter((name) => /^\d+$/.test(name) && hasSocket(name, inode));
  return [...new Set(owners.flatMap((pid) => linkTarget(`/proc/${pid}/cwd`) ?? []))];
}

function hasSocket(pid: string, inode: string): boolean {
  const folder = `/proc/${pid}/fd`;
  return namesIn(folder).some((name) => linkTarget(join(folder, name)) === `socket:[${inode}]`);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function linkTarget(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

function readSocketTable(): string {
  try {
    return readFileSync('/proc/net/unix', 'utf8');
  } catch (cause) {
    throw tableFault('/proc/net/unix cannot be read.', cause);
  }
}

function tableFault(why: string, cause?: unknown): Fault {
  return new Fault({
    kind: 'host',
    code: 'sockets-unknown',
    message: `The unix sockets of this machine cannot be hidden one by one. ${why}`,
    hint: 'Nothing was run.',
    cause,
  });
}

/** The socket by its real path; where it is gone from there or has more names, every socket of the folder. */
function realSockets(path: string): string[] {
  try {
    const folder = realpathSync(dirname(path));
    const real = join(folder, basename(path));
    const stat = lstatSync(real, { throwIfNoEntry: false });
    if (stat?.isSocket() === true && stat.nlink === 1) return [real];
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isSocket())
      .map((entry) => join(folder, entry.name));
  } catch {
    return [];
  }
}
