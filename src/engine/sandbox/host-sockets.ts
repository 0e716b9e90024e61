import { lstatSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Fault } from '../../protocol/index.ts';

const MAX_SOCKETS = 1000;

/**
 * Real paths of the unix sockets that exist on the host now. A read-only mount does not stop connecting to a socket, so
 * each has to be covered.
 * Does not see sockets of other network namespaces (containers), nor those bound by a relative path.
 * @throws Fault `host` when the kernel does not show its table.
 */
export function listHostSockets(table: string = readSocketTable()): string[] {
  const found = new Set<string>();
  for (const path of parseSocketTable(table)) {
    const real = realSocket(path);
    if (real !== null) found.add(real);
  }
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

/** The pathname sockets of a table as the kernel prints it in /proc/net/unix. */
export function parseSocketTable(table: string): string[] {
  const paths: string[] = [];
  for (const line of table.split('\n')) {
    // Num RefCount Protocol Flags Type St Inode Path; abstract names begin with @, and a path may hold spaces.
    const match = /^[0-9a-f]+: (?:[0-9A-F]+ ){5} *\d+ (\/.*)$/i.exec(line);
    if (match?.[1] !== undefined) paths.push(match[1]);
  }
  return paths;
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

function realSocket(path: string): string | null {
  try {
    const real = join(realpathSync(dirname(path)), path.slice(path.lastIndexOf('/') + 1));
    return lstatSync(real).isSocket() ? real : null;
  } catch {
    return null;
  }
}
