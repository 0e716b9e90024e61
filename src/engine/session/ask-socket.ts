/**
 * The session's ask socket: the only thing of ours that a sandbox can reach. Promises: it takes questions and proposals
 * bound to this session; it has no method that answers a question, reads a secret or changes anything else. What is
 * malformed, too large or too much, and any error, is denied. What is begun and never finished, and what waits for an answer,
 * takes bounded memory, in this session and in all.
 *
 * Two forms share it, told apart by the first line: the question of the ask helper (one line, answered `allow` or `deny`,
 * then closed), and proposals as JSON-RPC 2.0 lines.
 */
import { chmod, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import type { Proposal, ProposalResult } from '../../protocol/index.ts';
import type { Clock } from '../base/index.ts';
import { isRpcLine, ProposalPeer } from './proposal-peer.ts';
import { LineBytes, TextBudget } from './unfinished-text.ts';
import { WaitingBytes } from './waiting-bytes.ts';

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
  readonly clock: Clock;
  /** A question of the ask helper. */
  decide(request: AskRequest): Promise<AskReply>;
  /** A proposal of a tool; `gone` is aborted when it is taken back, or whoever made it goes away. */
  propose(proposal: Proposal, gone: AbortSignal): Promise<ProposalResult>;
}

export interface AskSocket {
  readonly path: string;
  close(): Promise<void>;
}

const KIB = 1024;
const MIB = 1024 * KIB;
/** A patch of the largest size, as JSON. */
const MAX_LINE_BYTES = 4 * MIB;
/** The ask helper sends no longer question. */
const MAX_QUESTION_BYTES = 64 * KIB;
/** What begins longer must have said by then that it is a message. */
const RPC_MARKS = ['"jsonrpc"', '"method"'];
/** From the first byte of a connection to its first line end. */
const FIRST_LINE_MS = 10_000;
/** For all that one session has not finished saying. */
const SESSION_BYTES = 16 * MIB;
/** For all sessions of this engine. */
const engineText = new TextBudget(64 * MIB);
/** The same for proposals that are whole and wait: four of the largest, and as many sessions with so much. */
const SESSION_WAITING_BYTES = 16 * MIB;
const engineWaiting = new WaitingBytes(64 * MIB);
/** More askers at once than any script has; a program inside must not bury a person in questions. */
const MAX_ASKERS = 256;

/** Listens at `path` (mode 0600). What has no end yet counts in `shared` too, what waits in `allWaiting`: for all sessions together. */
export async function openAskSocket(
  path: string,
  ports: AskPorts,
  shared: TextBudget = engineText,
  allWaiting: WaitingBytes = engineWaiting,
): Promise<AskSocket> {
  const budget = new TextBudget(SESSION_BYTES, shared);
  const waiting = new WaitingBytes(SESSION_WAITING_BYTES, allWaiting);
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    if (sockets.size > MAX_ASKERS) {
      socket.on('error', () => socket.destroy());
      reply(socket, { reply: 'deny', message: 'sallyport: refused: too many questions at once' });
      return;
    }
    serve(socket, ports, { budget, waiting });
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

interface AskBounds {
  readonly budget: TextBudget;
  readonly waiting: WaitingBytes;
}

function serve(socket: Socket, ports: AskPorts, { budget, waiting }: AskBounds): void {
  const gone = new AbortController();
  let isAsked = false;
  let peer: ProposalPeer | undefined;
  let stopWaiting: (() => void) | undefined;
  const ask = (request: AskRequest | null): void => {
    isAsked = true;
    lines.close();
    void answer(socket, request, ports);
  };
  const takeLine = (line: string): void => {
    if (peer !== undefined) peer.take(line);
    else if (isAsked) return;
    else if (isRpcLine(line)) {
      peer = new ProposalPeer(socket, { propose: ports.propose, gone: gone.signal, waiting });
      peer.take(line);
    } else ask(readRequest(line, gone.signal));
  };
  const lines = new LineBytes(takeLine, {
    maxBytes: MAX_LINE_BYTES,
    budget,
    onDropped: () => socket.destroy(),
  });
  const isFirst = (): boolean => !isAsked && peer === undefined;
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    stopWaiting?.();
    lines.close();
    gone.abort();
  });
  socket.on('end', () => {
    gone.abort();
    socket.end();
  });
  socket.on('data', (bytes: Buffer) => {
    stopWaiting ??= ports.clock.setTimer(() => isFirst() && ask(null), FIRST_LINE_MS);
    lines.feed(bytes);
    // Nothing that is meant is so long: whoever sends it gets no answer to wait for.
    if (isFirst() && isTooLong(lines)) ask(null);
    if (!isFirst()) stopWaiting();
  });
}

/** Whether a first line is longer than any that is meant. */
function isTooLong(lines: LineBytes): boolean {
  if (lines.isTooLong) return true;
  if (lines.begun.length <= MAX_QUESTION_BYTES) return false;
  const beginning = lines.begun.subarray(0, MAX_QUESTION_BYTES);
  return !RPC_MARKS.some((mark) => beginning.includes(mark));
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
