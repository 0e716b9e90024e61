import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { HostDecision } from '../../src/engine/network/index.ts';
import { LAUNCH, LOGIN, listenOnLoopback, listenTo, openTunnel, talk } from '../support/proxy-fixture.ts';
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

describe('CONNECT', () => {
  it('carries bytes both ways, ends each way by itself, and is accounted for', async () => {
    const proxy = await world.open();
    expect(await echoThrough(proxy, `api.test:${world.echoPort}`, 'hello')).toBe('hello');
    await eventually(() => expect(proxy.closed).toHaveLength(1));
    const counted = { launchId: LAUNCH, host: 'api.test', port: world.echoPort, bytesUp: 5, bytesDown: 5 };
    expect(proxy.closed[0]).toEqual(counted);
    await eventually(() => expect(proxy.proxy.connections).toBe(0));
  });

  it('judges the target, whatever the Host header says', async () => {
    const proxy = await world.open({ judge: refuseAll });
    const answer = await talk(
      proxy,
      `CONNECT api.test:443 HTTP/1.1\r\nHost: allowed.test:443\r\n${LOGIN}\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 403 sallyport: refused: api\.test:443: deny "\*"\r\n/);
    expect(answer).toContain('X-Sallyport: refused\r\n');
    expect(answer).toContain('sallyport: refused: api.test:443: deny "*"\n');
    expect(proxy.asked.map(({ host, port }) => `${host}:${port}`)).toEqual(['api.test:443']);
    expect(proxy.lookedUp).toEqual([]);
  });

  it.each(['[::1]', '[::ffff:127.0.0.1]', '127.0.0.1', '2130706433', '0x7f.1', '017700000001', 'LOCALHOST.'])(
    'to %s is judged as private, in its one form',
    async (host) => {
      const proxy = await world.open({ judge: async ({ isPrivate }) => (isPrivate ? REFUSE : ALLOW) });
      expect(await talk(proxy, `CONNECT ${host}:${world.echoPort} HTTP/1.1\r\n${LOGIN}\r\n`)).toMatch(
        / 403 /,
      );
      expect(proxy.asked).toHaveLength(1);
      expect(['::1', '127.0.0.1', 'localhost']).toContain(proxy.asked[0]?.host);
      expect(proxy.lookedUp).toEqual([]);
    },
  );

  it.each([
    'user@api.test:443',
    'api.test',
    'api.test:0',
    'api.test:65536',
    'api.test:443@evil.test:443',
    'evil%2etest:443',
    '::1:443',
    'foo.1:443',
    'http://api.test:443',
    `${'a'.repeat(300)}.test:443`,
  ])('to %s is refused unasked', async (authority) => {
    const proxy = await world.open();
    expect(await talk(proxy, `CONNECT ${authority} HTTP/1.1\r\n${LOGIN}\r\n`)).toMatch(/^HTTP\/1\.1 400 /);
    expect(proxy.asked).toEqual([]);
    expect(proxy.stopped).toHaveLength(1);
  });

  it('says what it could not reach', async () => {
    const proxy = await world.open();
    const unused = createTcpServer();
    const port = await listenOnLoopback(unused);
    await new Promise((settle) => unused.close(settle));
    const answer = await talk(proxy, `CONNECT api.test:${port} HTTP/1.1\r\n${LOGIN}\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 502 /);
    expect(answer).toContain(`cannot be reached: api.test:${port}: nothing listens there`);
    expect(await talk(proxy, `CONNECT unknown.test:80 HTTP/1.1\r\n${LOGIN}\r\n`)).toContain(
      'the name is not known',
    );
  });

  it('takes 100 MB through with a slow reader, whole', async () => {
    const proxy = await world.open();
    const size = 100 * 1024 * 1024;
    const source = createTcpServer((socket) => {
      socket.on('error', () => socket.destroy());
      const chunk = Buffer.alloc(1024 * 1024, 7);
      let left = size;
      const write = (): void => {
        while (left > 0) {
          left -= chunk.length;
          if (!socket.write(chunk)) return void socket.once('drain', write);
        }
        socket.end();
      };
      write();
    });
    const port = await listenOnLoopback(source);
    const socket = await openTunnel(proxy, `api.test:${port}`);
    let count = 0;
    let pauses = 0;
    socket.on('data', (chunk: Buffer) => {
      count += chunk.length;
      if (pauses++ > 20) return;
      socket.pause();
      setTimeout(() => socket.resume(), 5);
    });
    socket.resume();
    await once(socket, 'end');
    socket.end();
    source.close();
    expect(count).toBe(size);
    await eventually(() => expect(proxy.closed[0]?.bytesDown).toBe(size));
  });

  it('keeps the way back open when the client has said all', async () => {
    const proxy = await world.open();
    const heard = Promise.withResolvers<Socket>();
    const late = createTcpServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => socket.destroy());
      socket.resume();
      socket.once('end', () => heard.resolve(socket));
    });
    const port = await listenOnLoopback(late);
    const socket = await openTunnel(proxy, `api.test:${port}`);
    const listener = listenTo(socket);
    socket.end('question');
    (await heard.promise).end('late answer');
    expect((await listener.all()).toString()).toBe('late answer');
    late.close();
  });

  it('hands over what a server says first, and the end of one that says nothing', async () => {
    const proxy = await world.open();
    const greeter = createTcpServer((socket) => socket.end('220 ready'));
    const silent = createTcpServer((socket) => socket.end());
    for (const [server, words] of [
      [greeter, '220 ready'],
      [silent, ''],
    ] as const) {
      const socket = await openTunnel(proxy, `api.test:${await listenOnLoopback(server)}`);
      expect((await listenTo(socket).all()).toString()).toBe(words);
      socket.destroy();
      server.close();
    }
  });

  it('passes on what the client said too early', async () => {
    const decided = Promise.withResolvers<HostDecision>();
    const proxy = await world.open({ judge: () => decided.promise });
    const socket = await proxy.dial();
    const listener = listenTo(socket);
    socket.write(`CONNECT api.test:${world.echoPort} HTTP/1.1\r\n${LOGIN}\r\nfirst `);
    await eventually(() => expect(proxy.asked).toHaveLength(1));
    socket.write('second');
    decided.resolve(ALLOW);
    expect((await listener.until('first second')).toString()).toContain('\r\n\r\nfirst second');
    socket.destroy();
  });

  it('behind an unanswered request on the same connection ends it', async () => {
    const proxy = await world.open({ judge: neverAnswer });
    const request = `GET http://api.test/ HTTP/1.1\r\nHost: api.test\r\n${LOGIN}\r\n`;
    expect(await talk(proxy, `${request}CONNECT api.test:443 HTTP/1.1\r\n${LOGIN}\r\n`)).toBe('');
    expect(proxy.asked.map((asked) => asked.via)).toEqual(['http']);
  });
});

describe('the socket', () => {
  it('is private, and gone at the end with all connections', async () => {
    const proxy = await world.open();
    const { socketPath } = proxy.proxy;
    expect(statSync(socketPath).mode & 0o777).toBe(0o600);
    const socket = await openTunnel(proxy, `api.test:${world.echoPort}`);
    const over = listenTo(socket).all();
    await proxy.proxy.close();
    await over;
    expect(existsSync(socketPath)).toBe(false);
    await eventually(() => expect(proxy.closed).toHaveLength(1));
  });

  it('ends the connections of one launch', async () => {
    const proxy = await world.open();
    const socket = await openTunnel(proxy, `api.test:${world.echoPort}`);
    const over = listenTo(socket).all();
    proxy.proxy.endLaunch('launch-2');
    expect(proxy.proxy.connections).toBe(1);
    proxy.proxy.endLaunch(LAUNCH);
    await over;
    await eventually(() => expect(proxy.proxy.connections).toBe(0));
  });

  it('cuts off clients that dawdle, whatever they trickle', async () => {
    const proxy = await world.open({ limits: { openingMs: 300 } });
    const silent = await proxy.dial();
    const slow = await proxy.dial();
    const slowSocks = await proxy.dial();
    const trickle = setInterval(() => {
      slow.write('X-A: b\r\n');
      slowSocks.write(Buffer.from([5]));
    }, 20);
    slow.write('GET http://api.test/ HTTP/1.1\r\n');
    await Promise.all([silent, slow, slowSocks].map((socket) => listenTo(socket).all()));
    clearInterval(trickle);
    await eventually(() => expect(proxy.proxy.connections).toBe(0));
    expect(proxy.asked).toEqual([]);
  });

  it('does not cut off one that waits for an answer, or is open and silent', async () => {
    const decided = Promise.withResolvers<HostDecision>();
    const proxy = await world.open({ limits: { openingMs: 1_500 }, judge: () => decided.promise });
    const opening = openTunnel(proxy, `api.test:${world.echoPort}`);
    await new Promise((settle) => setTimeout(settle, 2_000));
    decided.resolve(ALLOW);
    const socket = await opening;
    await new Promise((settle) => setTimeout(settle, 2_000));
    const listener = listenTo(socket);
    socket.end('still there');
    expect((await listener.all()).toString()).toBe('still there');
  });

  it('has room for so many connections of a launch, and in all', async () => {
    const proxy = await world.open({ limits: { connections: 4, connectionsPerLaunch: 2 } });
    const sockets = [
      await openTunnel(proxy, `api.test:${world.echoPort}`),
      await openTunnel(proxy, `api.test:${world.echoPort}`),
    ];
    expect(await talk(proxy, `CONNECT api.test:443 HTTP/1.1\r\n${LOGIN}\r\n`)).toMatch(/ 503 /);
    await eventually(() => expect(proxy.proxy.connections).toBe(2));
    sockets.push(await proxy.dial(), await proxy.dial());
    await eventually(() => expect(proxy.proxy.connections).toBe(4));
    const last = await proxy.dial();
    expect(await listenTo(last).all()).toHaveLength(0);
    for (const socket of sockets) socket.destroy();
  });
});
