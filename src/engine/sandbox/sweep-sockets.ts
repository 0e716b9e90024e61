import { readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseSocketTable } from './host-sockets.ts';

/** Our names for what one launch or session listens on, each with a random part, and for what goes with it. */
const OWN_NAME = /^(?:(?:ask|gate|net|open-\d+|port-\d+)-[0-9a-f]+\.sock|ca-([0-9a-f]+)\.pem)$/;

/**
 * Removes sockets that killed processes of ours left behind in the runtime folder. Those that somebody has bound stay: a
 * bare run may share the folder. Call once at the start of an engine. Does nothing where the kernel has no table of them.
 */
export function sweepSockets(runtimeDir: string): void {
  const folder = realpathSync(runtimeDir);
  // In this order: what is bound after the listing is not in the list.
  const names = readdirSync(folder).filter((name) => OWN_NAME.test(name));
  const bound = readBoundPaths();
  if (bound === null) return;
  const isBound = (name: string): boolean =>
    [folder, runtimeDir].some((parent) => bound.has(join(parent, name)));
  for (const name of names) {
    const owner = OWN_NAME.exec(name)?.[1];
    if (!isBound(owner === undefined ? name : `net-${owner}.sock`))
      rmSync(join(folder, name), { force: true });
  }
}

function readBoundPaths(): ReadonlySet<string> | null {
  try {
    return new Set(parseSocketTable(readFileSync('/proc/net/unix', 'utf8')).map(({ path }) => path));
  } catch {
    return null;
  }
}
