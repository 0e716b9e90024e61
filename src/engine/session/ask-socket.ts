/**
 * The session's ask socket: the only thing of ours that a sandbox can reach. Promises: it takes questions and proposals
 * bound to this session; it has no method that answers a question, reads a secret or changes anything else. What is
 * malformed, too large or too much, and any error, is denied.
 *
 * Two forms share it, told apart by the first line: the question of the ask helper (one line, answered `allow` or `deny`,
 * then closed), and proposals as JSON-RPC 2.0 lines.
 */
import { chmod, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { createLineSplitter, type Proposal, type ProposalResult } from '../../protocol/index.ts';
import { isRpcLine, ProposalPeer } from './proposal-peer.ts';

export interface AskRequest {
  /** The number of the script in the session; undefined where the question does not say. */
  readonly script: number | undefined;
  /** The step's index in the script, as the rewritten script says it. */
  readonly step: number;
  readonly cwd: string;
  /** Not a question: whether another text is to run in place of the step, which did not. */
  readonly isForInstead: boolean;
  /** The command's words as the shell expanded them; empty when they could not be passed without side effects. */
  readonly words: readonly string[];
  /** Aborted when the asker goes away. */
  readonly gone: AbortSignal;
}

export type AskReply =
  | { readonly reply: 'allow' }
  | { readonly reply: 'deny'; readonly message: string }
  | { readonly reply: 'run'; readonly text: string };

export interface AskPorts {
  /** A question of the ask helper. */
  decide(request: AskRequest): Promise<AskReply>;
  /** A proposal of a tool; `gone` is aborted when it is taken back, or whoever made it goes away. */
  propose(proposal: Proposal, gone: AbortSignal): Promise<ProposalResult>;
}

export interface AskSocket {
  readonly path: string;
  close(): Promise<void>;
}

/** A patch of the largest size, as JSON. */
const MAX_LINE_CHARS = 4 * 1024 * 1024;
/** More askers at once than any script has; a program inside must not bury a person in questions. */
const MAX_ASKERS = 256;

/** Listens at `path` (mode 0600). */
export async function openAskSocket(path: string, ports: AskPorts): Promise<AskSocket> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    if (sockets.size > MAX_ASKERS) {
      socket.on('error', () => socket.destroy());
      reply(socket, { reply: 'deny', message: 'sallyport: refused: too many questions at once' });
      return;
    }
    serve(socket, ports);
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

function serve(socket: Socket, ports: AskPorts): void {
  const gone = new AbortController();
  let isAsked = false;
  let peer: ProposalPeer | undefined;
  const takeLine = (line: string): void => {
    if (peer !== undefined) peer.take(line);
    else if (isAsked) return;
    else if (isRpcLine(line)) {
      peer = new ProposalPeer(socket, ports.propose, gone.signal);
      peer.take(line);
    } else {
      isAsked = true;
      void answer(socket, readRequest(line, gone.signal), ports);
    }
  };
  const splitter = createLineSplitter(takeLine, MAX_LINE_CHARS);
  let sinceLine = 0;
  socket.setEncoding('utf8');
  socket.on('error', () => socket.destroy());
  socket.on('close', () => gone.abort());
  socket.on('end', () => {
    gone.abort();
    socket.end();
  });
  socket.on('data', (text: string) => {
    splitter.feed(text);
    const end = text.lastIndexOf('\n');
    sinceLine = end < 0 ? sinceLine + text.length : text.length - end - 1;
    // Nothing that is meant is so long: whoever sends it gets no answer to wait for.
    if (sinceLine > MAX_LINE_CHARS && !isAsked && peer === undefined) {
      isAsked = true;
      void answer(socket, null, ports);
    }
  });
}

async function answer(socket: Socket, request: AskRequest | null, ports: AskPorts): Promise<void> {
  if (request === null) {
    reply(socket, { reply: 'deny', message: 'sallyport: refused: the question could not be read' });
    return;
  }
  try {
    reply(socket, await ports.decide(request));
  } catch {
    reply(socket, { reply: 'deny', message: 'sallyport: refused: the question could not be settled' });
  }
}

function readRequest(line: string, gone: AbortSignal): AskRequest | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { step, cwd, words, instead } = value as Record<string, unknown>;
  const place = typeof step === 'string' ? /^(?:(\d{1,9})\.)?(\d{1,6})$/.exec(step) : null;
  if (place === null || typeof cwd !== 'string' || !Array.isArray(words)) return null;
  if (!words.every((word): word is string => typeof word === 'string')) return null;
  const script = place[1] === undefined ? undefined : Number(place[1]);
  return { script, step: Number(place[2]), cwd, isForInstead: instead === true, words, gone };
}

function reply(socket: Socket, answer: AskReply): void {
  if (socket.destroyed) return;
  if (answer.reply === 'allow') socket.end('allow\n');
  else socket.end(`${answer.reply} ${encodeField(answer.reply === 'run' ? answer.text : answer.message)}\n`);
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
