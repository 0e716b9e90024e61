import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { PAGE_CSP } from './page-policy.ts';

/** Sent with every answer. */
const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': PAGE_CSP,
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': [
    ...['camera', 'display-capture', 'geolocation', 'microphone', 'midi', 'payment', 'serial', 'usb'],
  ]
    .map((name) => `${name}=()`)
    .join(', '),
};

const NO_STORE = 'no-store';

export interface HttpAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Its kind; plain text when absent. */
  readonly type?: string;
  readonly body?: string | Buffer;
  /** `no-store` when absent. */
  readonly caching?: string;
  /** The connection cannot be used again: what was sent was not read to its end. */
  readonly mustClose?: boolean;
}

/** An answer that says nothing but its status. */
export function plainAnswer(status: number, headers: Readonly<Record<string, string>> = {}): HttpAnswer {
  return { status, headers, body: `${status} ${STATUS_CODES[status] ?? ''}\n` };
}

function headersOf(answer: HttpAnswer, length: number): Record<string, string> {
  return {
    ...SECURITY_HEADERS,
    'Cache-Control': answer.caching ?? NO_STORE,
    ...(answer.status !== 204 && {
      'Content-Type': answer.type ?? 'text/plain; charset=utf-8',
      'Content-Length': String(length),
    }),
    ...(answer.mustClose === true && { Connection: 'close' }),
    ...answer.headers,
  };
}

export function sendAnswer(request: IncomingMessage, response: ServerResponse, answer: HttpAnswer): void {
  const body = Buffer.from(answer.body ?? '');
  response.writeHead(answer.status, headersOf(answer, body.length));
  response.end(answer.status === 204 || request.method === 'HEAD' ? undefined : body);
}

/** Answers on a socket that HTTP has let go of, or cannot make sense of, and ends it. */
export function refuseSocket(socket: Duplex, status: number): void {
  socket.on('error', () => {});
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const answer = plainAnswer(status, { Connection: 'close' });
  const body = String(answer.body);
  const head = Object.entries(headersOf(answer, body.length)).map(([name, value]) => `${name}: ${value}\r\n`);
  const text = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${head.join('')}\r\n${body}`;
  socket.end(text, () => socket.destroy());
}
