import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buildHelpers, makeFolder, own, removeFolders, users } from './support/helper-files.ts';
import { lookInside } from './support/look-inside.ts';
import { startHolder } from './support/start-holder.ts';

const helpers = buildHelpers();
afterAll(removeFolders);

interface Bridge {
  readonly child: ChildProcess;
  readonly lines: Interface;
  readonly ended: Promise<number | null>;
}

/** In this process's own network namespace: what is tested is how bytes are carried. */
async function startBridge(...words: readonly string[]): Promise<Bridge> {
  const child = spawn(
    helpers.path('net-bridge'),
    ['--parent', String(process.pid), '--ready', '3', ...words],
    {
      stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
    },
  );
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const isReady = new Promise<boolean>((resolve) => child.stdio[3]?.once('data', () => resolve(true)));
  if (child.stdout === null || (await Promise.race([isReady, ended])) !== true) throw new Error('no bridge');
  // it says so and then closes this descriptor: who counts them counts after that
  await until(() => !existsSync(`/proc/${child.pid}/fd/3`));
  return { child, lines: createInterface({ input: child.stdout }), ended };
}

async function listen(server: Server, place: string | { host: string; port: number }): Promise<number> {
  await new Promise<void>((resolve) =>
    typeof place === 'string' ? server.listen(place, resolve) : server.listen(place, resolve),
  );
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server, { host: '127.0.0.1', port: 0 });
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function readAll(socket: Socket): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of socket) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const descriptors = (pid: number | undefined): number => readdirSync(`/proc/${pid}/fd`).length;

async function until(isReached: () => boolean): Promise<void> {
  while (!isReached()) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('the bridge', () => {
  let folder: string;
  let bridge: Bridge | undefined;
  let server: Server;
  let port: number;

  beforeEach(async () => {
    folder = makeFolder();
    port = await freePort();
  });
  afterEach(async () => {
    bridge?.child.kill();
    await bridge?.ended;
    bridge = undefined;
    server.close();
  });

  async function bridgeTo(handle: (socket: Socket) => void): Promise<string> {
    const path = join(folder, 'proxy');
    server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => undefined);
      handle(socket);
    });
    await listen(server, path);
    bridge = await startBridge('--in', String(port), path);
    return path;
  }

  test('carries much in both directions, complete, and the end of one side while the other goes on', async () => {
    await bridgeTo((socket) => {
      void readAll(socket).then((bytes) => socket.end(Buffer.concat([bytes, Buffer.from(digest(bytes))])));
    });
    const sent = randomBytes(6_000_000);
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.end(sent);
    const back = await readAll(socket);
    expect(back.length).toBe(sent.length + 64);
    expect(digest(back.subarray(0, sent.length))).toBe(digest(sent));
    expect(back.subarray(sent.length).toString()).toBe(digest(sent));
  });

  test('waits for a slow reader and then brings the rest, also when the sender has hung up', async () => {
    const sent = randomBytes(20_000_000);
    let isSent = false;
    await bridgeTo((socket) => {
      socket.end(sent, () => {
        isSent = true;
        socket.destroy();
      });
    });
    const socket = connect({ port, host: '127.0.0.1' });
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.pause();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(isSent).toBe(false);
    expect(digest(await readAll(socket))).toBe(digest(sent));
  });

  test('is reached at ::1 too', async () => {
    await bridgeTo((socket) => socket.end('hello'));
    const socket = connect({ port, host: '::1' });
    expect((await readAll(socket)).toString()).toBe('hello');
  });

  test('keeps no descriptor of a thousand connections, however they ended', async () => {
    await bridgeTo((socket) => {
      socket.once('data', (data: Buffer) => (data[0] === 0 ? socket.destroy() : socket.end(data)));
    });
    const before = descriptors(bridge?.child.pid);
    const once = async (kind: number): Promise<void> => {
      const socket = connect({ port, host: '127.0.0.1' });
      socket.on('error', () => undefined);
      const closed = new Promise((resolve) => socket.once('close', resolve));
      socket.once('connect', () => {
        socket.write(Buffer.from([kind]));
        if (kind === 2) socket.resetAndDestroy();
        else socket.resume();
      });
      await closed;
    };
    for (let round = 0; round < 25; round++) {
      await Promise.all(Array.from({ length: 40 }, (_, index) => once(index % 3)));
    }
    await until(() => descriptors(bridge?.child.pid) === before);
  });

  test('more connections than it takes at once wait, and come in when there is room', async () => {
    const open = new Set<Socket>();
    await bridgeTo((socket) => {
      open.add(socket);
      socket.write('in');
    });
    const clients = Array.from({ length: 450 }, () => connect({ port, host: '127.0.0.1' }));
    let answered = 0;
    for (const client of clients) client.on('error', () => undefined).once('data', () => (answered += 1));
    await until(() => answered === 400);
    for (const socket of open) socket.destroy();
    await until(() => answered === 450);
    for (const client of clients) client.destroy();
  });

  test('a caller hears at once that nobody listens outside', async () => {
    const path = await bridgeTo(() => undefined);
    await new Promise((resolve) => server.close(resolve));
    expect(existsSync(path)).toBe(false);
    const socket = connect({ port, host: '127.0.0.1' });
    socket.on('error', () => undefined);
    await new Promise((resolve) => socket.once('close', resolve));
  });

  test('the other way: says who listens, joins a socket outside with it, and removes the socket at its end', async () => {
    const path = join(folder, 'published');
    bridge = await startBridge('--out', String(port), path);
    const lines = bridge.lines[Symbol.asyncIterator]();
    server = createServer((socket) => socket.on('error', () => undefined).end('a page'));
    await listen(server, { host: '127.0.0.1', port });
    expect(JSON.parse(String((await lines.next()).value))).toEqual({
      type: 'listener',
      port,
      isListening: true,
    });
    expect((await readAll(connect(path))).toString()).toBe('a page');
    await new Promise((resolve) => server.close(resolve));
    expect(JSON.parse(String((await lines.next()).value))).toEqual({
      type: 'listener',
      port,
      isListening: false,
    });
    expect((await readAll(connect(path))).toString()).toBe('');
    bridge.child.kill('SIGTERM');
    await bridge.ended;
    expect(existsSync(path)).toBe(false);
  });

  test('a server that listens on ::1 only is found too', async () => {
    const path = join(folder, 'published');
    server = createServer((socket) => socket.end('six'));
    await listen(server, { host: '::1', port });
    bridge = await startBridge('--out', String(port), path);
    await bridge.lines[Symbol.asyncIterator]().next();
    expect((await readAll(connect(path))).toString()).toBe('six');
  });

  test('ends with who started it', async () => {
    server = createServer();
    await listen(server, join(folder, 'unused'));
    const script = 'helper=$1; shift; "$helper" --parent $$ "$@" & echo $!; read line';
    const shell = spawn(
      'sh',
      ['-c', script, 'sh', helpers.path('net-bridge'), '--in', String(port), '/nowhere'],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    const line = await createInterface({ input: shell.stdout })[Symbol.asyncIterator]().next();
    const pid = Number(line.value);
    await until(() => /SigBlk/.test(statusOf(pid)) && statusOf(pid).includes('net-bridge'));
    shell.kill('SIGKILL');
    await until(() => statusOf(pid) === '' || statusOf(pid).includes('Z (zombie)'));
  });
});

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}

describe.each(users)('the bridge of a holder, as $name', (user) => {
  test('is the only way out of the network inside, has no rights, and ends with the holder', async () => {
    const folder = makeFolder(user);
    const path = join(folder, 'proxy');
    const outside = createServer((socket) =>
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nbehind'),
    );
    await listen(outside, path);
    own(path, user);
    const other = createServer((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nhost'));
    const hostPort = await listen(other, { host: '127.0.0.1', port: 0 });
    const words = ['--bridge', helpers.path('net-bridge'), '--in', '3128', path, '--bridge-end'];
    const holder = await startHolder(helpers.path('holder'), words, user);
    const children = readFileSync(`/proc/${holder.holderPid}/task/${holder.holderPid}/children`, 'utf8');
    const bridgePid = children
      .split(' ')
      .map(Number)
      .find((pid) => pid > 0 && statusOf(pid).includes('net-bridge'));
    expect(statusOf(bridgePid ?? 0)).toMatch(/CapEff:\s+0+\n/);
    expect(statusOf(bridgePid ?? 0)).toMatch(/NoNewPrivs:\s+1\n/);
    const look = (script: string) =>
      new Promise<string>((resolve) => {
        const child = spawn(
          helpers.path('exec-gate'),
          ['sup', '--anchor', String(holder.anchorPid), '--', '/bin/bash', '-c', script],
          { ...user.ids, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] },
        );
        let text = '';
        for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (text += piece));
        child.once('close', () => resolve(text));
      });
    const call = (port: number) => `exec 3<>/dev/tcp/127.0.0.1/${port} && cat <&3`;
    expect(await look(call(3128))).toContain('behind');
    expect(await look(call(hostPort))).toMatch(/refused/);
    expect(await look('exec 3<>/dev/tcp/198.51.100.1/80')).toMatch(/unreachable/);
    expect(lookInside({ helpers: helpers.folder, anchorPid: holder.anchorPid, user }, 'true').status).toBe(0);
    await holder.close();
    expect(statusOf(bridgePid ?? 0)).toBe('');
    outside.close();
    other.close();
  });

  test('a bridge that cannot begin ends the holder, which says why', async () => {
    const words = ['--bridge', helpers.path('net-bridge'), '--in', '0', '/x', '--bridge-end'];
    await expect(startHolder(helpers.path('holder'), words, user)).rejects.toThrow(/net-bridge: port: 0/);
  });
});
