import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEngineClient, type EngineClient } from '../../../src/client/index.ts';
import {
  createIdMaker,
  type Event,
  type EventBody,
  SessionOpenParams,
  TurnId,
} from '../../../src/protocol/index.ts';
import { listenOnControlSocket } from '../../../src/server/control-socket.ts';
import { CreditedReceiver, CreditedSender, createSocketPipe } from '../../../src/server/index.ts';
import { serveConnection } from '../../../src/server/serve-connection.ts';
import { createFakeEngine, type FakeEngine, type FakeScript } from '../../support/fake-engine.ts';

const ids = createIdMaker(() => 1_800_000_000_000, randomBytes);
const turnId = TurnId.parse(ids.turn());
const openParams = SessionOpenParams.parse({
  origin: 'exec',
  cwd: '/',
  env: {},
  umask: 0o22,
  hasStdin: true,
  flags: {},
  answers: 'opener',
});

let folder: string;
let closings: (() => unknown)[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-server-'));
  closings = [];
});
afterEach(async () => {
  for (const close of closings.reverse()) await close();
  rmSync(folder, { recursive: true });
});

async function serve(
  runScript?: FakeScript,
): Promise<{ engine: FakeEngine; path: string; stops: () => number }> {
  const engine = createFakeEngine(runScript);
  const path = join(folder, 'control.sock');
  let stops = 0;
  const socket = await listenOnControlSocket(path, (pipe) => {
    serveConnection(engine, pipe, {
      kind: 'control',
      requestStop: () => {
        stops += 1;
      },
      openWeb: async () => 'http://nowhere.localhost/',
    });
  });
  closings.push(() => socket.close());
  return { engine, path, stops: () => stops };
}

async function openSocket(path: string): Promise<Socket> {
  const socket = connect(path);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  closings.push(() => socket.destroy());
  return socket;
}

async function joinEngine(path: string): Promise<EngineClient> {
  const client = createEngineClient(createSocketPipe(await openSocket(path)));
  await client.hello('test', '0');
  return client;
}

async function waitFor(isDone: () => boolean): Promise<void> {
  while (!isDone()) await delay(5);
}

describe('the control socket', () => {
  it('is for its user alone, and gone when closed', async () => {
    const { path } = await serve();
    expect((statSync(path).mode & 0o777).toString(8)).toBe('600');
    await closings.pop()?.();
    expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
  });

  it('answers nothing before hello, and to another protocol only stop', async () => {
    const { path, stops } = await serve();
    const client = createEngineClient(createSocketPipe(await openSocket(path)));
    await expect(client.call('approval/list', {})).rejects.toMatchObject({ code: 'hello-first' });
    await client.call('engine/hello', { protocolVersion: 999, client: 'test', version: '0' });
    await expect(client.call('approval/list', {})).rejects.toMatchObject({ code: 'wrong-protocol' });
    expect(await client.call('engine/stop', {})).toEqual({ stopping: true });
    expect(stops()).toBe(1);
  });

  it('stops a busy engine only by force', async () => {
    const { path, stops } = await serve();
    const client = await joinEngine(path);
    await client.call('session/open', openParams);
    expect(await client.call('engine/stop', {})).toEqual({ stopping: false });
    expect(await client.call('engine/stop', { force: true })).toEqual({ stopping: true });
    expect(stops()).toBe(1);
  });

  it('lives on after nonsense', async () => {
    const { path } = await serve();
    const socket = await openSocket(path);
    const lines: string[] = [];
    socket.setEncoding('utf8').on('data', (text: string) => lines.push(text));
    socket.write('nonsense\n\0\xff\n{"jsonrpc":"2.0","id":1,"method":"session/open","params":{"cwd":5}}\n');
    await waitFor(() => lines.join('').split('\n').length > 3);
    expect(lines.join('').match(/"error"/g)).toHaveLength(3);
    expect(await (await joinEngine(path)).call('approval/list', {})).toEqual({ approvals: [] });
  });
});

describe('a session', () => {
  it('ends with the connection that opened it, and belongs to it', async () => {
    const { engine, path } = await serve();
    const [mine, other] = [await joinEngine(path), await joinEngine(path)];
    const { sessionId } = await mine.call('session/open', openParams);
    await expect(other.call('session/exec', { sessionId, script: 'true' })).rejects.toMatchObject({
      code: 'not-your-session',
    });
    await other.call('session/signal', { sessionId, signal: 'SIGINT' });
    await mine.call('session/resize', { sessionId, columns: 80, rows: 24 });
    mine.close();
    await waitFor(() => engine.openSessionCount() === 0);
    expect(engine.calls).toEqual(['open /', 'signal SIGINT', 'resize 80x24', 'close opener-gone']);
  });

  it('is closed as finished after its script', async () => {
    const { engine, path } = await serve();
    const client = await joinEngine(path);
    const { sessionId } = await client.call('session/open', openParams);
    await client.call('session/exec', { sessionId, script: 'true' });
    await client.call('session/close', { sessionId });
    expect(engine.calls).toEqual(['open /', 'close finished']);
  });

  it('carries 20 MB through a script and back without loss, with a slow reader', async () => {
    const digest = createHash('sha256');
    const { path } = await serve(async ({ stdin, stdout, stderr }) => {
      stderr.write('started');
      for await (const piece of stdin) {
        if (!stdout.write(piece)) await new Promise((resolve) => stdout.once('drain', resolve));
      }
      return { outcome: 'ran', exitCode: 7 };
    });
    const client = await joinEngine(path);
    const { sessionId } = await client.call('session/open', openParams);
    const stdin = new CreditedSender(
      (data) => client.notify('stream/data', { sessionId, stream: 'stdin', data }),
      () => client.notify('stream/end', { sessionId, stream: 'stdin' }),
      false,
    );
    client.on('stream/credit', ({ bytes }) => stdin.addCredit(bytes));
    const stdout = new CreditedReceiver((bytes) =>
      client.notify('stream/credit', { sessionId, stream: 'stdout', bytes }),
    );
    let errors = '';
    client.on('stream/data', ({ stream, data }) => {
      if (stream === 'stdout') expect(stdout.takePiece(data)).toBe(true);
      else errors += Buffer.from(data, 'base64').toString();
    });
    const result = client.call('session/exec', { sessionId, script: 'cat' });
    const sent = createHash('sha256');
    for (let i = 0; i < 20; i++) {
      const piece = randomBytes(1024 * 1024 + i);
      sent.update(piece);
      stdin.write(piece);
    }
    stdin.end();
    let isDone = false;
    const reading = (async () => {
      for await (const piece of stdout) digest.update(piece);
    })();
    void result.then(() => {
      isDone = true;
    });
    await delay(20);
    expect(isDone).toBe(false);
    expect(await result).toEqual({ outcome: 'ran', exitCode: 7 });
    stdout.takeEnd();
    await reading;
    expect(errors).toBe('started');
    expect(digest.digest('hex')).toBe(sent.digest('hex'));
  });

  it('a client that sends more than its window is cut off', async () => {
    const { engine, path } = await serve(() => new Promise(() => {}));
    const client = await joinEngine(path);
    const { sessionId } = await client.call('session/open', openParams);
    const data = Buffer.alloc(48 * 1024).toString('base64');
    for (let i = 0; i < 12; i++) client.notify('stream/data', { sessionId, stream: 'stdin', data });
    await waitFor(() => client.isClosed);
    await waitFor(() => engine.openSessionCount() === 0);
    expect(engine.calls).toContain('close opener-gone');
  });

  it('a writer does not wait for an opener that is gone', async () => {
    let hasEnded = false;
    const { engine, path } = await serve(async ({ stdout }) => {
      for (let i = 0; i < 40; i++) {
        if (!stdout.write(Buffer.alloc(65536))) await new Promise((resolve) => stdout.once('drain', resolve));
      }
      hasEnded = true;
      return { outcome: 'ran', exitCode: 0 };
    });
    const client = await joinEngine(path);
    const { sessionId } = await client.call('session/open', openParams);
    client.call('session/exec', { sessionId, script: 'yes' }).catch(() => {});
    await delay(30);
    expect(hasEnded).toBe(false);
    client.close();
    await waitFor(() => hasEnded);
    expect(engine.openSessionCount()).toBe(0);
  });
});

describe('a subscription', () => {
  const body = (text: string): EventBody => ({ type: 'message/added', turnId, role: 'person', text });

  it('to one session gets the past, then the present, each once and in order', async () => {
    const { engine, path } = await serve();
    const client = await joinEngine(path);
    const sessionId = ids.session();
    engine.addEvents(
      sessionId,
      Array.from({ length: 450 }, (_, i) => body(`${i}`)),
    );
    const seen: Event[] = [];
    const subscribed = client.subscribe({ sessionId }, { onEvent: (event) => seen.push(event) });
    engine.addEvents(sessionId, [body('live')]);
    await subscribed;
    engine.addEvents(ids.session(), [body('foreign')]);
    engine.addEvents(sessionId, [body('last')]);
    await waitFor(() => seen.length >= 452);
    expect(seen.map((event) => event.seq)).toEqual(Array.from({ length: 452 }, (_, i) => i + 1));
  });

  it('to one session loses nothing when its reader is slow', async () => {
    const { engine, path } = await serve();
    const socket = await openSocket(path);
    const client = createEngineClient(createSocketPipe(socket));
    await client.hello('test', '0');
    const sessionId = ids.session();
    const seen: number[] = [];
    await client.subscribe({ sessionId }, { onEvent: (event) => seen.push(event.seq) });
    socket.pause();
    for (let i = 0; i < 60; i++) engine.addEvents(sessionId, [body('x'.repeat(200_000))]);
    await delay(50);
    expect(seen.length).toBeLessThan(60);
    socket.resume();
    await waitFor(() => seen.length >= 60);
    expect(seen).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
  });

  it('to all sessions is cut off with a marker when its reader is slow', async () => {
    const { engine, path } = await serve();
    const socket = await openSocket(path);
    const client = createEngineClient(createSocketPipe(socket));
    await client.hello('test', '0');
    let cuts = 0;
    const seen: number[] = [];
    await client.subscribe(
      { mayAnswer: true },
      { onEvent: (event) => seen.push(event.seq), onCut: () => (cuts += 1) },
    );
    expect(engine.answerers.size).toBe(1);
    const sessionId = ids.session();
    socket.pause();
    for (let i = 0; i < 60; i++) engine.addEvents(sessionId, [body('x'.repeat(200_000))]);
    socket.resume();
    await waitFor(() => cuts === 1);
    engine.addEvents(sessionId, [body('after')]);
    await waitFor(() => seen.at(-1) === 61);
    expect(seen.length).toBeLessThan(60);
    client.close();
    await waitFor(() => engine.answerers.size === 0);
  });
});
