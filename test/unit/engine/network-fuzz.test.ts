import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  LOGIN,
  listenOnLoopback,
  listenTo,
  openProxy,
  type ProxyFixture,
  socksIpv6,
  socksName,
  socksOpening,
} from '../../support/proxy-fixture.ts';
import { makeRandom } from '../../support/seeded-random.ts';

const ROUNDS = 5_000;
const AT_ONCE = 50;
const random = makeRandom(4_711);
const below = (limit: number): number => Math.floor(random() * limit);

let fixture: ProxyFixture;
let dialled = 0;
/** Whatever gets through all checks would arrive here: every name leads to it, and forwarded it is not even private. */
const target = createServer((socket) => {
  dialled += 1;
  socket.destroy();
});
let port = 0;

beforeAll(async () => {
  port = await listenOnLoopback(target);
  fixture = await openProxy({
    judge: async () => ({ verdict: 'refuse', words: 'no' }),
    resolve: async () => ['127.0.0.1'],
    limits: { openingMs: 60_000 },
  });
});
afterAll(async () => {
  await fixture.end();
  target.close();
});

const seeds = (): Buffer[] => [
  Buffer.from(`CONNECT api.test:${port} HTTP/1.1\r\nHost: api.test\r\n${LOGIN}\r\n`),
  Buffer.from(`GET http://api.test:${port}/a HTTP/1.1\r\nHost: api.test:${port}\r\n${LOGIN}\r\n`),
  Buffer.from(
    `POST http://127.0.0.1:${port}/ HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${LOGIN}Content-Length: 5\r\n\r\nhello`,
  ),
  Buffer.from(
    `POST http://[::1]:${port}/ HTTP/1.1\r\nHost: [::1]:${port}\r\n${LOGIN}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
  ),
  socksOpening(socksName('api.test'), port),
  socksOpening(socksName('127.0.0.1'), port),
  socksOpening(socksIpv6(0, 0, 0, 0, 0, 0xffff, 0x7f00, 1), port),
];

/** A few changes at random: bytes changed, left out, doubled, put in, cut off. */
function mutate(seed: Buffer): Buffer {
  const bytes = [...seed];
  for (let count = 1 + below(6); count > 0; count--) {
    const at = below(bytes.length + 1);
    const odd = [0, 10, 13, 32, 37, 46, 47, 58, 64, 91, 255, below(256)];
    const acts = [
      () => bytes.splice(at, 1, below(256)),
      () => bytes.splice(at, 1 + below(8)),
      () => bytes.splice(at, 0, ...bytes.slice(at, at + below(40))),
      () => bytes.splice(at, 0, odd[below(odd.length)] ?? 0),
      () => bytes.splice(at),
    ];
    acts[below(acts.length)]?.();
  }
  return Buffer.from(bytes);
}

async function throwAt(bytes: Buffer): Promise<string> {
  const socket = await fixture.dial();
  const listener = listenTo(socket);
  socket.end(bytes);
  const answer = (await listener.all()).toString('latin1');
  socket.destroy();
  return answer;
}

describe('the proxy under odd openings', () => {
  it('lets none through, ends each, and goes on', { timeout: 120_000 }, async () => {
    const all = seeds();
    const kinds = new Map<string, number>();
    for (let round = 0; round < ROUNDS; round += AT_ONCE) {
      const batch = Array.from({ length: AT_ONCE }, (_, index) =>
        mutate(all[(round + index) % all.length] ?? Buffer.alloc(0)),
      );
      const answers = await Promise.all(batch.map(throwAt));
      for (const [index, answer] of answers.entries()) {
        expect(answer, JSON.stringify(batch[index]?.toString('latin1'))).not.toMatch(
          /^HTTP\/1\.1 2|^\u0005\u0002\u0001\u0000\u0005\u0000/,
        );
        const kind = answer.slice(0, 12);
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      }
    }
    expect(dialled).toBe(0);
    // the mutations are of use only when they reach all layers
    for (const kind of ['HTTP/1.1 400', 'HTTP/1.1 407', '\u0005\u0002\u0001\u0001'])
      expect(kinds.get(kind), kind).toBeGreaterThan(50);
    expect(fixture.asked.length).toBeGreaterThan(50);
    expect(fixture.stopped.length).toBeLessThanOrEqual(256);
    const whole = await throwAtOpen(all[0] ?? Buffer.alloc(0));
    expect(whole).toMatch(/^HTTP\/1\.1 403 /);
  });
});

/** The same without ending the client's side, which would count as gone. */
async function throwAtOpen(bytes: Buffer): Promise<string> {
  const socket = await fixture.dial();
  const listener = listenTo(socket);
  socket.write(bytes);
  const answer = (await listener.all()).toString('latin1');
  socket.destroy();
  return answer;
}
