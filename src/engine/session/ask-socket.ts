/**
 * The session's ask socket: the only thing of ours that a sandbox can reach. Promises: it takes proposals bound to this
 * session and answers each with `allow` or `deny`; it has no method that answers a question, reads anything or changes
 * anything else. A malformed or oversized message, and any error, is denied.
 */
import { chmod, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';

export interface AskRequest {
  /** The step's index in the script, as the rewritten script says it. */
  readonly step: number;
  readonly cwd: string;
  /** The command's words as the shell expanded them; empty when they could not be passed without side effects. */
  readonly words: readonly string[];
  /** Aborted when the asker goes away. */
  readonly gone: AbortSignal;
}

export type AskReply = { readonly reply: 'allow' } | { readonly reply: 'deny'; readonly message: string };

export interface AskSocket {
  readonly path: string;
  close(): Promise<void>;
}

const MAX_REQUEST_BYTES = 256 * 1024;
/** More askers at once than any script has; a program inside must not bury a person in questions. */
const MAX_ASKERS = 256;

/** Listens at `path` (mode 0600) and hands every proposal to `decide`. */
export async function openAskSocket(
  path: string,
  decide: (request: AskRequest) => Promise<AskReply>,
): Promise<AskSocket> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    if (sockets.size > MAX_ASKERS) {
      socket.on('error', () => socket.destroy());
      reply(socket, { reply: 'deny', message: 'sallyport: refused: too many questions at once' });
      return;
    }
    serve(socket, decide);
  });
  await listen(server, path);
  await chmod(path, 0o600);
  return {
    path,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((settle) => server.close(() => settle()));
      await rm(path, { force: true });
    },
  };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((settle, fail) => {
    server.once('error', fail);
    server.listen(path, () => settle());
  });
}

function serve(socket: Socket, decide: (request: AskRequest) => Promise<AskReply>): void {
  const gone = new AbortController();
  let received = '';
  let isAsked = false;
  socket.setEncoding('utf8');
  socket.on('error', () => socket.destroy());
  socket.on('close', () => gone.abort());
  socket.on('end', () => {
    gone.abort();
    socket.end();
  });
  socket.on('data', (text: string) => {
    if (isAsked) return;
    received += text;
    const end = received.indexOf('\n');
    if (end < 0 && received.length < MAX_REQUEST_BYTES) return;
    isAsked = true;
    const request = end < 0 ? null : readRequest(received.slice(0, end), gone.signal);
    if (!request) {
      reply(socket, { reply: 'deny', message: 'sallyport: refused: the question could not be read' });
      return;
    }
    decide(request).then(
      (answer) => reply(socket, answer),
      () =>
        reply(socket, { reply: 'deny', message: 'sallyport: refused: the question could not be settled' }),
    );
  });
}

function readRequest(line: string, gone: AbortSignal): AskRequest | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { step, cwd, words } = value as Record<string, unknown>;
  const index = typeof step === 'string' && /^\d{1,6}$/.test(step) ? Number(step) : null;
  if (index === null || typeof cwd !== 'string' || !Array.isArray(words)) return null;
  if (!words.every((word): word is string => typeof word === 'string')) return null;
  return { step: index, cwd, words, gone };
}

function reply(socket: Socket, answer: AskReply): void {
  if (socket.destroyed) return;
  socket.end(answer.reply === 'allow' ? 'allow\n' : `deny ${encodeField(answer.message)}\n`);
}

/** Percent-encodes every byte that is not plainly harmless, as the native helpers expect it. */
function encodeField(text: string): string {
  const bytes = Buffer.from(text, 'utf8');
  let encoded = '';
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    encoded += /[A-Za-z0-9/._-]/.test(character)
      ? character
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return encoded === '' ? '%' : encoded;
}
