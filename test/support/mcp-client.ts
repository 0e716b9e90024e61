/**
 * A client of the Model Context Protocol: starts the server that the first argument names (a list of words, as JSON),
 * makes the calls of the second one after the other, and prints each answer as a JSON line.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface McpCall {
  readonly method: string;
  readonly params?: unknown;
  /** Taken back so long after it was made. */
  readonly cancelAfterMs?: number;
}

const [program = '', ...words] = JSON.parse(process.argv[2] ?? '[]') as string[];
const calls = JSON.parse(process.argv[3] ?? '[]') as McpCall[];
const server = spawn(program, words, { stdio: ['pipe', 'pipe', 'inherit'] });
const waiting = new Map<number, (answer: unknown) => void>();
createInterface({ input: server.stdout }).on('line', (line) => {
  const message = JSON.parse(line) as { id?: number };
  waiting.get(message.id ?? -1)?.(message);
});

function send(message: Record<string, unknown>): void {
  server.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
}

let lastId = 0;
function call({ method, params, cancelAfterMs }: McpCall): Promise<unknown> {
  lastId += 1;
  const id = lastId;
  return new Promise((settle) => {
    waiting.set(id, settle);
    send({ id, method, params });
    if (cancelAfterMs === undefined) return;
    setTimeout(() => {
      send({ method: 'notifications/cancelled', params: { requestId: id } });
      settle({ id, cancelled: true });
    }, cancelAfterMs);
  });
}

const clientInfo = { name: 'test-client', version: '1' };
const all: McpCall[] = [
  { method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo } },
  ...calls,
];
for (const one of all) {
  process.stdout.write(`${JSON.stringify(await call(one))}\n`);
  if (one.method === 'initialize') send({ method: 'notifications/initialized' });
}
server.stdin.end();
server.on('exit', (code) => process.exit(code ?? 1));
