import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer as createWebServer } from 'node:http';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type BridgedProxy, openBridgedProxy } from '../support/bridged-proxy.ts';
import {
  createEcho,
  LAUNCH,
  LOGIN,
  listenOnLoopback,
  listenTo,
  SOCKS_REPLY_AT,
  socksName,
  socksOpening,
} from '../support/proxy-fixture.ts';
import { eventually, neverAnswer, refuseAll } from '../support/proxy-world.ts';
import { makeFolder, startRealEngine } from '../support/real-engine.ts';

const names = { 'api.test': ['127.0.0.1'] };
let open: BridgedProxy | undefined;
let echo: Server;
/** Says something before it is asked, as servers of ssh and mail do. */
let greeter: Server;
const ports = { echo: 0, greeter: 0 };
/** The far ends of what was dialled. */
const visits: Socket[] = [];

beforeAll(async () => {
  echo = createEcho();
  echo.on('connection', (socket: Socket) => visits.push(socket));
  greeter = createServer((socket) => socket.end('220 hello\r\n'));
  ports.echo = await listenOnLoopback(echo);
  ports.greeter = await listenOnLoopback(greeter);
});
afterAll(() => {
  echo.close();
  greeter.close();
});
afterEach(async () => {
  await open?.end();
  open = undefined;
  visits.length = 0;
});

async function start(...words: Parameters<typeof openBridgedProxy>): Promise<BridgedProxy> {
  open = await openBridgedProxy({ names, ...words[0] }, words[1]);
  return open;
}
function enter(proxy: BridgedProxy): Socket {
  const socket = connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => socket.destroy());
  return socket;
}
const head = (port: number): string => `CONNECT api.test:${port} HTTP/1.1\r\n${LOGIN}\r\n`;
const ANSWER = 'HTTP/1.1 200 Connection established\r\n\r\n';
const wordsTold = (proxy: BridgedProxy): string[] => proxy.told.map((text) => text.slice(0, 4));

describe('a tunnel through bridge and proxy', () => {
  it('is handed to the bridge, complete, counted until its end, and accounted for', async () => {
    const proxy = await start();
    const client = enter(proxy);
    const sent = randomBytes(2_000_000);
    const listener = listenTo(client);
    client.write(head(ports.echo));
    await listener.until('\r\n\r\n');
    expect(wordsTold(proxy)).toEqual(['hand']);
    expect(proxy.fixture.proxy.connections).toBe(1);
    client.end(sent);
    const got = await listener.all();
    expect(got.subarray(ANSWER.length).equals(sent)).toBe(true);
    const bytes = { bytesUp: sent.length, bytesDown: sent.length };
    await eventually(() =>
      expect(proxy.fixture.closed).toEqual([
        { launchId: LAUNCH, host: 'api.test', port: ports.echo, ...bytes },
      ]),
    );
    await eventually(() => expect(proxy.fixture.proxy.connections).toBe(0));
  });

  it('loses nothing, wherever what the client says at once is cut', async () => {
    const proxy = await start();
    const text = `${head(ports.echo)}and what follows it`;
    const cuts = [1, 8, 9, 10, head(ports.echo).length - 1, head(ports.echo).length, text.length - 1];
    for (const cut of cuts) {
      const client = enter(proxy);
      client.setNoDelay(true);
      const listener = listenTo(client);
      client.write(text.slice(0, cut));
      await new Promise((settle) => setTimeout(settle, 20));
      client.write(text.slice(cut));
      expect(String(await listener.until(ANSWER.length + 19))).toBe(`${ANSWER}and what follows it`);
      client.destroy();
    }
    expect(wordsTold(proxy)).toEqual(cuts.map(() => 'hand'));
  });

  it('by SOCKS too, with a server that speaks first, and all of the talk sent at once', async () => {
    const proxy = await start();
    const client = enter(proxy);
    client.write(socksOpening(socksName('api.test'), ports.greeter));
    const got = await listenTo(client).all();
    expect([...got.subarray(0, SOCKS_REPLY_AT + 2)]).toEqual([5, 2, 1, 0, 5, 0]);
    expect(got.subarray(SOCKS_REPLY_AT + 10).toString()).toBe('220 hello\r\n');
    expect(wordsTold(proxy)).toEqual(['hand']);
    client.destroy();
  });

  it('ends at once with its launch, on both sides, and nothing new comes of it', async () => {
    const proxy = await start();
    const client = enter(proxy);
    const listener = listenTo(client);
    client.write(`${head(ports.echo)}x`);
    await listener.until(ANSWER.length + 1);
    const far = new Promise((settle) => visits[0]?.once('close', settle));
    proxy.fixture.proxy.endLaunch(LAUNCH);
    await Promise.all([far, listener.all()]);
    expect(proxy.fixture.proxy.connections).toBe(0);
    client.destroy();
  });

  it('ends with the proxy', async () => {
    const proxy = await start();
    const client = enter(proxy);
    const listener = listenTo(client);
    client.write(`${head(ports.echo)}x`);
    await listener.until(ANSWER.length + 1);
    await proxy.fixture.proxy.close();
    await listener.all();
    client.destroy();
  });

  it('that cannot be handed over is carried here', async () => {
    const proxy = await start({}, async () => false);
    const client = enter(proxy);
    const listener = listenTo(client);
    client.write(`${head(ports.echo)}early`);
    await listener.until(ANSWER.length + 5);
    client.end(' late');
    expect(String(await listener.all())).toBe(`${ANSWER}early late`);
    expect(wordsTold(proxy)).toEqual(['hand', 'free']);
  });
});

describe('what is not handed over', () => {
  it('requests in absolute form, however large', async () => {
    const web = createWebServer(async (request, response) => {
      const hash = createHash('sha256');
      for await (const piece of request) hash.update(piece as Buffer);
      response.end(hash.digest('hex'));
    });
    const port = await listenOnLoopback(web);
    const proxy = await start();
    const client = enter(proxy);
    const body = randomBytes(1_000_000);
    const listener = listenTo(client);
    client.write(`POST http://api.test:${port}/ HTTP/1.1\r\nHost: api.test:${port}\r\n${LOGIN}`);
    client.write(`Content-Length: ${body.length}\r\n\r\n`);
    client.write(body);
    const digest = createHash('sha256').update(body).digest('hex');
    expect(String(await listener.until(digest))).toContain(digest);
    expect(wordsTold(proxy)).toEqual(['free']);
    client.destroy();
    web.close();
  });

  it('a connection that is refused, or still asked about when its client goes away', async () => {
    const refusing = await start({ judge: refuseAll });
    const client = enter(refusing);
    client.write(head(ports.echo));
    expect(String(await listenTo(client).all())).toMatch(/^HTTP\/1\.1 403 /);
    expect(refusing.told).toEqual([]);
    client.destroy();
    await refusing.end();
    const asking = await start({ judge: neverAnswer });
    const waiting = enter(asking);
    waiting.write(head(ports.echo));
    await eventually(() => expect(asking.fixture.asked).toHaveLength(1));
    waiting.destroy();
    await eventually(() => expect(asking.fixture.proxy.connections).toBe(0));
    expect(asking.told).toEqual([]);
  });

  it('to a program that introduces itself: neither through the bridge nor past it', async () => {
    const proxy = await start();
    const honest = enter(proxy);
    const listener = listenTo(honest);
    honest.write('CONNECT ');
    // through the bridge it comes behind the real introduction
    const inside = enter(proxy);
    inside.write(Buffer.concat([Buffer.alloc(1), randomBytes(8), Buffer.from(head(ports.echo))]));
    expect(String(await listenTo(inside).all())).toMatch(/^HTTP\/1\.1 400 /);
    // past it, an id that the bridge has not given leads to nobody
    const past = await proxy.fixture.dial();
    past.write(Buffer.concat([Buffer.alloc(1), randomBytes(8), Buffer.from(head(ports.echo))]));
    await eventually(() => expect(wordsTold(proxy)).toEqual(['hand']));
    await eventually(() => expect(visits[0]?.readableEnded || visits[0]?.destroyed).toBe(true));
    honest.write(head(ports.echo).slice('CONNECT '.length));
    await listener.until('\r\n\r\n');
    expect(wordsTold(proxy)).toEqual(['hand', 'hand']);
    for (const socket of [honest, inside, past]) socket.destroy();
  });
});

describe('a program of a session', () => {
  it('sees neither bridge nor channel, and its own introduction opens nothing', async () => {
    const folder = makeFolder('handed', '/var/tmp');
    const real = await startRealEngine();
    try {
      const flags = { allowDomains: [`127.0.0.1:${ports.echo}`] };
      const script = [
        'env | grep -c NODE_CHANNEL',
        'for fd in /proc/[0-9]*/fd/*; do readlink "$fd"; done | grep -c socket',
        'cat /proc/[0-9]*/comm | grep -c -e net-bridge -e holder',
        `exec 3<>/dev/tcp/127.0.0.1/3128; printf '\\0abcdefghCONNECT 127.0.0.1:${ports.echo} HTTP/1.1\\r\\n\\r\\n' >&3; head -c 12 <&3`,
      ].join('\n');
      const done = await real.run(script, { cwd: folder.path, flags });
      expect(done.stdout).toBe('0\n0\n0\nHTTP/1.1 400');
      expect(visits).toEqual([]);
    } finally {
      await real.stop();
      folder.remove();
    }
  });

  it('has its tunnel from the bridge: the engine holds no end of it', async () => {
    const folder = makeFolder('handed', '/var/tmp');
    const real = await startRealEngine();
    const owners: string[][] = [];
    const waiter = createServer(async (socket) => {
      await eventually(() => {
        owners.push(ownersOf(socket.remotePort ?? 0));
        expect(owners.at(-1)).toEqual(['net-bridge']);
      });
      socket.end('220 waited\r\n');
    });
    const port = await listenOnLoopback(waiter);
    try {
      const flags = { allowDomains: [`127.0.0.1:${port}`] };
      const script = `curl -sS --http0.9 --proxytunnel --noproxy '' --proxy "$HTTP_PROXY" http://127.0.0.1:${port}/`;
      const done = await real.run(script, { cwd: folder.path, flags });
      expect(done.stdout).toBe('220 waited\r\n');
      expect(owners.at(-1)).toEqual(['net-bridge']);
    } finally {
      await real.stop();
      folder.remove();
      waiter.close();
    }
  });
});

/** Names of the processes that hold the connection from this port. */
function ownersOf(port: number): string[] {
  const from = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const line = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .find((each) => each.trim().split(/\s+/)[1]?.endsWith(from));
  const inode = line?.trim().split(/\s+/)[9];
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && holds(pid, `socket:[${inode}]`))
    .map((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8').trim());
}

function holds(pid: string, name: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === name);
  } catch {
    // it has ended, or is another user's
    return false;
  }
}
