import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { listTestUsers, type TestUser } from '../support/as-user.ts';
import { ask, askRaw, logIn, type PageAddress, type PageRequest, postToken } from '../support/page-client.ts';
import { type ServedPage, servePage } from '../support/serve-page.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let served: ServedPage;
let address: PageAddress;
let cookie: string;
const openAddress = (): Promise<PageAddress> => served.openAddress();

beforeAll(async () => {
  served = await servePage();
  address = await openAddress();
  cookie = await logIn(address);
});
afterAll(() => served.stop());

describe('the page', () => {
  it.each([
    ['/', 'text/html; charset=utf-8', 'no-store'],
    ['/?from=a-bookmark', 'text/html; charset=utf-8', 'no-store'],
    ['/assets/web-AbCd1234.js', 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
  ])('%s is there without a cookie', async (path, type, caching) => {
    const { status, headers } = await ask(address, { path });
    expect([status, headers['content-type'], headers['cache-control']]).toEqual([200, type, caching]);
    expect((await ask(address, { path, method: 'HEAD' })).body).toBe('');
  });

  it('of an answer every header says what it must', async () => {
    for (const options of [{}, { path: '/nothing' }, { path: '/whoami' }, { host: 'localhost' }]) {
      const { headers } = await ask(address, options);
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'cache-control': 'no-store',
      });
      const policy = headers['content-security-policy'] ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).toContain("require-trusted-types-for 'script'; trusted-types sallyport");
      expect(policy).not.toContain('unsafe');
    }
  });
});

describe('what is refused', () => {
  const foreign = { Origin: 'http://evil.example' };
  const rows: [string, number, PageRequest][] = [
    ['no cookie', 401, { path: '/whoami' }],
    ['no cookie, the socket asked for without an upgrade', 401, { path: '/rpc' }],
    ['a made-up cookie', 401, { path: '/whoami', headers: { Cookie: 'sallyport=let-me-in' } }],
    ['an empty cookie', 401, { path: '/whoami', headers: { Cookie: 'sallyport=' } }],
    ['a bare address', 421, { host: '127.0.0.1' }],
    ['localhost', 421, { host: 'localhost' }],
    ['a foreign name', 421, { host: 'evil.example' }],
    ['a foreign name with our port', 421, { host: 'sp-aaaaaaaa.localhost:80' }],
    ['no name', 421, { host: '' }],
    ['a foreign name at the login', 421, { method: 'POST', path: '/login', host: 'evil.example' }],
    ['a foreign page', 403, { headers: foreign }],
    ['a page of no origin', 403, { headers: { Origin: 'null' } }],
    ['a foreign page at the login', 403, { method: 'POST', path: '/login', headers: foreign }],
    ['a login from no page', 403, { method: 'POST', path: '/login' }],
    ['another method', 405, { method: 'PUT' }],
    ['deleting', 405, { method: 'DELETE', path: '/assets/web-AbCd1234.js' }],
    ['tracing', 405, { method: 'TRACE' }],
    ['reading the login', 405, { path: '/login' }],
  ];
  it.each(rows)('%s: %i', async (_name, status, options) => {
    expect((await ask(address, options)).status).toBe(status);
  });

  it.each([
    '/desktop.html',
    '/web.html',
    '/assets/',
    '/assets/link.txt',
    '/assets/notes.md',
    '/assets/inner/deep.js',
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/assets/%2e%2e/%2e%2e/secret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/assets/%252e%252e%252fsecret.txt',
    '/assets/..%5c..%5csecret.txt',
    '/assets\\..\\..\\secret.txt',
    '/assets/....//....//secret.txt',
    '//etc/passwd',
    '/etc/passwd',
    '/assets/web-AbCd1234.js%00.html',
    '/%00',
    '/.',
    '/__proto__',
    '/constructor',
    'http://evil.example/',
    '*',
  ])('nothing is at %s', async (path) => {
    const text = await askRaw(
      address.port,
      `GET ${path} HTTP/1.1\r\nHost: ${address.host}\r\nConnection: close\r\n\r\n`,
    );
    expect(text).toMatch(/^HTTP\/1\.1 40[04] /);
    expect(text).not.toContain('secret');
  });

  const head = (line: string, ...headers: string[]): string => `${[line, ...headers].join('\r\n')}\r\n\r\n`;
  it.each([
    ['two names', /^HTTP\/1\.1 4(00|21) /, () => [`Host: ${address.host}`, 'Host: evil.example']],
    ['two names, ours last', /^HTTP\/1\.1 4(00|21) /, () => ['Host: evil.example', `Host: ${address.host}`]],
    ['a huge header', /^HTTP\/1\.1 431 /, () => [`Host: ${address.host}`, `X: ${'x'.repeat(20_000)}`]],
    ['no HTTP at all', /^HTTP\/1\.1 400 /, () => ['\x00\x01\x02 nonsense']],
    [
      'two origins',
      /^HTTP\/1\.1 403 /,
      () => [`Host: ${address.host}`, `Origin: ${address.origin}`, 'Origin: http://evil.example'],
    ],
  ])('%s', async (_name, status, headers) => {
    expect(await askRaw(address.port, head('GET / HTTP/1.1', ...headers(), 'Connection: close'))).toMatch(
      status,
    );
  });

  it('a tunnel', async () => {
    const text = await askRaw(
      address.port,
      head('CONNECT evil.example:80 HTTP/1.1', `Host: ${address.host}`),
    );
    expect(text).not.toMatch(/^HTTP\/1\.1 2/);
  });
});

describe('the login', () => {
  it('gives a cookie that scripts cannot read and other sites do not send', async () => {
    const { status, headers, body } = await postToken(await openAddress());
    expect([status, body]).toEqual([204, '']);
    expect(headers['set-cookie']).toHaveLength(1);
    expect(headers['set-cookie']?.[0]).toMatch(/^sallyport=[\w.-]+; HttpOnly; SameSite=Strict; Path=\/$/);
  });

  it('takes a token once', async () => {
    const fresh = await openAddress();
    expect((await postToken(fresh)).status).toBe(204);
    expect((await postToken(fresh)).status).toBe(401);
    const other = await openAddress();
    const both = await Promise.all([postToken(other), postToken(other)]);
    expect(both.map(({ status }) => status).sort()).toEqual([204, 401]);
    await delay(1100);
  });

  it('keeps five tokens and forgets the oldest', async () => {
    const addresses = [];
    for (let count = 0; count < 6; count += 1) addresses.push(await openAddress());
    expect(new Set(addresses.map(({ token }) => token)).size).toBe(6);
    const statuses = [];
    for (const each of addresses) statuses.push((await postToken(each)).status);
    expect(statuses).toEqual([401, 204, 204, 204, 204, 204]);
    await delay(1100);
  });

  const json = { 'Content-Type': 'application/json' };
  it.each([
    ['no JSON', 400, json, '{'],
    ['no object', 400, json, '"token"'],
    ['no token', 400, json, '{}'],
    ['more than a token', 400, json, '{"token":"a","admin":true}'],
    ['a token that is no text', 400, json, '{"token":["a"]}'],
    ['a token of strange characters', 400, json, '{"token":"a b"}'],
    ['a form', 415, { 'Content-Type': 'application/x-www-form-urlencoded' }, 'token=a'],
    ['a form that looks like JSON', 415, { 'Content-Type': 'text/plain' }, '{"token":"a"}'],
    ['a body without end', 413, json, JSON.stringify({ token: 'x'.repeat(100_000) })],
  ])('of %s: %i', async (_name, status, headers, body) => {
    const sent = { method: 'POST', path: '/login', headers: { Origin: address.origin, ...headers }, body };
    expect((await ask(address, sent)).status).toBe(status);
  });

  it('looks at a few wrong tokens a second, and then at none', async () => {
    const fresh = await openAddress();
    const statuses = [];
    for (let count = 0; count < 8; count += 1) statuses.push((await postToken(fresh, 'wrong')).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
    expect((await postToken(fresh)).status).toBe(429);
    await delay(1100);
    expect((await postToken(fresh)).status).toBe(204);
  });

  it('whoami knows the cookie, among others of the same name too', async () => {
    const whoami = (value: string) => ask(address, { path: '/whoami', headers: { Cookie: value } });
    expect((await whoami(cookie)).status).toBe(204);
    expect((await whoami(`a=b; sallyport=tossed; ${cookie}; c=d`)).status).toBe(204);
    expect((await whoami(`${cookie.slice(0, -2)}xx`)).status).toBe(401);
    expect((await whoami(cookie.replace('sallyport', 'Sallyport'))).status).toBe(401);
  });
});

/** Sends a request as this user, as programs can; gives its status. */
const SEND = [
  'import socket, sys',
  "sent = socket.create_connection(('127.0.0.1', int(sys.argv[1])))",
  'sent.sendall(sys.argv[2].encode())',
  'print(sent.recv(65536).split()[1].decode())',
].join('\n');

function sendAs({ uid, gid }: TestUser, port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      '/usr/bin/python3',
      ['-c', SEND, String(port), text],
      { uid, gid, cwd: '/' },
      (error, printed) => (error === null ? resolve(printed.trim()) : reject(error)),
    );
  });
}

describe('a user of this machine', () => {
  it.each(listTestUsers())('$name comes in only where the page is theirs', async (user) => {
    const fresh = await openAddress();
    const head = `Host: ${fresh.host}\r\nOrigin: ${fresh.origin}\r\n`;
    const body = JSON.stringify({ token: fresh.token });
    const login = `POST /login HTTP/1.1\r\n${head}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const upgrade = `GET /rpc HTTP/1.1\r\n${head}Cookie: ${cookie}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${btoa('0123456789abcdef')}\r\n\r\n`;
    const isOwner = user.uid === process.getuid?.();
    expect([await sendAs(user, fresh.port, login), await sendAs(user, fresh.port, upgrade)]).toEqual(
      isOwner ? ['204', '101'] : ['403', '403'],
    );
    // what another user has tried is not used up by it
    expect((await postToken(fresh)).status).toBe(isOwner ? 401 : 204);
    await delay(1100);
  });
});

describe('who takes its time', () => {
  it('is not waited for: a head that does not end, a body that does not come', async () => {
    const begin = `Host: ${address.host}\r\nOrigin: ${address.origin}\r\nContent-Type: application/json\r\n`;
    const startedAt = Date.now();
    const answers = await Promise.all([
      askRaw(address.port, ''),
      askRaw(address.port, `GET / HTTP/1.1\r\n${begin}`),
      askRaw(address.port, `POST /login HTTP/1.1\r\n${begin}Content-Length: 50\r\n\r\n{"token":`),
    ]);
    expect(Date.now() - startedAt).toBeLessThan(25_000);
    expect(answers.map((answer) => answer.slice(0, 13))).toEqual(Array(3).fill('HTTP/1.1 408 '));
  });
});
