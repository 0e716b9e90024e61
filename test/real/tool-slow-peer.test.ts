import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { realClock } from '../../src/engine/base/index.ts';
import { type AskSocket, openAskSocket } from '../../src/engine/session/ask-socket.ts';
import type { Proposal, ProposalResult } from '../../src/protocol/index.ts';
import { makeFolder } from '../support/real-engine.ts';

vi.setConfig({ testTimeout: 60_000 });

/** More than the kernel keeps for a socket by far. */
const LARGE = 'x'.repeat(2 * 1024 * 1024);

describe.skipIf(process.platform === 'win32')('who proposes and does not read the answers', () => {
  let folder: ReturnType<typeof makeFolder>;
  let asks: AskSocket;
  let socket: Socket;
  let taken: string[];
  let answer: (proposal: Proposal) => Promise<ProposalResult>;
  let goneCount: number;

  beforeEach(async () => {
    folder = makeFolder('peer', '/var/tmp');
    taken = [];
    goneCount = 0;
    const path = join(folder.path, 'ask.sock');
    asks = await openAskSocket(path, {
      clock: realClock,
      decide: () => Promise.resolve({ reply: 'allow' }),
      propose: (proposal, gone) => {
        taken.push(proposal.tool === 'shell' ? proposal.input.script : '');
        gone.addEventListener('abort', () => (goneCount += 1));
        return answer(proposal);
      },
    });
    socket = connect(path);
    await once(socket, 'connect');
    socket.pause();
  });
  afterEach(async () => {
    socket.destroy();
    await asks.close();
    folder.remove();
  });

  const propose = (id: number): Promise<void> =>
    new Promise((settle) => {
      const params = { script: `echo ${id}` };
      socket.write(`${JSON.stringify({ jsonrpc: '2.0', id, method: 'propose/shell', params })}\n`, () =>
        settle(),
      );
    });
  const large = (): Promise<ProposalResult> =>
    Promise.resolve({ tool: 'shell', outcome: 'ran', message: '', output: LARGE });

  test('is not read from until it has read, and then gets everything', async () => {
    answer = large;
    await propose(0);
    await vi.waitFor(() => expect(taken).toHaveLength(1), { timeout: 20_000 });
    // Its answer waits; this one comes behind it, and so do those after it.
    await propose(1);
    // Another connection is served meanwhile, and all of the waiting loop has passed.
    const other = connect(asks.path);
    other.write(`${JSON.stringify({ jsonrpc: '2.0', id: 9, method: 'x' })}\n`);
    await once(other, 'data');
    other.destroy();
    expect(taken).toEqual(['echo 0']);
    let received = 0;
    socket.on('data', (bytes: Buffer) => (received += bytes.length));
    socket.resume();
    await vi.waitFor(() => expect(received).toBeGreaterThan(2 * LARGE.length), { timeout: 20_000 });
    expect(taken).toEqual(['echo 0', 'echo 1']);
  });

  test('is cut off where more waits than all that may be open can answer', async () => {
    const waiting: Array<() => void> = [];
    answer = () => new Promise((settle) => waiting.push(() => void large().then(settle)));
    for (let id = 0; id < 16; id++) await propose(id);
    await vi.waitFor(() => expect(taken).toHaveLength(16), { timeout: 20_000 });
    // The last one stays open.
    for (const settle of waiting.slice(0, -1)) settle();
    const closed = once(socket, 'close');
    socket.resume();
    let received = 0;
    socket.on('data', (bytes: Buffer) => (received += bytes.length));
    socket.on('error', () => undefined);
    await closed;
    expect(received).toBeLessThan(16 * LARGE.length);
    await vi.waitFor(() => expect(goneCount).toBe(1), { timeout: 20_000 });
  });
});
