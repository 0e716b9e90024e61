import { type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { WebSocket } from 'ws';

export interface PageAddress {
  /** `sp-….localhost:PORT` */
  readonly host: string;
  readonly origin: string;
  readonly port: number;
  readonly token: string;
}

export interface PageAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface PageRequest {
  readonly method?: string;
  readonly path?: string;
  /** In place of the right one; `''` sends none. */
  readonly host?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The address that was printed, in its parts. */
export function readPageAddress(printed: string): PageAddress {
  const [, host = '', port = '', token = ''] =
    /http:\/\/(sp-[a-z0-9]{8}\.localhost:(\d+))\/#token=([\w-]+)/.exec(printed) ?? [];
  if (token === '') throw new Error(`no address of a page in: ${printed}`);
  return { host, origin: `http://${host}`, port: Number(port), token };
}

/** One request on a connection of its own. The name is not looked up: it is 127.0.0.1 by definition. */
export function ask(address: PageAddress, options: PageRequest = {}): Promise<PageAnswer> {
  const host = options.host ?? address.host;
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port: address.port,
        path: options.path ?? '/',
        method: options.method ?? 'GET',
        setHost: false,
        headers: { ...(host !== '' && { Host: host }), ...options.headers },
        agent: false,
      },
      (answer) => {
        let body = '';
        answer.setEncoding('utf8').on('data', (text: string) => {
          body += text;
        });
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }));
      },
    );
    sent.on('error', reject);
    sent.end(options.body);
  });
}

/** Bytes as they are; resolves to all that came back when the other end has closed. */
export function askRaw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text, 'latin1'));
    socket.setEncoding('latin1').on('data', (piece: string) => {
      answer += piece;
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error);
    });
  });
}

/** What a page posts. */
export function postToken(
  address: PageAddress,
  token: string = address.token,
  headers: Readonly<Record<string, string>> = {},
): Promise<PageAnswer> {
  return ask(address, {
    method: 'POST',
    path: '/login',
    headers: { Origin: address.origin, 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify({ token }),
  });
}

/** Logs in and returns the cookie as it is sent back. */
export async function logIn(address: PageAddress): Promise<string> {
  const { status, headers } = await postToken(address);
  const [cookie = ''] = headers['set-cookie'] ?? [];
  if (status !== 204 || cookie === '') throw new Error(`login answered ${status}`);
  return cookie.split(';')[0] ?? '';
}

export interface RpcReply {
  readonly id?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

export interface PageSocket {
  readonly socket: WebSocket;
  /** The next message that nobody has taken yet. */
  next(): Promise<unknown>;
  /** Sends a request and returns the answer with its id. */
  call(
    method: string,
    params: unknown,
  ): Promise<{ result?: unknown; error?: { code: number; message: string } }>;
  readonly closed: Promise<number>;
}

/** A WebSocket as a page opens it; throws with the status it was refused with. */
export async function openPageSocket(
  address: PageAddress,
  headers: Readonly<Record<string, string>>,
  path = '/rpc',
): Promise<PageSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${address.port}${path}`, {
    headers: { Host: address.host, Origin: address.origin, ...headers },
    perMessageDeflate: false,
  });
  const messages: unknown[] = [];
  let wake = (): void => {};
  socket.on('message', (data) => {
    messages.push(JSON.parse(data.toString()));
    wake();
  });
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  await new Promise<void>((resolve, reject) => {
    socket.on('open', resolve);
    socket.on('unexpected-response', (_request, answer) => {
      reject(new Error(`refused with ${answer.statusCode}`));
      socket.terminate();
    });
    socket.on('error', reject);
  });
  const next = async (): Promise<unknown> => {
    while (messages.length === 0) {
      await Promise.race([new Promise<void>((resolve) => (wake = resolve)), closed.then(endOfSocket)]);
    }
    return messages.shift();
  };
  let lastId = 0;
  return {
    socket,
    next,
    call: async (method, params) => {
      lastId += 1;
      socket.send(JSON.stringify({ jsonrpc: '2.0', id: lastId, method, params }));
      for (;;) {
        const message = (await next()) as RpcReply;
        if (message.id === lastId) return message;
      }
    },
    closed,
  };
}

function endOfSocket(code: number): never {
  throw new Error(`the socket was closed with ${code}`);
}
