import { createServer, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startProxy } from '../../src/engine/network/index.ts';
import {
  fetchThrough,
  LOGIN,
  listenOnLoopback,
  listenTo,
  SOCKS_REPLY_AT,
  socksName,
  socksOpening,
  talk,
} from '../support/proxy-fixture.ts';
import { echoThrough, makeProxyWorld, refuseAll } from '../support/proxy-world.ts';

const world = makeProxyWorld();
const AUTHORIZATION = `Basic ${Buffer.from('me:p@ss').toString('base64')}`;

/** A proxy of somebody else: looks names up itself (all lead to loopback), wants credentials, has its own mind. */
const arrived: string[] = [];
const upstream = createServer((request, response) => {
  arrived.push(`${request.method} ${request.url} ${request.headers.host}`);
  if (request.headers['proxy-authorization'] !== AUTHORIZATION) return void response.writeHead(407).end();
  const { pathname, port } = new URL(request.url ?? '');
  const sent = httpRequest({ host: '127.0.0.1', port, path: pathname }, (answer) => answer.pipe(response));
  sent.end();
});
upstream.on('connect', (request, socket, head) => {
  arrived.push(`CONNECT ${request.url}`);
  const isKnown = request.headers['proxy-authorization'] === AUTHORIZATION;
  if (!isKnown || request.url?.startsWith('forbidden.test')) {
    socket.end(`HTTP/1.1 ${isKnown ? 403 : 407} No\r\nContent-Length: 0\r\n\r\n`);
    return;
  }
  const target = connect({
    host: '127.0.0.1',
    port: Number(request.url?.split(':').pop()),
    allowHalfOpen: true,
  });
  for (const end of [socket, target]) end.on('error', () => end.destroy());
  socket.write('HTTP/1.1 200 OK\r\nX-Odd: yes\r\n\r\n');
  target.write(head);
  socket.pipe(target).pipe(socket);
});
let address = '';

beforeAll(async () => {
  address = `http://me:p%40ss@127.0.0.1:${await listenOnLoopback(upstream)}`;
});
afterEach(() => {
  arrived.length = 0;
});
afterAll(() => {
  upstream.close();
});

describe('through an upstream proxy', () => {
  it('tunnels go on, and names are looked up there', async () => {
    const proxy = await world.open({ upstream: address });
    expect(await echoThrough(proxy, `far.test:${world.echoPort}`, 'hello')).toBe('hello');
    expect(arrived).toEqual([`CONNECT far.test:${world.echoPort}`]);
    expect(proxy.lookedUp).toEqual([]);
    expect(proxy.asked).toMatchObject([{ host: 'far.test', addresses: [], isPrivate: false }]);
  });

  it('SOCKS connections become tunnels', async () => {
    const proxy = await world.open({ upstream: address });
    const socket = await proxy.dial();
    const listener = listenTo(socket);
    socket.write(Buffer.concat([socksOpening(socksName('far.test'), world.echoPort), Buffer.from('early')]));
    const answer = await listener.until('early');
    expect(answer.subarray(SOCKS_REPLY_AT + 10).toString()).toBe('early');
    expect(arrived).toEqual([`CONNECT far.test:${world.echoPort}`]);
    socket.destroy();
  });

  it('requests go on in absolute form, with its credentials and none of ours', async () => {
    const proxy = await world.open({ upstream: address });
    const answer = await fetchThrough(proxy, `http://far.test:${world.webPort}/x`);
    expect(answer.status).toBe(200);
    const place = `far.test:${world.webPort}`;
    expect(arrived).toEqual([`GET http://${place}/x ${place}`]);
  });

  it('private addresses are judged here, and the own loopback is not asked of it', async () => {
    const proxy = await world.open({ upstream: address });
    expect(await echoThrough(proxy, `127.0.0.1:${world.echoPort}`, 'near')).toBe('near');
    expect(arrived).toEqual([]);
    expect(proxy.asked).toMatchObject([{ host: '127.0.0.1', isPrivate: true }]);
  });

  it('a refused host never gets there', async () => {
    const proxy = await world.open({ upstream: address, judge: refuseAll });
    expect(await talk(proxy, `CONNECT 10.0.0.1:443 HTTP/1.1\r\n${LOGIN}\r\n`)).toMatch(/ 403 /);
    expect(proxy.asked).toMatchObject([{ host: '10.0.0.1', isPrivate: true }]);
    expect(arrived).toEqual([]);
  });

  it('its no is told', async () => {
    const proxy = await world.open({ upstream: address });
    const answer = await talk(proxy, `CONNECT forbidden.test:443 HTTP/1.1\r\n${LOGIN}\r\n`);
    expect(answer).toMatch(/ 502 [\s\S]*forbidden\.test:443: the upstream proxy answered 403/);
    const wrong = await world.open({ upstream: address.replace('p%40ss', 'wrong') });
    expect(await talk(wrong, `CONNECT far.test:443 HTTP/1.1\r\n${LOGIN}\r\n`)).toMatch(
      / 502 [\s\S]*the upstream proxy answered 407/,
    );
    await proxy.end();
  });

  it('that nobody runs is named, by every door, and not the host', async () => {
    const dead = createServer();
    const port = await listenOnLoopback(dead);
    await new Promise((resolve) => dead.close(resolve));
    const failed: string[] = [];
    const proxy = await world.open({
      upstream: `http://me:secret@127.0.0.1:${port}`,
      onFailed: ({ words }) => failed.push(words),
    });
    const words = `the upstream proxy 127.0.0.1:${port} (network.proxy): nothing listens there`;
    expect(await talk(proxy, `CONNECT far.test:80 HTTP/1.1\r\n${LOGIN}\r\n`)).toContain(words);
    expect((await fetchThrough(proxy, 'http://far.test/x')).status).toBe(502);
    expect(failed).toEqual([words, words]);
    // this machine's own loopback is not asked of it
    expect(await talk(proxy, `CONNECT 127.0.0.1:${port} HTTP/1.1\r\n${LOGIN}\r\n`)).toMatch(
      / 502 [\s\S]*127\.0\.0\.1:\d+: nothing listens there/,
    );
  });

  it.each([
    'https://proxy.test:8080',
    'socks5://proxy.test',
    'proxy.test:8080',
    'http://proxy.test/path',
    'http://a%0d%0ab:c@proxy.test',
    'http://a%zz@proxy.test',
    'nonsense',
  ])('%s is none', async (text) => {
    const proxy = await world.open();
    const spec = { socketPath: `${proxy.proxy.socketPath}-2`, authenticate: () => null, judge: refuseAll };
    await expect(startProxy({ ...spec, upstream: text })).rejects.toMatchObject({
      code: 'bad-upstream-proxy',
    });
  });
});
