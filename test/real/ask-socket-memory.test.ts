import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createFakeClock } from '../../src/engine/base/index.ts';
import { type AskSocket, openAskSocket } from '../../src/engine/session/ask-socket.ts';
import { LineBytes, TextBudget } from '../../src/engine/session/unfinished-text.ts';
import { WaitingBytes } from '../../src/engine/session/waiting-bytes.ts';
import { makeFolder } from '../support/real-engine.ts';

vi.setConfig({ testTimeout: 60_000 });

const KIB = 1024;
const MIB = 1024 * KIB;
const QUESTION = { step: '0', cwd: '/', words: ['x'] };
const BEGUN = '{"jsonrpc":"2.0","id":1,"method":"propose/apply_patch","params":{"patch":"';

describe.skipIf(process.platform === 'win32')('what is said to an ask socket', () => {
  let folder: ReturnType<typeof makeFolder>;
  let clock: ReturnType<typeof createFakeClock>;
  let open: AskSocket[];
  let sockets: Socket[];
  let patches: number[];
  /** Answers the proposals, in the order in which they came; none waits while it is null. */
  let waiting: (() => void)[] | null;

  beforeEach(() => {
    folder = makeFolder('ask-memory', '/var/tmp');
    clock = createFakeClock();
    [open, sockets, patches, waiting] = [[], [], [], null];
  });
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    for (const asks of open) await asks.close();
    folder.remove();
  });

  async function openOne(shared?: TextBudget, allWaiting?: WaitingBytes): Promise<AskSocket> {
    const ports = {
      clock,
      decide: () => Promise.resolve({ reply: 'allow' } as const),
      propose: async (proposal: { readonly tool: string; readonly input: object }, gone: AbortSignal) => {
        patches.push('patch' in proposal.input ? String(proposal.input.patch).length : 0);
        if (waiting !== null) {
          const settled = Promise.withResolvers<void>();
          waiting.push(settled.resolve);
          gone.addEventListener('abort', () => settled.resolve());
          await settled.promise;
        }
        return { tool: 'apply_patch', outcome: 'ran', message: '' } as const;
      },
    };
    const asks = await openAskSocket(join(folder.path, `${open.length}.sock`), ports, shared, allWaiting);
    open.push(asks);
    return asks;
  }

  /** One connection, and what it has been told. */
  async function dial(asks: AskSocket) {
    const socket = connect(asks.path);
    sockets.push(socket);
    const peer = { socket, said: '', isOpen: true };
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => (peer.said += text));
    socket.on('error', () => undefined);
    socket.on('close', () => (peer.isOpen = false));
    await once(socket, 'connect');
    return peer;
  }

  /** All of it has left this side, or the other one is gone. */
  const send = ({ socket }: { socket: Socket }, text: string): Promise<void> =>
    new Promise((settle) => {
      socket.once('close', () => settle());
      socket.write(text, () => settle());
    });

  const see = (check: () => void | Promise<void>): Promise<void> => vi.waitFor(check, { timeout: 30_000 });

  /** The engine has read what was sent before on other connections. */
  async function question(asks: AskSocket): Promise<string> {
    const peer = await dial(asks);
    await send(peer, `${JSON.stringify(QUESTION)}\n`);
    await see(() => expect(peer.said).toMatch(/\n$/));
    return peer.said;
  }

  test('keeps 16 MiB of a session: who has most is cut off, and the others go on', async () => {
    const asks = await openOne();
    const small = await dial(asks);
    await send(small, BEGUN + 'a'.repeat(900 * KIB));
    const large = await Promise.all(Array.from({ length: 8 }, () => dial(asks)));
    await Promise.all(large.map((peer) => send(peer, BEGUN + 'ä'.repeat(1.9 * MIB))));
    await see(() => expect(large.filter(({ isOpen }) => isOpen).length).toBeLessThanOrEqual(4));
    expect(await question(asks)).toBe('allow\n');
    expect(large.some(({ isOpen }) => isOpen)).toBe(true);
    await send(small, `"}}\n`);
    await see(() => expect(small.said).toContain('"ran"'));
    expect(patches).toEqual([900 * KIB]);
  });

  test('is counted over all sessions too', async () => {
    const shared = new TextBudget(4 * MIB);
    const [one, other] = [await openOne(shared), await openOne(shared)];
    const [least, most] = [await dial(one), await dial(other)];
    await send(most, BEGUN + 'b'.repeat(2.5 * MIB));
    await send(least, BEGUN + 'a'.repeat(1.5 * MIB));
    await see(() => expect(most.isOpen).toBe(false));
    expect(await question(one)).toBe('allow\n');
    expect(least.isOpen).toBe(true);
  });

  test('gives back what has come to its end', async () => {
    const asks = await openOne(new TextBudget(2 * MIB));
    const peer = await dial(asks);
    for (let round = 1; round <= 4; round++) {
      await send(peer, `${BEGUN.replace('"id":1', `"id":${round}`)}${'a'.repeat(1000 * KIB)}"}}\n`);
      await see(() => expect(peer.said.match(/"ran"/g)).toHaveLength(round));
      const gone = await dial(asks);
      await send(gone, BEGUN + 'a'.repeat(700 * KIB));
      gone.socket.destroy();
      expect(await question(asks)).toBe('allow\n');
    }
  });

  /** A whole one, of twice so many bytes of patch. */
  const proposal = (id: number, letters: number): string =>
    `${BEGUN.replace('"id":1', `"id":${id}`)}${'ä'.repeat(letters)}"}}\n`;

  test('of proposals that wait 16 MiB are kept in a session: the next one is refused, the way out said', async () => {
    const asks = await openOne();
    waiting = [];
    const peers = [await dial(asks), await dial(asks)];
    const [one, other] = peers;
    if (one === undefined || other === undefined) throw new Error('two were dialled');
    for (let id = 1; id <= 4; id++) await send(one, proposal(id, 1000 * KIB));
    for (let id = 1; id <= 4; id++) await send(other, proposal(id, 1000 * KIB));
    await see(() => expect(patches).toHaveLength(8));
    await send(other, proposal(5, 800 * KIB));
    await see(() => expect(other.said).toContain('"id":5'));
    expect(other.said).toMatch(
      /"error":\{"code":-32000,"message":"too much waits for an answer already: wait/,
    );
    // Small ones find room, and so does a large one when another is settled.
    await send(other, proposal(6, 1000));
    await see(() => expect(patches).toHaveLength(9));
    waiting[0]?.();
    await see(() => expect(one.said).toContain('"ran"'));
    await send(other, proposal(7, 800 * KIB));
    await see(() => expect(patches).toHaveLength(10));
    expect([one.isOpen, other.isOpen]).toEqual([true, true]);
  });

  test('proposals that wait are counted over all sessions, until their connections end', async () => {
    const allWaiting = new WaitingBytes(3 * MIB);
    const [asks, others] = [await openOne(undefined, allWaiting), await openOne(undefined, allWaiting)];
    waiting = [];
    const [first, second] = [await dial(asks), await dial(others)];
    await send(first, proposal(1, 900 * KIB));
    await see(() => expect(patches).toHaveLength(1));
    await send(second, proposal(1, 900 * KIB));
    await see(() => expect(second.said).toContain('too much waits'));
    first.socket.destroy();
    let tries = 1;
    await see(async () => {
      tries += 1;
      await send(second, proposal(tries, 900 * KIB));
      await see(() => expect(patches.length > 1 || second.said.includes(`"id":${tries}`)).toBe(true));
      expect(patches).toHaveLength(2);
    });
  });

  test.each([
    ['64 KiB', 64 * KIB, /^allow\n/],
    ['more', 200 * KIB, /^deny /],
  ])('a question of %s', async (_name, bytes, told) => {
    const peer = await dial(await openOne());
    const empty = JSON.stringify({ ...QUESTION, words: [''] });
    const words = ['w'.repeat(bytes - empty.length)];
    await send(peer, `${JSON.stringify({ ...QUESTION, words })}\n`);
    await see(() => expect(peer.said).toMatch(told));
  });

  test('a line that is no message is denied before it ends', async () => {
    const peer = await dial(await openOne());
    await send(peer, 'x'.repeat(64 * KIB + 1));
    await see(() => expect(peer.said).toMatch(/^deny /));
  });

  test('a first line that does not end in ten seconds is denied', async () => {
    const asks = await openOne();
    const [silent, slow, quick] = [await dial(asks), await dial(asks), await dial(asks)];
    await send(slow, '{"step":"0",');
    await send(quick, '{"step":"0",');
    expect(await question(asks)).toBe('allow\n');
    clock.advance(9_999);
    await send(quick, '"cwd":"/","words":[]}\n');
    await see(() => expect(quick.said).toBe('allow\n'));
    expect(slow.said).toBe('');
    clock.advance(1);
    await see(() => expect(slow.said).toMatch(/^deny /));
    // Who has not begun may take its time.
    await send(silent, `${JSON.stringify(QUESTION)}\n`);
    await see(() => expect(silent.said).toBe('allow\n'));
  });

  test('of a conversation only the first line is waited for so', async () => {
    const asks = await openOne();
    const peer = await dial(asks);
    await send(peer, `{"jsonrpc":"2.0","id":7,"method":"x"}\n${BEGUN}`);
    await see(() => expect(peer.said).toContain('-32601'));
    clock.advance(60_000);
    await send(peer, 'abc"}}\n');
    await see(() => expect(patches).toEqual([3]));
  });
});

describe('text without an end', () => {
  test('takes no more room for coming in small pieces', () => {
    const told: number[] = [];
    const budget = new TextBudget(MIB);
    const note = budget.note.bind(budget);
    budget.note = (holder) => {
      told.push(holder.bytes);
      note(holder);
    };
    const got: string[] = [];
    const lines = new LineBytes((line) => got.push(line), {
      maxBytes: 64 * KIB,
      budget,
      onDropped: () => got.push('dropped'),
    });
    for (const byte of Buffer.from('ü'.repeat(20_000))) lines.feed(Buffer.of(byte));
    expect(Math.max(...told)).toBeLessThan(80_000);
    expect(told.length).toBeLessThan(20);
    lines.feed(Buffer.from('\n\nb\n'));
    expect(got).toEqual(['ü'.repeat(20_000), '', 'b']);
    expect(told.at(-1)).toBe(0);
  });

  test('above the limit is handed out as nothing, once', () => {
    const got: string[] = [];
    const limits = { maxBytes: 4, budget: new TextBudget(MIB), onDropped: () => got.push('dropped') };
    const lines = new LineBytes((line) => got.push(line), limits);
    for (const text of ['abc', 'de', 'fgh', 'i\nabcd\nx', 'y\n']) lines.feed(Buffer.from(text));
    expect(got).toEqual(['', 'abcd', 'xy']);
  });
});
