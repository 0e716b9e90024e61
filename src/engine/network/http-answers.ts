import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** An answer of our own. The words are for whoever reads the program's output. */
export interface OwnAnswer {
  readonly status: 400 | 403 | 407 | 431 | 502 | 503;
  /** Value of the header by which a program can tell our answers from those of others. */
  readonly mark: 'refused' | 'unreachable' | 'misused';
  readonly words: string;
}

const MAX_WORDS = 600;
/** How long a client may take to read an answer before its connection is cut. */
const LINGER_MS = 5_000;

const MAX_REASON = 200;

/** The reason phrase: all that most programs show of an answer to CONNECT. Plain ASCII, as not every program reads more. */
const reasonOf = (answer: OwnAnswer): string =>
  `sallyport: ${answer.words}`.replaceAll(/[^\u0020-\u007e]/g, '?').slice(0, MAX_REASON);

const bodyOf = (answer: OwnAnswer): string =>
  `sallyport: ${answer.words.slice(0, MAX_WORDS).replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, ' ')}\n`;

function headersOf(answer: OwnAnswer, body: string): string[] {
  const login = answer.status === 407 ? ['Proxy-Authenticate', 'Basic realm="sallyport"'] : [];
  const length = String(Buffer.byteLength(body));
  const type = 'text/plain; charset=utf-8';
  return [
    ...login,
    'X-Sallyport',
    answer.mark,
    'Content-Type',
    type,
    'Content-Length',
    length,
    'Connection',
    'close',
  ];
}

/** Answers a request and ends its connection. */
export function answerRequest(response: ServerResponse, answer: OwnAnswer): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const body = bodyOf(answer);
  response.writeHead(answer.status, headersOf(answer, body));
  response.end(body);
}

/** Says a last thing on a socket and ends it; whatever else comes from the client is thrown away. */
export function endSocket(socket: Duplex, lastBytes: string | Buffer): void {
  if (socket.destroyed) return;
  socket.end(lastBytes);
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  timer.unref();
  socket.once('close', () => clearTimeout(timer));
}

/** The same answer where there is only a socket: to CONNECT, and to what is no HTTP. */
export function answerSocket(socket: Duplex, answer: OwnAnswer): void {
  const body = bodyOf(answer);
  const headers = headersOf(answer, body);
  let head = `HTTP/1.1 ${answer.status} ${reasonOf(answer)}\r\n`;
  for (let index = 0; index < headers.length; index += 2)
    head += `${headers[index]}: ${headers[index + 1]}\r\n`;
  endSocket(socket, `${head}\r\n${body}`);
}
