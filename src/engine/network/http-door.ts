/**
 * The proxy's HTTP side: CONNECT, and requests in absolute form. Promises: each request says who it comes from and is
 * judged by itself, also on a connection that is kept; the judged host is the one that is asked; what a strict reader
 * does not understand ends the connection.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { formatHostPort } from '../../policy/index.ts';
import { carryTunnel } from './carry-tunnel.ts';
import { readClient } from './client-reader.ts';
import { forwardRequest } from './forward-request.ts';
import { answerRequest, answerSocket, type OwnAnswer } from './http-answers.ts';
import type { Opening } from './open-target.ts';
import type { ProxyCore } from './proxy-core.ts';
import type { ProxyDoor } from './proxy-spec.ts';
import {
  type HttpTarget,
  type HttpTargetReading,
  readConnectTarget,
  readCredentials,
  readRequestTarget,
} from './read-http-target.ts';

const MAX_HEADER_BYTES = 32 * 1024;
/** Requests that a client may send on one connection before the first is answered. */
const MAX_PIPELINED = 16;

const LOGIN: OwnAnswer = {
  status: 407,
  mark: 'refused',
  words: 'refused: the proxy of this sandbox needs the credentials that stand in HTTP_PROXY',
};

interface Admitted {
  readonly launchId: string;
  readonly target: HttpTarget;
}

type NotOpen = Exclude<Opening, { kind: 'open' | 'gone' }>;

/** The answer that says why there is no connection. */
function explainOpening(opening: NotOpen, { host, port }: HttpTarget): OwnAnswer {
  const place = formatHostPort(host.text, port);
  const words = `${place}: ${opening.words}`;
  if (opening.kind === 'unreachable')
    return { status: 502, mark: 'unreachable', words: `cannot be reached: ${words}` };
  return { status: opening.kind === 'busy' ? 503 : 403, mark: 'refused', words: `refused: ${words}` };
}

export interface HttpDoor {
  /** Serves a connection of which nothing has been read. */
  take(socket: Socket): void;
  close(): void;
}

/** Who asks for what; or the answer that ends it. */
function admit(core: ProxyCore, request: IncomingMessage, via: ProxyDoor): Admitted | OwnAnswer {
  const reading: HttpTargetReading =
    via === 'connect' ? readConnectTarget(request) : readRequestTarget(request);
  if ('problem' in reading && reading.text === null)
    return { status: 400, mark: 'misused', words: reading.problem };
  const launchId = core.authenticate(readCredentials(request), via);
  if (launchId === null) return LOGIN;
  if ('problem' in reading) {
    const { problem: words, text: host } = reading;
    core.report({ launchId, host, port: null, via, words });
    return { status: 400, mark: 'refused', words: `refused: ${words}` };
  }
  const problem = core.connections.claim(request.socket, launchId);
  if (problem === null) return { launchId, target: reading };
  core.report({ launchId, host: reading.host.text, port: reading.port, via, words: problem });
  return { status: 503, mark: 'refused', words: `refused: ${problem}` };
}

async function serveConnect(core: ProxyCore, request: IncomingMessage, head: Buffer): Promise<void> {
  const { socket } = request;
  // what an earlier answer on this connection still has to say would end up inside the tunnel
  if (core.connections.begin(socket) !== 1) return void socket.destroy();
  const admitted = admit(core, request, 'connect');
  if ('status' in admitted) return answerSocket(socket, admitted);
  const { launchId, target } = admitted;
  const reader = readClient(socket);
  const asked = {
    launchId,
    host: target.host,
    port: target.port,
    via: 'connect' as const,
    gone: reader.gone,
  };
  const opening = await core.open(asked);
  const early = Buffer.concat([head, reader.release()]);
  if (opening.kind === 'gone') return void socket.destroy();
  if (opening.kind !== 'open') return answerSocket(socket, explainOpening(opening, target));
  const answer = 'HTTP/1.1 200 Connection established\r\n\r\n';
  await carryTunnel(core, { client: socket, asked, target: opening.target, early, answer });
}

async function serveRequest(
  core: ProxyCore,
  request: IncomingMessage,
  response: ServerResponse,
  isExpectant: boolean,
): Promise<void> {
  const { socket } = request;
  core.bridge.release(socket);
  const running = core.connections.begin(socket);
  response.once('close', () => core.connections.finish(socket));
  if (running > MAX_PIPELINED) return void socket.destroy();
  const admitted = admit(core, request, 'http');
  if ('status' in admitted) return answerRequest(response, admitted);
  const { launchId, target } = admitted;
  const left = new AbortController();
  response.once('close', () => left.abort());
  const asked = { launchId, host: target.host, port: target.port, via: 'http' as const, gone: left.signal };
  const opening = await core.open(asked);
  if (opening.kind === 'gone') return void socket.destroy();
  if (opening.kind !== 'open') return answerRequest(response, explainOpening(opening, target));
  core.reportAtClose(asked, opening.target.socket);
  core.reached.add(asked, { client: socket, until: opening.target.socket });
  if (isExpectant) response.writeContinue();
  forwardRequest({ request, response }, target, opening, (words) => {
    answerRequest(response, explainOpening({ kind: 'unreachable', code: '', words }, target));
  });
}

function answerBroken(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const isLarge = error.code === 'HPE_HEADER_OVERFLOW';
  const words = isLarge
    ? 'refused: the headers are too large'
    : 'refused: this is no request that can be read';
  answerSocket(socket, { status: isLarge ? 431 : 400, mark: 'misused', words });
}

export function createHttpDoor(core: ProxyCore): HttpDoor {
  // Time limits are those of `core.connections`: the server's own begin to count only where it listens itself.
  const server = createServer({
    maxHeaderSize: MAX_HEADER_BYTES,
    insecureHTTPParser: false,
    requireHostHeader: false,
    keepAliveTimeout: 0,
    headersTimeout: 0,
    requestTimeout: 0,
  });
  // none is left out of what is passed on; their size is bounded above
  server.maxHeadersCount = 0;
  const guard = (socket: Socket, work: Promise<void>): void => void work.catch(() => socket.destroy());
  server.on('request', (request, response) =>
    guard(request.socket, serveRequest(core, request, response, false)),
  );
  server.on('checkContinue', (request, response) =>
    guard(request.socket, serveRequest(core, request, response, true)),
  );
  server.on('connect', (request: IncomingMessage, _socket, head: Buffer) =>
    guard(request.socket, serveConnect(core, request, head)),
  );
  server.on('clientError', (error, socket) => answerBroken(error, socket as Socket));
  return {
    take: (socket) => void server.emit('connection', socket),
    close: () => server.closeAllConnections(),
  };
}
