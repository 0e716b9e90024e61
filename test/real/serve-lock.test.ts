import { existsSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createEngineClient } from '../../src/client/index.ts';
import { SessionOpenParams } from '../../src/protocol/index.ts';
import { createSocketPipe, isEngineLocked, readEngineNote, serveEngine } from '../../src/server/index.ts';
import { createFakeEngine } from '../support/fake-engine.ts';
import { logIn, openPageSocket, readPageAddress } from '../support/page-client.ts';
import { type CliPlace, createCliPlace } from '../support/terminal.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let place: CliPlace;
beforeEach(() => {
  place = createCliPlace();
});
afterEach(() => place.close());

async function waitFor(isDone: () => boolean): Promise<void> {
  while (!isDone()) await delay(10);
}

interface ListedSession {
  readonly sessionId: string;
  readonly engineId: string;
  readonly state: string;
}

async function listSessions(): Promise<ListedSession[]> {
  const { stdout } = await place.run(['history', 'list', '--json']);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe('one engine per user', () => {
  it('ten commands at once start one', async () => {
    const results = await Promise.all(
      Array.from({ length: 10 }, (_, index) => place.run(['exec', `echo number ${index}; exit ${index}`])),
    );
    expect(results.map(({ status, stdout }) => [status, stdout])).toEqual(
      results.map((_, index) => [index, `number ${index}\n`]),
    );
    const sessions = await listSessions();
    expect(sessions.map((session) => session.state)).toEqual(Array(10).fill('closed'));
    expect(new Set(sessions.map((session) => session.engineId)).size).toBe(1);
  });

  it('after kill -9 the next command starts another, and the history is whole', async () => {
    expect((await place.run(['exec', 'true'])).status).toBe(0);
    const first = place.enginePid();
    process.kill(first ?? 0, 'SIGKILL');
    expect((await place.run(['exec', 'echo again'])).stdout).toBe('again\n');
    expect(place.enginePid()).not.toBe(first);
    expect((await place.run(['history', 'verify'])).status).toBe(0);
    expect(new Set((await listSessions()).map((session) => session.engineId)).size).toBe(2);
  });

  it('a second one prints an address of the first, which goes on', async () => {
    const first = place.start(['serve', '--no-open']);
    await waitFor(() => place.enginePid() !== undefined);
    const second = await place.run(['serve']);
    expect([second.status, second.stderr]).toEqual([
      0,
      `sallyport: an engine is running already (pid ${first.pid}), and goes on without this terminal\nsallyport: good for one sign-in within ten minutes\n`,
    ]);
    const address = readPageAddress(second.stdout);
    const same = await place.run(['serve', '--port', String(address.port)]);
    expect([same.status, readPageAddress(same.stdout).port]).toEqual([0, address.port]);
    const other = await place.run([
      'serve',
      '--port',
      String(address.port === 65_535 ? 1024 : address.port + 1),
    ]);
    expect([other.status, other.stdout]).toEqual([1, '']);
    expect(other.stderr).toContain(`the page is served at port ${address.port} already`);
    expect((await place.run(['serve', '--background'])).status).toBe(0);
    expect(place.enginePid()).toBe(first.pid);
  });

  it('SIGTERM ends it cleanly: no socket, no note, the lock is free', async () => {
    const engine = place.start(['serve', '--no-open']);
    await waitFor(() => place.enginePid() !== undefined);
    const socket = readEngineNote(join(place.home, 'run'))?.socket ?? '';
    expect((statSync(socket).mode & 0o777).toString(8)).toBe('600');
    expect((statSync(join(place.home, 'run')).mode & 0o777).toString(8)).toBe('700');
    const ended = new Promise((resolve) => engine.on('exit', resolve));
    engine.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect([existsSync(socket), readEngineNote(join(place.home, 'run'))]).toEqual([false, undefined]);
    expect(isEngineLocked(join(place.home, 'run'))).toBe(false);
  });

  it('a stale socket and a stale note do not keep the next one from starting', async () => {
    await place.run(['exec', 'true']);
    process.kill(place.enginePid() ?? 0, 'SIGKILL');
    await waitFor(() => !isEngineLocked(join(place.home, 'run')));
    expect(existsSync(join(place.home, 'run', 'control.sock'))).toBe(true);
    expect((await place.run(['approvals', 'list'])).status).toBe(0);
    expect((await place.run(['exec', 'echo up'])).stdout).toBe('up\n');
  });

  it('what is not a socket is left alone and reported', async () => {
    await place.run(['exec', 'true']);
    const pid = place.enginePid() ?? 0;
    process.kill(pid, 'SIGTERM');
    await waitFor(() => !isEngineLocked(join(place.home, 'run')));
    writeFileSync(join(place.home, 'run', 'control.sock'), 'precious');
    const result = await place.run(['exec', 'true']);
    expect(result.status).toBe(125);
    expect(result.stderr).toContain('is not a socket');
  });
});

describe('an engine in the background', () => {
  /** An engine that does nothing but wait, and whether it has ended. */
  /** Long enough that a busy machine connects before it has passed, in ms. */
  const IDLE_MS = 1500;
  const LONGER_MS = 2000;

  async function serveIdle() {
    const engine = createFakeEngine();
    const outcome = await serveEngine({
      home: place.home,
      runtimeDir: join(place.home, 'run'),
      version: '0',
      env: {},
      isBackground: true,
      idleMs: IDLE_MS,
      createEngine: async () => engine,
    });
    if (outcome.state !== 'serving') throw new Error('not serving');
    let isOver = false;
    void outcome.ended.then(() => {
      isOver = true;
    });
    return { engine, outcome, hasEnded: () => isOver };
  }

  it('ends when neither a session nor a client was there for a while, and not before', async () => {
    const { engine, outcome, hasEnded } = await serveIdle();
    const socket = connect(outcome.note.socket);
    await new Promise((resolve) => socket.once('connect', resolve));
    const client = createEngineClient(createSocketPipe(socket));
    await client.hello('test', '0');
    const params = SessionOpenParams.parse({
      origin: 'test',
      cwd: '/',
      env: {},
      umask: 0,
      hasStdin: false,
      flags: {},
      answers: 'nobody',
    });
    const { sessionId } = await client.call('session/open', params);
    await delay(LONGER_MS);
    await client.call('session/close', { sessionId });
    await delay(LONGER_MS);
    expect(hasEnded()).toBe(false);
    client.close();
    await outcome.ended;
    expect(engine.calls.at(-1)).toBe('stop');
    expect(isEngineLocked(join(place.home, 'run'))).toBe(false);
  });

  it('stays for a token that nobody has used yet, and for an open page', async () => {
    const { outcome, hasEnded } = await serveIdle();
    const address = readPageAddress(await outcome.openWeb());
    await delay(LONGER_MS);
    expect(hasEnded()).toBe(false);
    const page = await openPageSocket(address, { Cookie: await logIn(address) });
    await delay(LONGER_MS);
    expect(hasEnded()).toBe(false);
    page.socket.close();
    await outcome.ended;
  });
});
