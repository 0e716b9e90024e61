import { describe, expect, it } from 'vitest';
import { fetchThrough, LOGIN, listenTo, type ProxyFixture, talk } from '../support/proxy-fixture.ts';
import { ALLOW, eventually, makeProxyWorld, REFUSE } from '../support/proxy-world.ts';

const world = makeProxyWorld();

describe('a request in absolute form', () => {
  const ask = (proxy: ProxyFixture, line: string, headers = 'Host: api.test') =>
    talk(proxy, `${line} HTTP/1.1\r\n${headers}\r\n${LOGIN}Connection: close\r\n\r\n`);

  it('is sent on with its body, and answered', async () => {
    const proxy = await world.open();
    const url = `http://api.test:${world.webPort}/a?b=c`;
    expect(await fetchThrough(proxy, url, { method: 'POST', body: 'x'.repeat(100_000) })).toMatchObject({
      status: 200,
      text: 'x'.repeat(100_000),
    });
    expect(world.seen[0]?.url).toBe('/a?b=c');
    expect(world.seen[0]?.headers.host).toBe(`api.test:${world.webPort}`);
  });

  it('loses what is for one hop, both ways', async () => {
    const proxy = await world.open();
    const headers = {
      Connection: 'close, X-Named, Content-Length',
      'X-Named': 'secret',
      'Proxy-Connection': 'X-Other',
      'X-Other': 'secret',
      TE: 'trailers',
      Upgrade: 'websocket',
      'Keep-Alive': 'timeout=5',
      'X-Kept': 'yes',
    };
    const answer = await fetchThrough(proxy, `http://api.test:${world.webPort}/hop`, { headers });
    const { host, connection, 'x-kept': kept, ...rest } = world.seen[0]?.headers ?? {};
    expect([host, connection, kept, rest]).toEqual([`api.test:${world.webPort}`, 'close', 'yes', {}]);
    expect(answer.headers['x-kept']).toBe('yes');
    expect(answer.headers).not.toHaveProperty('x-hop');
    expect(answer.headers).not.toHaveProperty('proxy-authenticate');
  });

  it.each([
    ['another Host', 'GET http://api.test/', 'Host: other.test'],
    ['another port in Host', 'GET http://api.test:81/', 'Host: api.test'],
    ['two Hosts', 'GET http://api.test/', 'Host: api.test\r\nHost: api.test'],
    ['no Host', 'GET http://api.test/', 'X-Host: api.test'],
    ['an empty Host', 'GET http://api.test/', 'Host: '],
    ['a Host with a user', 'GET http://api.test/', 'Host: user@api.test'],
    ['a user', 'GET http://user:pw@api.test/', 'Host: api.test'],
    ['a user that looks like a host', 'GET http://api.test@evil.test/', 'Host: api.test'],
    ['a backslash', 'GET http://evil.test\\@api.test/', 'Host: api.test'],
    ['https', 'GET https://api.test/', 'Host: api.test'],
    ['ftp', 'GET ftp://api.test/', 'Host: api.test'],
    ['no host', 'GET http:///', 'Host: api.test'],
    ['a % sign', 'GET http://api%2etest/', 'Host: api.test'],
    ['a fragment', 'GET http://api.test/#x', 'Host: api.test'],
    ['only a path', 'GET /', 'Host: api.test'],
    ['only a star', 'OPTIONS *', 'Host: api.test'],
  ])('with %s is refused unasked', async (_, line, headers) => {
    const proxy = await world.open();
    expect(await ask(proxy, line, headers)).toMatch(/^HTTP\/1\.1 400 [\s\S]*sallyport: /);
    expect(proxy.asked).toEqual([]);
  });

  it.each([
    ['length and chunks', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['two lengths', 'Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello'],
    ['a list of lengths', 'Content-Length: 5, 6\r\n\r\nhello'],
    ['a signed length', 'Content-Length: +5\r\n\r\nhello'],
    ['odd chunks', 'Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n'],
    ['chunks that are not last', 'Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n'],
    ['a space before the colon', 'Content-Length : 5\r\n\r\nhello'],
    ['a folded line', 'X-A: b\r\n Content-Length: 5\r\n\r\nhello'],
    ['a bare line feed', 'X-A: b\nContent-Length: 5\r\n\r\nhello'],
    ['a bare carriage return', 'X-A: b\rContent-Length: 5\r\n\r\nhello'],
    ['a NUL', 'X-A: b\u0000\r\n\r\n'],
  ])('cannot smuggle another by %s', async (_, rest) => {
    const proxy = await world.open();
    const start = `POST http://api.test:${world.webPort}/ HTTP/1.1\r\nHost: api.test:${world.webPort}\r\n${LOGIN}`;
    const answer = await talk(
      proxy,
      `${start}${rest}GET http://evil.test/ HTTP/1.1\r\nHost: evil.test\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(world.seen).toHaveLength(0);
    expect(proxy.asked.map(({ host }) => host)).not.toContain('evil.test');
  });

  it('on a kept connection is judged by itself, each time', async () => {
    const judge = async ({ host }: { host: string }) => (host === 'api.test' ? ALLOW : REFUSE);
    const proxy = await world.open({ judge });
    const line = (host: string) =>
      `GET http://${host}:${world.webPort}/ HTTP/1.1\r\nHost: ${host}:${world.webPort}\r\n${LOGIN}\r\n`;
    const socket = await proxy.dial();
    const listener = listenTo(socket);
    socket.write(line('api.test'));
    await eventually(() => expect(world.seen).toHaveLength(1));
    await listener.until('0\r\n\r\n');
    socket.write(line('api.test'));
    await eventually(() => expect(world.seen).toHaveLength(2));
    socket.write(line('other.test'));
    const answer = (await listener.all()).toString();
    expect(answer.match(/^HTTP\/1\.1 \d+/gm)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 200', 'HTTP/1.1 403']);
    expect(proxy.asked.filter(({ isPrivate }) => !isPrivate).map(({ host }) => host)).toEqual([
      'api.test',
      'api.test',
      'other.test',
    ]);
  });

  it('that is redirected to a private address is judged there', async () => {
    const judge = async ({ host }: { host: string }) => (host === 'api.test' ? ALLOW : REFUSE);
    const proxy = await world.open({ judge });
    const first = await fetchThrough(proxy, `http://api.test:${world.webPort}/redirect`);
    expect(first.status).toBe(302);
    const second = await fetchThrough(proxy, String(first.headers.location));
    expect(second.status).toBe(403);
    expect(proxy.asked.at(-1)).toMatchObject({ host: '169.254.169.254', isPrivate: true });
  });

  it('may not have endless headers, and other requests many', async () => {
    const proxy = await world.open();
    const long = `X-Long: ${'a'.repeat(40_000)}`;
    expect(
      await ask(proxy, `GET http://api.test:${world.webPort}/`, `Host: api.test:${world.webPort}\r\n${long}`),
    ).toMatch(/ 431 /);
    expect(world.seen).toHaveLength(0);
    const many = Array.from({ length: 2_500 }, (_, index) => `X${index}: 1`).join('\r\n');
    const answer = await ask(
      proxy,
      `GET http://api.test:${world.webPort}/`,
      `Host: api.test:${world.webPort}\r\n${many}`,
    );
    expect(answer).toMatch(/ 200 /);
    expect(world.seen[0]?.rawHeaders).toContain('X2499');
    expect(proxy.asked).not.toEqual([]);
  });

  it('waits with its body until the yes where it asks for that', async () => {
    const proxy = await world.open();
    const head = `POST http://api.test:${world.webPort}/ HTTP/1.1\r\nHost: api.test:${world.webPort}\r\n`;
    const socket = await proxy.dial();
    const listener = listenTo(socket);
    socket.write(`${head}${LOGIN}Expect: 100-continue\r\nConnection: close\r\nContent-Length: 4\r\n\r\n`);
    expect((await listener.until('\r\n\r\n')).toString()).toMatch(/^HTTP\/1\.1 100 Continue/);
    socket.write('body');
    expect((await listener.all()).toString()).toMatch(/HTTP\/1\.1 200 OK[\s\S]*body/);
    expect(world.seen[0]?.headers).not.toHaveProperty('expect');
  });
});
