import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { findHelpers, type HelperPaths } from '../../src/engine/sandbox/index.ts';

/** Somebody to run a real test as. */
export interface TestUser {
  readonly name: 'root' | 'ordinary user';
  readonly uid: number;
  readonly gid: number;
}

const ORDINARY_ID = 1001;

/**
 * Whom real tests can be run as here: root and an ordinary user when started by root (the user is made when missing), else
 * whoever started them.
 */
export function listTestUsers(): TestUser[] {
  const uid = process.getuid?.() ?? 0;
  const gid = process.getgid?.() ?? 0;
  if (uid !== 0) return [{ name: 'ordinary user', uid, gid }];
  const users: TestUser[] = [{ name: 'root', uid, gid }];
  const isKnown = () => readFileSync('/etc/passwd', 'utf8').includes(`:x:${ORDINARY_ID}:`);
  if (!isKnown()) spawnSync('/usr/sbin/useradd', ['--create-home', '--uid', String(ORDINARY_ID), 'tester']);
  if (isKnown()) users.push({ name: 'ordinary user', uid: ORDINARY_ID, gid: ORDINARY_ID });
  return users;
}

/** A folder of the user outside /tmp, which a sandbox replaces; removed by `remove`. */
export function makeUserFolder(user: TestUser): { readonly path: string; remove(): void } {
  const path = mkdtempSync('/var/tmp/sallyport-wall-');
  chmodSync(path, 0o755);
  chownSync(path, user.uid, user.gid);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Gives everything below `path` to the user, links themselves and not what they lead to. */
export function giveTo(user: TestUser, path: string): void {
  if (process.getuid?.() !== 0) return;
  execFileSync('chown', ['-hR', `${user.uid}:${user.gid}`, path]);
}

/** The native helpers in a place that every user can reach, wherever this clone lies. */
export function shareHelpers(folder: string): HelperPaths {
  const own = findHelpers();
  const source = join(own.holder, '..');
  const target = join(folder, 'helpers');
  mkdirSync(target, { recursive: true });
  for (const name of readdirSync(source)) {
    if (!lstatSync(join(source, name)).isFile()) continue;
    copyFileSync(join(source, name), join(target, name));
    chmodSync(join(target, name), 0o755);
  }
  const moved = (path: string) => path.replace(source, target);
  return {
    holder: moved(own.holder),
    execGate: moved(own.execGate),
    ask: moved(own.ask),
    janitor: moved(own.janitor),
    netBridge: moved(own.netBridge),
    dial: moved(own.dial),
    wallFilter: moved(own.wallFilter),
  };
}
