import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PROTOCOL_VERSION } from '../../src/protocol/index.ts';
import { isEngineLocked } from '../../src/server/index.ts';
import {
  ask,
  logIn,
  openPageSocket,
  type PageAddress,
  postToken,
  readPageAddress,
} from '../support/page-client.ts';
import { PROGRAM } from '../support/program.ts';
import { type CliPlace, createCliPlace } from '../support/terminal.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let place: CliPlace;
beforeEach(() => {
  place = createCliPlace();
});
afterEach(() => place.close());

const identityFile = (): string => join(place.home, 'run', 'web.json');

/** A program that goes on running, and the address it has printed. */
async function startPage(words: readonly string[]): Promise<{
  address: PageAddress;
  stdout(): string;
  stderr(): string;
  kill(signal: NodeJS.Signals): Promise<unknown>;
}> {
  const child = place.start(words);
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (bytes: Buffer) => {
    stdout += bytes.toString();
  });
  child.stderr?.on('data', (bytes: Buffer) => {
    stderr += bytes.toString();
  });
  const ended = once(child, 'exit');
  while (!stdout.includes('\n')) {
    if (child.exitCode !== null) throw new Error(`ended: ${stderr}`);
    await delay(10);
  }
  return {
    address: readPageAddress(stdout),
    stdout: () => stdout,
    stderr: () => stderr,
    kill: async (signal) => {
      child.kill(signal);
      return (await ended)[0];
    },
  };
}

async function startBackground(): Promise<void> {
  expect((await place.run(['exec', 'true'])).status).toBe(0);
  expect(place.enginePid()).toBeDefined();
}

const whoami = async (address: PageAddress, cookie: string): Promise<number> =>
  (await ask(address, { path: '/whoami', headers: { Cookie: cookie } })).status;

/** A port that nobody has just now. */
async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe('sallyport serve', () => {
  it('prints the address on standard output and nothing else there; Ctrl-C ends it', async () => {
    const port = await findFreePort();
    const page = await startPage(['serve', '--no-open', '--port', String(port)]);
    expect(page.address.port).toBe(port);
    expect(page.stdout()).toBe(`${page.address.origin}/#token=${page.address.token}\n`);
    await expect
      .poll(page.stderr)
      .toContain('good for one sign-in within ten minutes; Ctrl-C ends the engine and its sessions');
    expect((await postToken(page.address)).status).toBe(204);
    expect((statSync(identityFile()).mode & 0o777).toString(8)).toBe('600');
    expect(await page.kill('SIGINT')).toBe(0);
    expect(page.stdout()).not.toContain(readFileSync(identityFile(), 'utf8'));
  });

  it('says what is wrong with a port, with status 2 or 3', async () => {
    for (const port of ['x', '-1', '65536', '1e3', '']) {
      expect([port, (await place.run(['serve', '--no-open', '--port', port])).status]).toEqual([port, 2]);
    }
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const taken = typeof address === 'object' && address !== null ? address.port : 0;
    const result = await place.run(['serve', '--no-open', '--port', String(taken)]);
    server.close();
    expect([result.status, result.stdout]).toEqual([3, '']);
    expect(result.stderr).toContain(`127.0.0.1:${taken}`);
    expect(isEngineLocked(join(place.home, 'run'))).toBe(false);
  });
});

describe('sallyport without a command', () => {
  it('is the engine where none runs; a second one asks it for an address of its own', async () => {
    const first = await startPage([]);
    expect(first.stderr()).toContain('there is no display');
    const second = await place.run([]);
    expect(second.status).toBe(0);
    const address = readPageAddress(second.stdout);
    expect([address.host, address.token === first.address.token]).toEqual([first.address.host, false]);
    expect((await postToken(address)).status).toBe(204);
    expect((await postToken(first.address)).status).toBe(204);
    expect(await first.kill('SIGINT')).toBe(0);
  });

  it('asks the engine in the background too, which then stays', async () => {
    await startBackground();
    const pid = place.enginePid();
    const result = await place.run(['--no-open']);
    expect([result.status, place.enginePid()]).toEqual([0, pid]);
    expect(result.stderr).toContain(`running already (pid ${pid}), and goes on without this terminal`);
    // Ctrl-C there would end nothing
    expect(result.stderr).not.toContain('Ctrl-C');
    expect((await postToken(readPageAddress(result.stdout))).status).toBe(204);
    const elsewhere = await place.run(['--no-open', '--port', String(await findFreePort())]);
    expect([elsewhere.status, elsewhere.stdout]).toEqual([3, '']);
  });

  it('refuses flags and words that it does not know', async () => {
    for (const words of [['--no-such'], ['--port'], ['--no-open', 'word']]) {
      expect([words, (await place.run(words)).status]).toEqual([words, 2]);
    }
    expect(place.enginePid()).toBeUndefined();
  });
});

describe('an engine that was killed under an open page', () => {
  const hello = { protocolVersion: PROTOCOL_VERSION, client: 'page', version: '0' };

  it('is found again by that page: same name, same port, same cookie', async () => {
    const first = await startPage(['serve', '--no-open']);
    const cookie = await logIn(first.address);
    const page = await openPageSocket(first.address, { Cookie: cookie });
    await page.call('engine/hello', hello);
    await first.kill('SIGKILL');
    await page.closed;
    // whatever needs an engine starts the next one, in the background
    await startBackground();
    const again = await openPageSocket(first.address, { Cookie: cookie });
    expect((await again.call('engine/hello', hello)).result).toMatchObject({ pid: place.enginePid() });
    again.socket.close();
    await again.closed;
    // a token of the first engine is no token of the second
    expect((await postToken(first.address)).status).toBe(401);
  });

  it('listens somewhere else when the port is taken, and is asked for the address', async () => {
    const first = await startPage(['serve', '--no-open']);
    const cookie = await logIn(first.address);
    const page = await openPageSocket(first.address, { Cookie: cookie });
    await first.kill('SIGKILL');
    await page.closed;
    const squatter = createServer((socket) => socket.destroy()).listen(first.address.port, '127.0.0.1');
    await once(squatter, 'listening');
    const second = await startPage(['serve', '--no-open']);
    squatter.close();
    expect(second.address.port).not.toBe(first.address.port);
    expect(await whoami(second.address, cookie)).toBe(204);
    await second.kill('SIGTERM');
  });

  it('does not listen in the background when no page was open', async () => {
    const first = await startPage(['serve', '--no-open']);
    const cookie = await logIn(first.address);
    const page = await openPageSocket(first.address, { Cookie: cookie });
    page.socket.close();
    await page.closed;
    await first.kill('SIGTERM');
    await startBackground();
    await expect(ask(first.address)).rejects.toThrow('ECONNREFUSED');
  });

  it.each([
    ['that others could read', () => chmodSync(identityFile(), 0o644)],
    ['that is not whole', () => writeFileSync(identityFile(), '{"hostName":"sp-aaaaaaaa.localhost"')],
    [
      'of a name that is none of ours',
      () =>
        writeFileSync(
          identityFile(),
          readFileSync(identityFile(), 'utf8').replace('.localhost', '.example.org'),
        ),
    ],
  ])('and a secret %s: every page needs a new token', async (_name, spoil) => {
    const first = await startPage(['serve', '--no-open']);
    const cookie = await logIn(first.address);
    expect(await whoami(first.address, cookie)).toBe(204);
    await first.kill('SIGTERM');
    spoil();
    const second = await startPage(['serve', '--no-open']);
    expect(second.address.host.split(':')[0]).not.toBe(first.address.host.split(':')[0]);
    expect(await whoami(second.address, cookie)).toBe(401);
    await second.kill('SIGTERM');
  });

  it('no sandbox sees the secret', async () => {
    const first = await startPage(['serve', '--no-open']);
    const result = await place.run(['sandbox', '--', 'cat', identityFile()]);
    expect(result.stdout).toBe('');
    expect(result.status).not.toBe(0);
    await first.kill('SIGTERM');
  });
});

describe('the browser', () => {
  it('is started with the address where there is a display, and never without or against a wish', async () => {
    const bin = join(place.folder, 'bin');
    const log = join(place.folder, 'opened.txt');
    mkdirSync(bin);
    writeFileSync(join(bin, 'xdg-open'), `#!/bin/sh\nprintf '%s\\n' "$1" >> '${log}'\n`, { mode: 0o755 });
    const env = { ...place.env, PATH: `${bin}:${process.env['PATH']}` };
    await startBackground();
    const start = (words: readonly string[], display: Record<string, string>): string =>
      execFileSync(process.execPath, [PROGRAM, ...words], {
        env: { ...env, ...display },
        encoding: 'utf8',
        stdio: 'pipe',
      });
    start(['--port', '0'], {});
    start(['--no-open'], { DISPLAY: ':99' });
    const shown = start(['--port', '0'], { WAYLAND_DISPLAY: 'wayland-9' });
    let opened = '';
    while (!opened.endsWith('\n')) {
      await delay(20);
      opened = execFileSync('/bin/sh', ['-c', `cat '${log}' 2>/dev/null || :`], { encoding: 'utf8' });
    }
    expect(opened).toBe(shown);
  });
});
