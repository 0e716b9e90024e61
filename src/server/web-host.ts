/**
 * The page and its WebSocket on 127.0.0.1.
 *
 * Promises: only who shows a cookie of ours gets further than the page's own files, which hold no secret; a cookie is
 * had for a one-time token alone, and by no other user of this machine where the system tells who connects; requests
 * that name another host or come from another page get nothing. What is kept for a client that was not let in is bounded
 * in size, number and time. Does not promise to keep out programs of this user, which can read the token from its screen;
 * what runs in a sandbox is kept out of it, and has no cookie.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { Fault, MAX_LINE_CHARS } from '../protocol/index.ts';
import { type HttpAnswer, plainAnswer, refuseSocket, sendAnswer } from './answer-http.ts';
import type { RedeemOutcome } from './login-tokens.ts';
import { createLoopbackGuard, type LoopbackGuard, readCookies, readPath } from './loopback-guard.ts';
import { COOKIE_NAME, type PageCookies } from './page-cookies.ts';
import type { PageFiles } from './page-files.ts';
import { isForeignPeer } from './peer-owner.ts';
import type { SocketPipe } from './pipe-socket.ts';
import { createWebSocketPipe } from './pipe-websocket.ts';
import { readLoginToken } from './read-login-token.ts';

const ADDRESS = '127.0.0.1';
const RPC_PATH = '/rpc';
const MAX_PAGES = 32;
const MAX_CONNECTIONS = 256;
const MAX_HEADER_BYTES = 16 * 1024;
const MAX_HEADERS = 64;
const HEAD_LIMIT_MS = 10_000;
const REQUEST_LIMIT_MS = 15_000;
const KEEP_ALIVE_MS = 5000;
const LIMIT_CHECK_MS = 1000;
const CLOSE_MS = 500;
const GOING_AWAY = 1001;

/** Why the parser gave up, and how that is said. */
const UNREADABLE: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

export interface WebHostParts {
  readonly hostName: string;
  /** 0 for any that is free. */
  readonly port: number;
  readonly cookies: PageCookies;
  readonly files: PageFiles;
  /** Uses a one-time token up, unless it is for another user. */
  redeem(token: string, isForeign: () => boolean): RedeemOutcome;
  /** A page has come in. */
  accept(pipe: SocketPipe): void;
}

export interface WebHost {
  readonly origin: string;
  readonly port: number;
  /** Lets go of the port and ends every page's connection. */
  close(): Promise<void>;
}

/** Listens. Throws a `host` fault `port-taken` when it cannot. */
export async function startWebHost(parts: WebHostParts): Promise<WebHost> {
  const server = createServer({
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: HEAD_LIMIT_MS,
    requestTimeout: REQUEST_LIMIT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: LIMIT_CHECK_MS,
    // a missing one is refused by the guard, with our headers
    requireHostHeader: false,
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.maxHeadersCount = MAX_HEADERS;
  const port = await listen(server, parts.port);
  const guard = createLoopbackGuard(parts.hostName, port);
  const pages = new Set<WebSocket>();
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_LINE_CHARS,
    // the pipe answers them, and counts its answers
    autoPong: false,
  });
  server.on('request', (request, response) => {
    answerRequest(parts, guard, request, response).catch(() => response.destroy());
  });
  server.on('upgrade', (request, socket, head) => {
    const refusal = judgeUpgrade(parts, guard, request) ?? (pages.size >= MAX_PAGES ? 503 : undefined);
    if (refusal !== undefined) refuseSocket(socket, refusal);
    else {
      sockets.handleUpgrade(request, socket, head, (page) => {
        pages.add(page);
        page.on('close', () => pages.delete(page));
        parts.accept(createWebSocketPipe(page));
      });
    }
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    refuseSocket(socket, UNREADABLE[error.code ?? ''] ?? 400);
  });
  return { origin: guard.origin, port, close: () => closeAll(server, pages) };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new Fault({
          kind: 'host',
          code: 'port-taken',
          message: `cannot listen at ${ADDRESS}:${port}: ${cause.message}`,
          hint: 'choose another with --port',
          cause,
        }),
      ),
    );
    server.listen(port, ADDRESS, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function judgeHead(guard: LoopbackGuard, request: IncomingMessage, mustHaveOrigin: boolean) {
  const { host = [], origin = [] } = request.headersDistinct;
  return guard.judge({ method: request.method, hosts: host, origins: origin }, mustHaveOrigin);
}

function hasCookie(cookies: PageCookies, request: IncomingMessage): boolean {
  return readCookies(request.headers.cookie, COOKIE_NAME).some((value) => cookies.isGood(value));
}

function judgeUpgrade(
  { cookies }: WebHostParts,
  guard: LoopbackGuard,
  request: IncomingMessage,
): number | undefined {
  const refusal = judgeHead(guard, request, true);
  if (refusal !== undefined) return refusal;
  if (readPath(request.url) !== RPC_PATH) return 404;
  if (!hasCookie(cookies, request)) return 401;
  return isForeignPeer(request.socket) ? 403 : undefined;
}

async function answerRequest(
  parts: WebHostParts,
  guard: LoopbackGuard,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const refusal = judgeHead(guard, request, request.method === 'POST');
  const answer =
    refusal === undefined
      ? await route(parts, request)
      : plainAnswer(refusal, refusal === 405 ? { Allow: 'GET, HEAD, POST' } : {});
  sendAnswer(request, response, hasUnreadBody(request) ? { ...answer, mustClose: true } : answer);
}

function hasUnreadBody(request: IncomingMessage): boolean {
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers;
  return !request.complete && (encoding !== undefined || length !== '0');
}

async function route(parts: WebHostParts, request: IncomingMessage): Promise<HttpAnswer> {
  const path = readPath(request.url);
  if (path === '/login') {
    return request.method === 'POST' ? await logIn(parts, request) : plainAnswer(405, { Allow: 'POST' });
  }
  if (path === undefined) return plainAnswer(404);
  if (request.method === 'POST') return plainAnswer(405, { Allow: 'GET, HEAD' });
  if (path === '/whoami') return plainAnswer(hasCookie(parts.cookies, request) ? 204 : 401);
  if (path === RPC_PATH) {
    return hasCookie(parts.cookies, request)
      ? plainAnswer(426, { Upgrade: 'websocket', Connection: 'Upgrade' })
      : plainAnswer(401);
  }
  return findFile(parts.files, path);
}

function findFile(files: PageFiles, path: string): HttpAnswer {
  const file = files.find(path);
  if (file !== undefined) {
    const caching = file.isImmutable ? 'public, max-age=31536000, immutable' : 'no-store';
    return { status: 200, type: file.type, body: file.body, caching };
  }
  if (path !== '/') return plainAnswer(404);
  return { status: 503, body: 'The page is not built here: run `npm start` once in the checkout.\n' };
}

async function logIn({ redeem, cookies }: WebHostParts, request: IncomingMessage): Promise<HttpAnswer> {
  const read = await readLoginToken(request);
  if (read.token === undefined) return plainAnswer(read.status);
  const outcome = redeem(read.token, () => isForeignPeer(request.socket));
  if (outcome === 'too-many') return plainAnswer(429, { 'Retry-After': '1' });
  if (outcome === 'wrong') return plainAnswer(401);
  if (outcome === 'foreign') return plainAnswer(403);
  const cookie = `${COOKIE_NAME}=${cookies.issue()}; HttpOnly; SameSite=Strict; Path=/`;
  return plainAnswer(204, { 'Set-Cookie': cookie });
}

async function closeAll(server: Server, pages: ReadonlySet<WebSocket>): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const page of pages) page.close(GOING_AWAY);
  const giveUp = setTimeout(() => {
    for (const page of pages) page.terminate();
  }, CLOSE_MS);
  server.closeAllConnections();
  await closed;
  clearTimeout(giveUp);
}
