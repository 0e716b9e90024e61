import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { listenOnControlSocket } from '../../../src/server/control-socket.ts';
import type { SocketPipe } from '../../../src/server/pipe-socket.ts';
import { createWebSocketPipe } from '../../../src/server/pipe-websocket.ts';
import { serveConnection } from '../../../src/server/serve-connection.ts';
import { createFakeEngine } from '../../support/fake-engine.ts';

vi.setConfig({ testTimeout: 60_000 });

const MIB = 1024 * 1024;
const PATIENCE = { timeout: 30_000, interval: 10 };

let closings: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closings.reverse()) await close();
  closings = [];
});

/** A client that sends lines and reads nothing before `read`. */
interface Sender {
  /** The engine's end of it. */
  readonly pipe: SocketPipe;
  send(line: string): void;
  /** What has come so far, from now on. */
  read(): () => number;
  /** Settles when everything sent before has reached the engine's kernel, or when it can take no more. */
  readonly isClosed: () => boolean;
}

function serve(pipe: SocketPipe): void {
  serveConnection(createFakeEngine(), pipe, { kind: 'control', requestStop: () => {} });
}

async function openControl(): Promise<Sender> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-unread-'));
  closings.push(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'control.sock');
  const pipes: SocketPipe[] = [];
  const door = await listenOnControlSocket(path, (pipe) => {
    pipes.push(pipe);
    serve(pipe);
  });
  closings.push(() => door.close());
  const socket = connect(path);
  closings.push(() => socket.destroy());
  await once(socket, 'connect');
  socket.pause();
  socket.on('error', () => {});
  const pipe = await vi.waitUntil(() => pipes[0], PATIENCE);
  let isClosed = false;
  pipe.onClose(() => (isClosed = true));
  return {
    pipe,
    send: (line) => void socket.write(`${line}\n`),
    read: () => {
      let count = 0;
      socket.setEncoding('utf8').on('data', (text: string) => (count += text.split('\n').length - 1));
      socket.resume();
      return () => count;
    },
    isClosed: () => isClosed,
  };
}

async function openPage(): Promise<Sender & { readonly socket: WebSocket }> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', autoPong: false });
  closings.push(() => server.close());
  const pipes: SocketPipe[] = [];
  server.on('connection', (page) => {
    const pipe = createWebSocketPipe(page);
    pipes.push(pipe);
    serve(pipe);
  });
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const socket = new WebSocket(`ws://127.0.0.1:${port}`);
  closings.push(() => socket.terminate());
  socket.on('error', () => {});
  await once(socket, 'open');
  socket.pause();
  const pipe = await vi.waitUntil(() => pipes[0], PATIENCE);
  let isClosed = false;
  pipe.onClose(() => (isClosed = true));
  return {
    socket,
    pipe,
    send: (line) => socket.send(line),
    read: () => {
      let count = 0;
      socket.on('message', () => (count += 1));
      socket.resume();
      return () => count;
    },
    isClosed: () => isClosed,
  };
}

/** Another client is answered by then, so whatever the engine had of the first is done with. */
async function passRounds(pipe: SocketPipe): Promise<void> {
  let last = -1;
  for (let same = 0; same < 20; same += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (pipe.unsentBytes() !== last) same = 0;
    last = pipe.unsentBytes();
  }
}

const doors = [
  ['control socket', openControl],
  ['page', openPage],
] as const;

describe.each(doors)('who sends to the %s and does not read', (_name, open) => {
  it('is not read from, and gets every answer once it reads', async () => {
    const sender = await open();
    const count = 150_000;
    for (let id = 1; id <= count; id += 1) sender.send(`{"jsonrpc":"2.0","id":${id},"method":"no/such"}`);
    await vi.waitUntil(() => sender.pipe.unsentBytes() > MIB, PATIENCE);
    await passRounds(sender.pipe);
    expect(sender.pipe.unsentBytes()).toBeLessThan(2 * MIB);
    const answers = sender.read();
    await vi.waitUntil(() => answers() === count, PATIENCE);
    expect(sender.isClosed()).toBe(false);
  });

  it('is cut off where much is told to it all the same', async () => {
    const sender = await open();
    const line = randomBytes(4 * MIB).toString('hex');
    for (let sent = 0; sent < 20 && !sender.isClosed(); sent += 1) sender.pipe.send(line);
    await vi.waitUntil(() => sender.isClosed(), PATIENCE);
    expect(sender.pipe.unsentBytes()).toBeLessThan(80 * MIB);
  });
});

it('pings of a page that does not read are answered as far as it reads', async () => {
  const page = await openPage();
  const count = 60_000;
  let pongs = 0;
  page.socket.on('pong', () => (pongs += 1));
  for (let sent = 0; sent < count; sent += 1) page.socket.ping('x'.repeat(100));
  await vi.waitUntil(() => page.pipe.unsentBytes() > MIB, PATIENCE);
  await passRounds(page.pipe);
  expect(page.pipe.unsentBytes()).toBeLessThan(2 * MIB);
  page.socket.resume();
  await vi.waitUntil(() => pongs === count, PATIENCE);
});
