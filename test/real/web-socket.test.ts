import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { PAGE_METHODS, PROTOCOL_VERSION } from '../../src/protocol/index.ts';
import { askRaw, logIn, openPageSocket, type PageAddress } from '../support/page-client.ts';
import { type ServedPage, servePage } from '../support/serve-page.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let served: ServedPage;
let address: PageAddress;
let cookie: string;

beforeAll(async () => {
  served = await servePage();
  address = await served.openAddress();
  cookie = await logIn(address);
});
afterAll(() => served.stop());

describe('the socket', () => {
  const refusals: [string, number, () => Record<string, string>, string?][] = [
    ['without a cookie', 401, () => ({})],
    ['with a made-up cookie', 401, () => ({ Cookie: 'sallyport=AAAAAAAAAAAAAAAAAAAAAA.1.AAAA' })],
    ['of a foreign page', 403, () => ({ Cookie: cookie, Origin: 'http://evil.example' })],
    ['of a page of no origin', 403, () => ({ Cookie: cookie, Origin: 'null' })],
    ['of our page by another scheme', 403, () => ({ Cookie: cookie, Origin: `https://${address.host}` })],
    ['at a foreign name', 421, () => ({ Cookie: cookie, Host: `127.0.0.1:${address.port}` })],
    ['somewhere else', 404, () => ({ Cookie: cookie }), '/other'],
  ];
  it.each(refusals)('%s is refused: %i', async (_name, status, headers, path) => {
    await expect(openPageSocket(address, headers(), path)).rejects.toThrow(`refused with ${status}`);
  });

  it('without an origin is refused', async () => {
    const text = await askRaw(
      address.port,
      `GET /rpc HTTP/1.1\r\nHost: ${address.host}\r\nCookie: ${cookie}\r\nUpgrade: websocket\r\n` +
        'Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    );
    expect(text).toMatch(/^HTTP\/1\.1 403 /);
  });

  it('carries calls, and says in the words of an error what is none', async () => {
    const page = await openPageSocket(address, { Cookie: cookie });
    const hello = { protocolVersion: PROTOCOL_VERSION, client: 'page', version: '0' };
    expect((await page.call('approval/list', {})).error?.message).toContain('engine/hello');
    expect((await page.call('engine/hello', { ...hello, extra: 1 })).error?.code).toBe(-32602);
    expect((await page.call('engine/hello', hello)).result).toMatchObject({ pid: process.pid });
    expect((await page.call('approval/list', { all: true })).error?.code).toBe(-32602);
    expect((await page.call('no/such', {})).error?.code).toBe(-32601);
    expect((await page.call('approval/list', {})).result).toEqual({ approvals: [] });
    page.socket.close();
    await page.closed;
  });

  it('does not give a page what only programs of this user may ask for', async () => {
    const page = await openPageSocket(address, { Cookie: cookie });
    await page.call('engine/hello', { protocolVersion: PROTOCOL_VERSION, client: 'page', version: '0' });
    const unknown = (await page.call('no/such', {})).error;
    for (const method of ['engine/stop', 'session/open', 'session/exec', 'event/subscribe', 'web/open']) {
      expect(PAGE_METHODS).not.toContain(method);
      expect((await page.call(method, {})).error).toEqual(unknown);
    }
    page.socket.close();
    await page.closed;
  });

  it('at most 32 pages at once', async () => {
    const pages = [];
    for (let count = 0; count < 32; count += 1) pages.push(await openPageSocket(address, { Cookie: cookie }));
    await expect(openPageSocket(address, { Cookie: cookie })).rejects.toThrow('refused with 503');
    for (const page of pages) page.socket.close();
    await Promise.all(pages.map((page) => page.closed));
    await delay(50);
    const again = await openPageSocket(address, { Cookie: cookie });
    again.socket.close();
    await again.closed;
  });

  it('a message above the limit ends its page, and only that', async () => {
    const [one, other] = [
      await openPageSocket(address, { Cookie: cookie }),
      await openPageSocket(address, { Cookie: cookie }),
    ];
    one.socket.send('x'.repeat(9 * 1024 * 1024));
    expect(await one.closed).toBe(1009);
    expect((await other.call('no/such', {})).error?.code).toBe(-32601);
    other.socket.close();
    await other.closed;
  });
});

describe('nonsense', () => {
  it('200 rounds of bytes and broken requests are answered with errors and change nothing', async () => {
    const page = await openPageSocket(address, { Cookie: cookie });
    await page.call('engine/hello', { protocolVersion: PROTOCOL_VERSION, client: 'page', version: '0' });
    for (let round = 0; round < 200; round += 1) {
      const [data, isBinary] = makeNonsense(round);
      page.socket.send(data, { binary: isBinary });
      expect(await page.next()).toMatchObject({ id: null, error: { code: expect.any(Number) } });
    }
    expect((await page.call('approval/list', {})).result).toEqual({ approvals: [] });
    expect((await page.call('grant/list', {})).result).toEqual({ grants: [] });
    page.socket.close();
    await page.closed;
  });
});

/** One message that no peer may take for a request. */
function makeNonsense(round: number): [string | Buffer, boolean] {
  const request = { jsonrpc: '2.0', id: 1, method: 'approval/answer', params: {} };
  const text = JSON.stringify(request);
  const makers: (() => [string | Buffer, boolean])[] = [
    () => [randomBytes(1 + (round % 300)), true],
    () => [Buffer.from(text), true],
    () => [text.slice(0, round % text.length), false],
    () => [`${text}${text}`, false],
    () => [JSON.stringify({ ...request, id: { evil: round } }), false],
    () => [JSON.stringify({ ...request, method: round }), false],
    () => [JSON.stringify({ jsonrpc: '2.0', method: 'stream/data', params: { round } }), false],
    () => [JSON.stringify(Array(round % 7).fill(request)), false],
    () => [randomBytes(100).toString('latin1'), false],
    () => ['[['.repeat(1 + round), false],
  ];
  return makers[round % makers.length]?.() ?? ['', false];
}
