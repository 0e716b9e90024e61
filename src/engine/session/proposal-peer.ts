/**
 * One connection of a tool, inside a session. Promises: only the methods `propose/shell`, `propose/apply_patch`,
 * `propose/request_permissions` and `propose/mcp_call` and the notification `cancel` mean something; every other line is answered with an error
 * and changes nothing; a bounded number of proposals is open at once, of bounded size in the session and in the engine, and
 * all end with the connection; who does not read the answers is not read from, and is cut off before they take much memory.
 */
import type { Socket } from 'node:net';
import { PROPOSAL_TOOLS, Proposal, type ProposalResult, toFault } from '../../protocol/index.ts';
import type { WaitingBytes } from './waiting-bytes.ts';

type Propose = (proposal: Proposal, gone: AbortSignal) => Promise<ProposalResult>;

const MAX_OPEN = 16;
/** A program that sends nothing but nonsense is cut off. */
const MAX_MALFORMED = 100;

/** Bytes of answers that wait for a slow reader before nothing more is taken from it. */
const MAX_WAITING = 256 * 1024;
const TOO_MUCH =
  'too much waits for an answer already: wait until other proposals are settled or take them back with "cancel", or propose less at once';

/** The largest answers to all that may be open; whoever lets more wait does not read. */
const MAX_UNREAD = 16 * 1024 * 1024;

interface PeerPorts {
  readonly propose: Propose;
  /** Aborted when the connection ends. */
  readonly gone: AbortSignal;
  /** For the proposals of all connections that have no answer yet. */
  readonly waiting: WaitingBytes;
}

interface Message {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: unknown;
}

function readMessage(line: string): Message | null {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    const message: Message & { readonly jsonrpc?: unknown } = value;
    return message.jsonrpc === '2.0' ? message : null;
  } catch {
    return null;
  }
}

function isId(id: unknown): id is string | number {
  return (typeof id === 'string' && id.length <= 128) || Number.isSafeInteger(id);
}

/** Whether the first line of a connection begins a conversation in JSON-RPC. */
export function isRpcLine(line: string): boolean {
  return readMessage(line) !== null;
}

export class ProposalPeer {
  readonly #socket: Socket;
  readonly #propose: Propose;
  readonly #gone: AbortSignal;
  readonly #waiting: WaitingBytes;
  readonly #open = new Map<string | number, AbortController>();
  #malformed = 0;

  constructor(socket: Socket, { propose, gone, waiting }: PeerPorts) {
    this.#socket = socket;
    this.#propose = propose;
    this.#gone = gone;
    this.#waiting = waiting;
    socket.on('drain', () => socket.resume());
    gone.addEventListener('abort', () => {
      for (const taken of this.#open.values()) taken.abort();
    });
  }

  take(line: string): void {
    const message = readMessage(line);
    if (message?.method === 'cancel') this.#cancel(message.params);
    else if (message === null)
      this.#refuse(null, -32700, 'the line is no message of JSON-RPC 2.0, or is too long');
    else this.#takeRequest(message, Buffer.byteLength(line));
  }

  #takeRequest({ id, method, params }: Message, bytes: number): void {
    if (!isId(id)) {
      this.#refuse(null, -32600, 'a request needs an id');
      return;
    }
    const tool = PROPOSAL_TOOLS.find((name) => method === `propose/${name}`);
    const proposal = Proposal.safeParse({ tool, input: params });
    if (tool === undefined) this.#refuse(id, -32601, 'there is no such method here');
    else if (!proposal.success) this.#refuse(id, -32602, describe(proposal.error.issues));
    else if (this.#open.has(id)) this.#refuse(id, -32600, 'this id is in use');
    else if (this.#open.size >= MAX_OPEN) this.#refuse(id, -32000, 'too many proposals at once');
    else if (!this.#waiting.take(bytes)) this.#refuse(id, -32000, TOO_MUCH);
    else void this.#answer(id, proposal.data).finally(() => this.#waiting.giveBack(bytes));
  }

  async #answer(id: string | number, proposal: Proposal): Promise<void> {
    const taken = new AbortController();
    if (this.#gone.aborted) taken.abort();
    this.#open.set(id, taken);
    try {
      const result = await this.#propose(proposal, taken.signal);
      this.#send({ id, result });
    } catch (cause) {
      this.#send({ id, error: { code: -32603, message: toFault(cause).message } });
    } finally {
      this.#open.delete(id);
    }
  }

  #cancel(params: unknown): void {
    const id = typeof params === 'object' && params !== null && 'id' in params ? params.id : undefined;
    if (isId(id)) this.#open.get(id)?.abort();
  }

  #refuse(id: string | number | null, code: number, message: string): void {
    this.#malformed += 1;
    if (this.#malformed > MAX_MALFORMED) this.#socket.destroy();
    else this.#send({ id, error: { code, message } });
  }

  #send(message: Record<string, unknown>): void {
    if (this.#socket.destroyed || this.#socket.writableEnded) return;
    this.#socket.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
    const waiting = this.#socket.writableLength;
    if (waiting > MAX_UNREAD) this.#socket.destroy();
    else if (waiting > MAX_WAITING) this.#socket.pause();
  }
}

function describe(
  issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[],
): string {
  const [issue] = issues;
  if (issue === undefined) return 'wrong shape';
  const path = issue.path.slice(1).map(String).join('.');
  return path === '' ? issue.message : `${path}: ${issue.message}`;
}
