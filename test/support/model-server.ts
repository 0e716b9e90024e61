/**
 * A model on 127.0.0.1 that says what a scenario tells it to: real agents are driven with it, without an account or the
 * internet. Everything that they ask of it is recorded; what it does not know is answered 404 and recorded as well.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { findShellTool, MODEL_DIALECTS, type ModelTurn, type ServerEvent } from './model-replies.ts';

export type { ModelTurn } from './model-replies.ts';

export interface ModelRequest {
  /** By the clock of this process. */
  readonly atMs: number;
  readonly method: string;
  readonly path: string;
  readonly body: string;
  /** A turn of the scenario was its answer; side requests (titles, summaries) get a word. */
  readonly isTurn: boolean;
  /** Nothing here knows the path: the agent calls home. */
  readonly isUnknown: boolean;
}

export interface ModelServer {
  readonly port: number;
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly requests: readonly ModelRequest[];
  /** Requests that were answered by turns of the scenario, in order. */
  turns(): readonly ModelRequest[];
  close(): Promise<void>;
}

const SIDE_ANSWER: ModelTurn = { say: 'ok' };
const LAST_ANSWER: ModelTurn = { say: 'the scenario is over' };

/** Serves the scenario: the n-th request that offers a shell gets the n-th turn. */
export async function startModelServer(scenario: readonly ModelTurn[]): Promise<ModelServer> {
  const model = new ScriptedModel(scenario);
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => model.answer(request, response, Buffer.concat(pieces).toString('utf8')));
    request.on('error', () => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the model server has no port');
  return {
    port: address.port,
    url: `http://127.0.0.1:${address.port}`,
    requests: model.requests,
    turns: () => model.requests.filter((request) => request.isTurn),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

class ScriptedModel {
  readonly requests: ModelRequest[] = [];
  readonly #scenario: readonly ModelTurn[];
  #turn = 0;

  constructor(scenario: readonly ModelTurn[]) {
    this.#scenario = scenario;
  }

  answer(request: IncomingMessage, response: ServerResponse, body: string): void {
    const method = request.method ?? '';
    const path = (request.url ?? '').split('?')[0] ?? '';
    const seen = { atMs: performance.now(), method, path, body };
    const dialect = MODEL_DIALECTS.find((each) => method === 'POST' && path.endsWith(each.path));
    if (dialect === undefined) {
      const status = statusOf(method, path);
      this.requests.push({ ...seen, isTurn: false, isUnknown: status === 404 });
      response.writeHead(status, { 'Content-Type': 'application/json' });
      response.end(status === 200 ? '{"input_tokens":1,"data":[]}' : '{"error":{"message":"not here"}}');
      return;
    }
    const tool = findShellTool(dialect.toolNames(parse(body)));
    this.requests.push({ ...seen, isTurn: tool !== undefined, isUnknown: false });
    const said = tool === undefined ? SIDE_ANSWER : (this.#scenario[this.#turn++] ?? LAST_ANSWER);
    sendEvents(response, dialect.reply(said, tool ?? '', this.requests.length));
  }
}

/** What agents look at before and beside their turns: that the server is there, how long a text is, which models. */
function statusOf(method: string, path: string): 200 | 404 {
  return method === 'HEAD' || path.endsWith('/count_tokens') || path.endsWith('/models') ? 200 : 404;
}

function sendEvents(response: ServerResponse, events: readonly ServerEvent[]): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' });
  for (const { event, data } of events) {
    const text = typeof data === 'string' ? data : JSON.stringify(data);
    response.write(`${event === undefined ? '' : `event: ${event}\n`}data: ${text}\n\n`);
  }
  response.end();
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
