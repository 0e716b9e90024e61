/** The tools of the session that this process runs in, over the session's ask socket. */
import { connect, type Socket } from 'node:net';
import { Fault, type Proposal, ProposalResult } from '../protocol/index.ts';
import { createSocketPipe, type McpTools } from '../server/index.ts';

interface Waiting {
  settle(result: ProposalResult): void;
  fail(cause: Fault): void;
}

/** Connects to it. Throws a `host` fault where nobody listens there. */
export async function openAskTools(path: string): Promise<McpTools & { close(): void }> {
  const socket = await dial(path);
  const pipe = createSocketPipe(socket);
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let isClosed = false;
  pipe.onLine((line) => {
    const answer = readAnswer(line);
    const open = answer && waiting.get(answer.id);
    if (!open || !answer) return;
    waiting.delete(answer.id);
    if ('result' in answer) open.settle(answer.result);
    else open.fail(gone(answer.problem));
  });
  pipe.onClose(() => {
    isClosed = true;
    for (const open of waiting.values()) open.fail(gone('the session has ended'));
    waiting.clear();
  });
  const propose = (proposal: Proposal, taken: AbortSignal): Promise<ProposalResult> =>
    new Promise((settle, fail) => {
      if (isClosed) return fail(gone('the session has ended'));
      lastId += 1;
      const id = lastId;
      waiting.set(id, { settle, fail });
      const { tool, input } = proposal;
      pipe.send(JSON.stringify({ jsonrpc: '2.0', id, method: `propose/${tool}`, params: input }));
      const cancel = (): void =>
        pipe.send(JSON.stringify({ jsonrpc: '2.0', method: 'cancel', params: { id } }));
      taken.addEventListener('abort', cancel, { once: true });
      if (taken.aborted) cancel();
    });
  return { propose, close: () => pipe.close() };
}

function gone(message: string): Fault {
  return new Fault({ kind: 'host', code: 'session-gone', message });
}

function dial(path: string): Promise<Socket> {
  return new Promise((settle, fail) => {
    const socket = connect(path);
    socket.once('connect', () => settle(socket));
    socket.once('error', (cause) =>
      fail(
        new Fault({
          kind: 'host',
          code: 'no-ask-socket',
          message: `the session that SALLYPORT_ASK names cannot be reached: ${cause.message}`,
          hint: 'start it inside a session, or take SALLYPORT_ASK out of the environment',
        }),
      ),
    );
  });
}

type Answer = { readonly id: number } & ({ readonly result: ProposalResult } | { readonly problem: string });

function readAnswer(line: string): Answer | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null) return undefined;
    const { id, result, error } = value as { id?: unknown; result?: unknown; error?: { message?: unknown } };
    if (typeof id !== 'number') return undefined;
    const checked = ProposalResult.safeParse(result);
    if (checked.success) return { id, result: checked.data };
    return { id, problem: typeof error?.message === 'string' ? error.message : 'the answer is malformed' };
  } catch {
    return undefined;
  }
}
