import { describe, expect, it } from 'vitest';
import type { HostDecision } from '../../src/engine/network/index.ts';
import {
  LOGIN,
  listenTo,
  openTunnel,
  SOCKS_REPLY_AT,
  socksName,
  socksOpening,
  talk,
} from '../support/proxy-fixture.ts';
import {
  ALLOW,
  echoThrough,
  eventually,
  makeProxyWorld,
  neverAnswer,
  REFUSE,
  refuseAll,
} from '../support/proxy-world.ts';

const world = makeProxyWorld();

describe('a question', () => {
  it('lets every connection wait, and ends when its client goes away', async () => {
    const decided = Promise.withResolvers<HostDecision>();
    const proxy = await world.open({ judge: () => decided.promise });
    const bytes = [
      Buffer.from(`CONNECT api.test:${world.echoPort} HTTP/1.1\r\n${LOGIN}\r\n`),
      socksOpening(socksName('api.test'), world.echoPort),
    ];
    const sockets = await Promise.all(Array.from({ length: 40 }, () => proxy.dial()));
    const listeners = sockets.map(listenTo);
    sockets.forEach((socket, index) => void socket.write(bytes[index % 2] ?? ''));
    await eventually(() => expect(proxy.asked).toHaveLength(40));
    expect(sockets.every((socket) => socket.bytesRead <= SOCKS_REPLY_AT)).toBe(true);

    sockets.slice(0, 10).forEach((socket) => void socket.destroy());
    // one that was killed behind the relay looks like this
    sockets.slice(10, 20).forEach((socket) => void socket.end());
    await eventually(() => expect(proxy.asked.filter(({ gone }) => gone.aborted)).toHaveLength(20));

    decided.resolve(ALLOW);
    sockets.slice(20).forEach((socket) => void socket.write('ping'));
    const answers = await Promise.all(listeners.slice(20).map((listener) => listener.until('ping')));
    expect(answers.every((answer) => answer.includes('ping'))).toBe(true);
    sockets.forEach((socket) => void socket.destroy());
    await eventually(() => expect(proxy.proxy.connections).toBe(0));
    expect(proxy.asked.filter(({ gone }) => gone.aborted)).toHaveLength(20);
  });

  it('of a request ends when its client goes away', async () => {
    const proxy = await world.open({ judge: neverAnswer });
    const socket = await proxy.dial();
    socket.write(`GET http://api.test/ HTTP/1.1\r\nHost: api.test\r\n${LOGIN}\r\n`);
    await eventually(() => expect(proxy.asked).toHaveLength(1));
    socket.destroy();
    await eventually(() => expect(proxy.asked[0]?.gone.aborted).toBe(true));
  });

  it('that fails is a no', async () => {
    const proxy = await world.open({ judge: () => Promise.reject(new Error('broken')) });
    const answer = await talk(proxy, `CONNECT api.test:${world.echoPort} HTTP/1.1\r\n${LOGIN}\r\n`);
    expect(answer).toMatch(/ 403 [\s\S]*the question could not be settled/);
  });

  it('waits with so many others only', async () => {
    const proxy = await world.open({ judge: neverAnswer, limits: { waitingPerLaunch: 2 } });
    const sockets = await Promise.all([proxy.dial(), proxy.dial()]);
    for (const socket of sockets) socket.write(`CONNECT api.test:443 HTTP/1.1\r\n${LOGIN}\r\n`);
    await eventually(() => expect(proxy.asked).toHaveLength(2));
    expect(await talk(proxy, `CONNECT api.test:443 HTTP/1.1\r\n${LOGIN}\r\n`)).toMatch(/ 503 /);
    for (const socket of sockets) socket.destroy();
    await eventually(() => expect(proxy.proxy.connections).toBe(0));
    const third = await proxy.dial();
    third.write(`CONNECT api.test:443 HTTP/1.1\r\n${LOGIN}\r\n`);
    await eventually(() => expect(proxy.asked).toHaveLength(3));
    third.destroy();
  });
});

describe('a name', () => {
  it('is not looked up before a yes', async () => {
    const proxy = await world.open({ judge: refuseAll });
    await talk(proxy, `CONNECT my-secret.evil.test:443 HTTP/1.1\r\n${LOGIN}\r\n`);
    expect(proxy.lookedUp).toEqual([]);
  });

  it('that may be looked up first is judged once, with its addresses', async () => {
    const proxy = await world.open({ mayLookUpFirst: (host) => host === 'api.test' });
    await openTunnel(proxy, `api.test:${world.echoPort}`).then((socket) => socket.destroy());
    expect(proxy.asked).toMatchObject([{ addresses: ['127.0.0.1'], isPrivate: true }]);
  });

  it('that leads to a private address is judged again', async () => {
    const judge = async ({ isPrivate }: { isPrivate: boolean }) => (isPrivate ? REFUSE : ALLOW);
    const proxy = await world.open({ judge, names: { 'api.test': ['93.184.216.34', '::ffff:10.0.0.1'] } });
    expect(await talk(proxy, `CONNECT api.test:443 HTTP/1.1\r\n${LOGIN}\r\n`)).toMatch(/ 403 /);
    expect(proxy.asked.map(({ addresses, isPrivate }) => ({ addresses, isPrivate }))).toEqual([
      { addresses: [], isPrivate: false },
      { addresses: ['93.184.216.34', '10.0.0.1'], isPrivate: true },
    ]);
  });

  it('that leads to an address which is denied is judged again', async () => {
    const judge = async ({ addresses }: { addresses: readonly string[] }) => (addresses[0] ? REFUSE : ALLOW);
    const isDenied = (address: string) => address === '93.184.216.34';
    const proxy = await world.open({ judge, isDenied, names: { 'api.test': ['93.184.216.34'] } });
    expect(await talk(proxy, `CONNECT api.test:443 HTTP/1.1\r\n${LOGIN}\r\n`)).toMatch(/ 403 /);
    expect(proxy.asked).toHaveLength(2);
  });

  it('that changes where it leads is looked up once, and dialled as it was judged', async () => {
    let count = 0;
    const rebinding = () => [count++ === 0 ? '127.0.0.1' : '127.0.0.99'];
    const proxy = await world.open({ names: { 'api.test': rebinding } });
    expect(await echoThrough(proxy, `api.test:${world.echoPort}`, 'x')).toBe('x');
    expect(proxy.lookedUp).toEqual(['api.test']);
    expect(proxy.asked[1]?.addresses).toEqual(['127.0.0.1']);
  });

  it('with what is no address is not dialled', async () => {
    const proxy = await world.open({ names: { 'api.test': ['other.test', 'fe80::1%lo', ''] } });
    expect(await talk(proxy, `CONNECT api.test:443 HTTP/1.1\r\n${LOGIN}\r\n`)).toMatch(/ 502 /);
  });

  it('with several addresses is reached at the first that answers', async () => {
    const proxy = await world.open({ names: { 'api.test': ['::1', '127.0.0.1'] } });
    expect(await echoThrough(proxy, `api.test:${world.echoPort}`, 'x')).toBe('x');
  });

  it('is not private as the forwarded port of the loopback, by that address only', async () => {
    const proxy = await world.open({ forwards: [world.echoPort] });
    for (const host of ['127.0.0.1', 'localhost', 'api.test'])
      await openTunnel(proxy, `${host}:${world.echoPort}`).then((socket) => socket.destroy());
    expect(proxy.asked.map(({ host, isPrivate }) => `${host} ${isPrivate}`)).toEqual([
      '127.0.0.1 false',
      'localhost true',
      'api.test false',
      'api.test true',
    ]);
  });
});
