import {
  type ClientRequest,
  type IncomingMessage,
  type ServerResponse,
  request as sendRequest,
} from 'node:http';
import { pipeline } from 'node:stream';
import { formatHostPort } from '../../policy/index.ts';
import { upstreamHeaders } from './dial-upstream.ts';
import { explainFailure } from './explain-failure.ts';
import { passHeaders } from './hop-headers.ts';
import type { Opening } from './open-target.ts';
import type { HttpTarget } from './read-http-target.ts';

type OpenOne = Extract<Opening, { kind: 'open' }>;

const MAX_HEADER_BYTES = 64 * 1024;
const BODILESS = new Set(['GET', 'HEAD', 'OPTIONS', 'DELETE', 'TRACE']);

/** How the request's body is delimited: as it came, but said anew, so that nobody reads it in another way. */
function frameRequest(request: IncomingMessage): string[] {
  if (request.headers['transfer-encoding'] !== undefined) return ['Transfer-Encoding', 'chunked'];
  const length = request.headers['content-length'];
  if (length !== undefined) return ['Content-Length', length];
  return BODILESS.has(request.method ?? '') ? [] : ['Content-Length', '0'];
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || headers['content-length'] !== undefined;

function frameAnswer(answer: IncomingMessage): string[] {
  const length = answer.headers['content-length'];
  return answer.headers['transfer-encoding'] !== undefined || length === undefined
    ? []
    : ['Content-Length', length];
}

function passAnswer(answer: IncomingMessage, response: ServerResponse): void {
  response.sendDate = false;
  const headers = [...passHeaders(answer.rawHeaders), ...frameAnswer(answer)];
  response.writeHead(answer.statusCode ?? 502, answer.statusMessage, headers);
  // a failure after the head can only be told by cutting the answer off, which `pipeline` does
  pipeline(answer, response, () => undefined);
}

function send(request: IncomingMessage, target: HttpTarget, opening: OpenOne): ClientRequest {
  const { host, port } = target;
  const authority = formatHostPort(host.text, port);
  const hostHeader = port === 80 ? authority.slice(0, authority.lastIndexOf(':')) : authority;
  const { upstream } = opening;
  return sendRequest({
    method: request.method,
    path: upstream === null ? target.path : `http://${authority}${target.path}`,
    headers: [
      ...['Host', hostHeader],
      ...passHeaders(request.rawHeaders),
      ...frameRequest(request),
      ...(upstream === null ? [] : upstreamHeaders(upstream)),
    ],
    maxHeaderSize: MAX_HEADER_BYTES,
    insecureHTTPParser: false,
    createConnection: () => opening.target.socket,
  });
}

/**
 * Sends one request on over a connection of its own, and its answer back. `fail` is called at most once, when there is no
 * answer to send back.
 */
export function forwardRequest(
  exchange: { readonly request: IncomingMessage; readonly response: ServerResponse },
  target: HttpTarget,
  opening: OpenOne,
  fail: (words: string) => void,
): void {
  const { request, response } = exchange;
  const { socket } = opening.target;
  let sent: ClientRequest;
  try {
    sent = send(request, target, opening);
  } catch {
    socket.destroy();
    fail('the request has a line that cannot be sent on');
    return;
  }
  sent.on('error', (error) => {
    socket.destroy();
    if (response.headersSent) response.destroy();
    else fail(explainFailure(error).words);
  });
  sent.once('response', (answer) => {
    try {
      passAnswer(answer, response);
    } catch {
      socket.destroy();
      fail('the answer has a line that cannot be passed on');
    }
  });
  response.once('close', () => socket.destroy());
  if (hasBody(request)) pipeline(request, sent, () => undefined);
  else sent.end();
}
