/** A proxy of ours on a unix socket, servers on loopback behind it, and clients that speak to it byte by byte. */
import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import {
  type ClosedConnection,
  type HostDecision,
  type HostProxy,
  type HostRequest,
  type ProxySpec,
  type StoppedRequest,
  startProxy,
} from '../../src/engine/network/index.ts';

export const LAUNCH = 'launch-1';
export const PASSWORD = 'right-password';
export const LOGIN = `Proxy-Authorization: Basic ${Buffer.from(`${LAUNCH}:${PASSWORD}`).toString('base64')}\r\n`;

export interface ProxyFixture {
  readonly proxy: HostProxy;
  /** Everything that was asked of `judge`. */
  readonly asked: HostRequest[];
  readonly stopped: StoppedRequest[];
  readonly closed: ClosedConnection[];
  /** Names that were looked up, in order. */
  readonly lookedUp: string[];
  dial(): Promise<Socket>;
  end(): Promise<void>;
}

export type FixtureSpec = Partial<ProxySpec> & {
  /** What each name leads to; a function is asked each time. */
  readonly names?: Readonly<Record<string, readonly string[] | (() => readonly string[])>>;
};

/** Allows everything unless `judge` says otherwise; knows only the names that are given. */
export async function openProxy(spec: FixtureSpec = {}): Promise<ProxyFixture> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-proxy-'));
  const [asked, stopped, closed, lookedUp]: [HostRequest[], StoppedRequest[], ClosedConnection[], string[]] =
    [[], [], [], []];
  const judge = spec.judge ?? (async (): Promise<HostDecision> => ({ verdict: 'allow' }));
  const proxy = await startProxy({
    socketPath: join(folder, 'proxy'),
    authenticate: (user, password) => (user === LAUNCH && password === PASSWORD ? user : null),
    resolve: async (name) => {
      lookedUp.push(name);
      const found = spec.names?.[name];
      if (found === undefined) throw Object.assign(new Error(name), { code: 'ENOTFOUND' });
      return typeof found === 'function' ? found() : found;
    },
    onStopped: (report) => stopped.push(report),
    onClosed: (report) => closed.push(report),
    ...spec,
    judge: (request) => {
      asked.push(request);
      return judge(request);
    },
  });
  return {
    ...{ asked, stopped, closed, lookedUp, proxy },
    dial: () => dialPath(proxy.socketPath),
    end: async () => {
      await proxy.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function dialPath(path: string): Promise<Socket> {
  return new Promise((settle, fail) => {
    const socket = connect({ path, allowHalfOpen: true });
    socket.once('error', fail);
    socket.once('connect', () => {
      socket.off('error', fail);
      // how it ends is seen by what was read
      socket.on('error', () => socket.destroy());
      settle(socket);
    });
  });
}

/** What has arrived on a socket, and waiting for more. */
export interface Listener {
  /** Waits until this much of a text has come, or the end; hands back all of it. */
  until(wanted: string | number): Promise<Buffer>;
  /** Everything, once the other side has ended or broken off. */
  all(): Promise<Buffer>;
}

export function listenTo(socket: Socket): Listener {
  let received = Buffer.alloc(0);
  let isOver = false;
  let wake: () => void = () => undefined;
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    wake();
  });
  for (const event of ['end', 'close'])
    socket.on(event, () => {
      isOver = true;
      wake();
    });
  socket.resume();
  const waitFor = async (isThere: () => boolean): Promise<Buffer> => {
    while (!isOver && !isThere())
      await new Promise<void>((settle) => {
        wake = settle;
      });
    return received;
  };
  return {
    until: (wanted) =>
      waitFor(() => (typeof wanted === 'number' ? received.length >= wanted : received.includes(wanted))),
    all: () => waitFor(() => false),
  };
}

/** Sends bytes on a new connection and hands back all that comes until its end. */
export async function talk(fixture: ProxyFixture, bytes: string | Buffer): Promise<string> {
  const socket = await fixture.dial();
  const listener = listenTo(socket);
  socket.write(bytes);
  const answer = await listener.all();
  socket.destroy();
  return answer.toString('latin1');
}

/** Opens a tunnel; rejects with the proxy's whole answer when it is no 200. */
export async function openTunnel(fixture: ProxyFixture, authority: string): Promise<Socket> {
  const socket = await fixture.dial();
  const listener = listenTo(socket);
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${LOGIN}\r\n`);
  const answer = await listener.until('\r\n\r\n');
  if (answer.subarray(0, 12).equals(Buffer.from('HTTP/1.1 200'))) {
    // what has come behind the answer is for whoever listens next
    socket.pause();
    socket.removeAllListeners('data');
    socket.unshift(answer.subarray(answer.indexOf('\r\n\r\n') + 4));
    return socket;
  }
  throw new Error((await listener.all()).toString('latin1'));
}

const field = (text: string | Buffer): Buffer => {
  const bytes = Buffer.from(text as string);
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
};

/** A whole SOCKS5 opening, sent at once. `address` begins with its type. */
export function socksOpening(address: Buffer, port: number, password = PASSWORD): Buffer {
  const end = Buffer.alloc(2);
  end.writeUInt16BE(port);
  const login = [Buffer.from([5, 2, 0, 2, 1]), field(LAUNCH), field(password)];
  return Buffer.concat([...login, Buffer.from([5, 1, 0]), address, end]);
}

export const socksName = (name: string | Buffer): Buffer => Buffer.concat([Buffer.from([3]), field(name)]);
export const socksIpv4 = (...bytes: number[]): Buffer => Buffer.from([1, ...bytes]);
export const socksIpv6 = (...groups: number[]): Buffer =>
  Buffer.from([4, ...groups.flatMap((group) => [group >> 8, group & 255])]);

/** Where the reply to the request begins: behind the chosen method and the answer to the login. */
export const SOCKS_REPLY_AT = 4;

/** An ordinary HTTP client behind the proxy. */
export async function fetchThrough(
  fixture: ProxyFixture,
  url: string,
  options: {
    readonly method?: string;
    readonly body?: string;
    readonly headers?: Record<string, string>;
  } = {},
): Promise<{ status: number; text: string; headers: IncomingMessage['headers'] }> {
  const sent = httpRequest({
    socketPath: fixture.proxy.socketPath,
    path: url,
    method: options.method ?? 'GET',
    headers: {
      Host: new URL(url).host,
      'Proxy-Authorization': `Basic ${Buffer.from(`${LAUNCH}:${PASSWORD}`).toString('base64')}`,
      ...options.headers,
    },
    agent: false,
  });
  const answered = new Promise<IncomingMessage>((settle, fail) => {
    sent.once('response', settle);
    sent.once('error', fail);
  });
  sent.end(options.body);
  const answer = await answered;
  return { status: answer.statusCode ?? 0, text: await readText(answer), headers: answer.headers };
}

/** Listens on a free port of 127.0.0.1. */
export async function listenOnLoopback(server: Server, host = '127.0.0.1'): Promise<number> {
  await new Promise<void>((settle) => server.listen(0, host, settle));
  return (server.address() as AddressInfo).port;
}

/** A TCP server that sends back what it gets, and ends when its client does. */
export function createEcho(): Server {
  return createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    socket.pipe(socket);
  });
}
