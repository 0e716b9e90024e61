import type { IncomingMessage } from 'node:http';

const MAX_BODY_BYTES = 1024;
const TOKEN_FORM = /^[A-Za-z0-9_-]{1,128}$/;

export type LoginTokenRead =
  | { readonly token: string }
  | { readonly token: undefined; readonly status: 400 | 413 | 415 };

/** The token in a body of `{"token": "…"}` and nothing else, else the status to refuse with. */
export async function readLoginToken(request: IncomingMessage): Promise<LoginTokenRead> {
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '')) {
    return { token: undefined, status: 415 };
  }
  const body = await readBody(request);
  if (body === undefined) return { token: undefined, status: 413 };
  const token = parseToken(body);
  return token === undefined ? { token, status: 400 } : { token };
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const pieces: Buffer[] = [];
  let size = 0;
  // left early, the stream stays as it is: the refusal still goes out on its socket
  for await (const piece of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > MAX_BODY_BYTES) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

function parseToken(body: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Object.keys(value).join() !== 'token') return undefined;
  const token: unknown = Reflect.get(value, 'token');
  return typeof token === 'string' && TOKEN_FORM.test(token) ? token : undefined;
}
