import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PROTOCOL_VERSION, RpcPeer } from '../../src/protocol/index.ts';
import { listenOnControlSocket } from '../../src/server/control-socket.ts';
import { acquireEngineLock, removeEngineNote, writeEngineNote } from '../../src/server/engine-lock.ts';
import { type CliPlace, createCliPlace } from '../support/terminal.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let place: CliPlace;
beforeEach(() => {
  place = createCliPlace();
});
afterEach(() => place.close());

/** An engine of another protocol version that holds the lock of the place. */
async function startOtherEngine(
  protocolVersion: number,
  openSessions: number,
): Promise<{ stops: () => number; end(): Promise<void> }> {
  const folder = join(place.home, 'run');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = acquireEngineLock(folder);
  const socketPath = join(folder, 'control.sock');
  let stops = 0;
  const socket = await listenOnControlSocket(socketPath, (pipe) => {
    new RpcPeer(pipe, {
      'engine/hello': () => ({
        protocolVersion,
        engineVersion: '0.0.9',
        engineId: 'other',
        pid: process.pid,
        openSessions,
      }),
      'engine/stop': () => {
        stops += 1;
        if (openSessions === 0) setImmediate(end);
        return { stopping: openSessions === 0 };
      },
    });
  });
  const end = async (): Promise<void> => {
    removeEngineNote(folder);
    await socket.close();
    lock?.release();
  };
  writeEngineNote(folder, {
    pid: process.pid,
    engineId: 'other',
    version: '0.0.9',
    protocolVersion,
    socket: socketPath,
  });
  return { stops: () => stops, end };
}

describe('an engine of another protocol version', () => {
  it('older and idle: it is replaced', async () => {
    const other = await startOtherEngine(PROTOCOL_VERSION - 1, 0);
    const result = await place.run(['exec', 'echo new engine']);
    expect([result.stdout, result.stderr, result.status]).toEqual(['new engine\n', '', 0]);
    expect(other.stops()).toBe(1);
    expect(place.enginePid()).not.toBe(process.pid);
  });

  it('older and busy: it is left alone, and the command does not start', async () => {
    const other = await startOtherEngine(PROTOCOL_VERSION - 1, 2);
    const result = await place.run(['exec', 'echo never']);
    expect([result.status, result.stdout]).toEqual([125, '']);
    expect(result.stderr).toContain('has sessions open');
    expect(result.stderr).toContain(`kill ${process.pid}`);
    await other.end();
  });

  it('newer: it is never replaced', async () => {
    const other = await startOtherEngine(PROTOCOL_VERSION + 1, 0);
    const result = await place.run(['exec', 'echo never']);
    expect([result.status, result.stdout, other.stops()]).toEqual([125, '', 0]);
    expect(result.stderr).toContain('is newer than this program');
    await other.end();
  });
});

describe('hostile bytes on the control socket', () => {
  it('do not disturb other clients', async () => {
    await place.run(['exec', 'true']);
    const pid = place.enginePid();
    const sockets = Array.from({ length: 5 }, () => connect(join(place.home, 'run', 'control.sock')));
    let answers = '';
    for (const socket of sockets) {
      socket.on('error', () => {});
      socket.on('data', (bytes) => {
        answers += bytes.toString();
      });
      socket.write('\0\xff nonsense\n');
      socket.write('{"jsonrpc":"2.0","id":1,"method":"session/open"}\n');
      socket.write('{"jsonrpc":"2.0","id":2,"method":"engine/hello","params":{"protocolVersion":"1"}}\n');
      socket.write(`${'x'.repeat(9 * 1024 * 1024)}\n`);
      socket.write('{"jsonrpc":"2.0","id":3,"method":"engine/hello","params":');
    }
    while ((answers.match(/"error"/g) ?? []).length < 20) await delay(20);
    expect(answers).not.toContain('"result"');
    expect((await place.run(['exec', 'echo fine'])).stdout).toBe('fine\n');
    expect(place.enginePid()).toBe(pid);
    for (const socket of sockets) socket.destroy();
  });
});
