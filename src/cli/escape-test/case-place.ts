/**
 * The folders and servers of one case, on the host, with nothing of anybody else's in them.
 *
 * Promises: everything lies below one new folder, or is removed by `remove`; the canary is in no payload.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { dirname, join } from 'node:path';

export interface CasePlace {
  readonly base: string;
  /** The workspace. */
  readonly ws: string;
  /** A secret of the host. */
  readonly canary: string;
  /** What `reached` leaves. */
  readonly mark: string;
  /** What the payload leaves to show that it ran. */
  readonly proof: string;
  /** A program of this Node. */
  readonly node: string;
  /** Path below the base. */
  at(path: string): string;
  write(path: string, text: string, mode?: number): void;
  /** Nothing where there is no such file. */
  read(path: string): string;
  exists(path: string): boolean;
  folder(path: string): void;
  git(folder: string, ...words: string[]): void;
  /** How often something of the sandbox has come to a server of this place. */
  contacts(): number;
  listenTcp(host: string): Promise<number>;
  listenUdp(host: string): Promise<number>;
  /** A unix socket by its path (absolute, or below the base), or an abstract one (`\0name`). */
  listenUnix(path: string): Promise<void>;
  /** A program of the host; it is ended with the place. */
  start(words: readonly string[], environment?: Readonly<Record<string, string>>): Promise<ChildProcess>;
  /** Called before the folder is removed, last one first. */
  onRemove(act: () => void): void;
  remove(): Promise<void>;
}

export interface PlaceSpec {
  /** An existing folder outside /tmp. */
  readonly parent: string;
  readonly node: string;
}

/** Makes an empty place with `ws`, `outside`, `more` and `home`. */
export function makePlace(spec: PlaceSpec): CasePlace {
  const base = realpathSync(mkdtempSync(join(spec.parent, 'case-')));
  chmodSync(base, 0o755);
  const closers: Array<() => void> = [];
  let contacts = 0;
  const count = (): void => {
    contacts += 1;
  };
  const at = (path: string): string => join(base, path);
  const folder = (path: string): void => void mkdirSync(at(path), { recursive: true });
  for (const name of ['ws', 'outside', 'more', 'home']) folder(name);
  const word = (): string => randomBytes(12).toString('hex');
  const listen = async (server: Server, ...words: [number, string] | [string]): Promise<void> => {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      if (words.length === 2) server.listen(words[0], words[1], resolve);
      else server.listen(words[0], resolve);
    });
    closers.push(() => server.close());
  };
  const greet = (): Server =>
    createServer((socket) => {
      count();
      socket.on('error', () => undefined);
      socket.end('hello\n');
    });
  return {
    base,
    ws: at('ws'),
    canary: `canary-${word()}`,
    mark: `mark-${word()}`,
    proof: `proof-${word()}`,
    node: spec.node,
    at,
    folder,
    write(path, text, mode = 0o644) {
      mkdirSync(dirname(at(path)), { recursive: true });
      writeFileSync(at(path), text, { mode });
    },
    read: (path) => readOrNothing(at(path)),
    exists: (path) => lstatSync(at(path), { throwIfNoEntry: false }) !== undefined,
    git: (where, ...words) => runGit(at(where), words),
    contacts: () => contacts,
    async listenTcp(host) {
      const server = greet();
      await listen(server, 0, host);
      const address = server.address();
      return typeof address === 'object' && address !== null ? address.port : 0;
    },
    async listenUdp(host) {
      const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
      socket.on('message', count);
      await new Promise<void>((resolve) => socket.bind(0, host, resolve));
      closers.push(() => socket.close());
      return socket.address().port;
    },
    async listenUnix(path) {
      const name = path.startsWith('\0') || path.startsWith('/') ? path : at(path);
      if (!name.startsWith('\0')) mkdirSync(dirname(name), { recursive: true });
      await listen(greet(), name);
    },
    start: (words, environment) => startProgram(words, base, environment ?? {}, closers),
    onRemove: (act) => void closers.push(act),
    async remove() {
      for (const close of closers.reverse()) close();
      // A program that a payload without a wall left behind may still be writing.
      removeTree(base);
    },
  };
}

/** Also folders that a payload has closed, as the copy of a covered one is. */
function removeTree(path: string): void {
  const remove = (): void => rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  try {
    remove();
  } catch {
    spawnSync('chmod', ['-R', 'u+rwX', path]);
    remove();
  }
}

function runGit(cwd: string, words: readonly string[]): void {
  const identity = ['-c', 'user.name=t', '-c', 'user.email=t@localhost', '-c', 'protocol.file.allow=always'];
  const env = { PATH: process.env['PATH'] ?? '', HOME: cwd, GIT_CONFIG_NOSYSTEM: '1' };
  execFileSync('git', [...identity, ...words], { cwd, env, stdio: 'ignore' });
}

async function startProgram(
  words: readonly string[],
  cwd: string,
  environment: Readonly<Record<string, string>>,
  closers: Array<() => void>,
): Promise<ChildProcess> {
  const child = spawn(words[0] ?? '', words.slice(1), { cwd, env: { ...environment }, stdio: 'ignore' });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  closers.push(() => void child.kill('SIGKILL'));
  return child;
}

/** Host processes whose command line holds `mark`. */
export function findProcesses(mark: string): number[] {
  const numbers = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return numbers.filter((pid) => readOrNothing(`/proc/${pid}/cmdline`).includes(mark)).map(Number);
}

/** Asks again for up to three seconds: an end takes a moment to be seen. */
export async function settles(isSo: () => boolean): Promise<boolean> {
  for (let tries = 0; tries < 60 && !isSo(); tries++) await new Promise((resolve) => setTimeout(resolve, 50));
  return isSo();
}

function readOrNothing(path: string): string {
  try {
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  } catch {
    return '';
  }
}
