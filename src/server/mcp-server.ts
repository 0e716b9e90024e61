/**
 * A server of the Model Context Protocol (JSON-RPC 2.0 lines): the tools of a session for any agent that speaks it.
 * Promises: a tool does nothing but propose; what is malformed is answered with an error and changes nothing; each
 * request is answered once, one that was cancelled not at all. Batches, resources, prompts and sampling are not spoken.
 */
import {
  type Pipe,
  Proposal,
  type ProposalResult,
  SERVED_TOOLS,
  type ServedTool,
  toFault,
  toolSchema,
} from '../protocol/index.ts';
import { showLine } from '../timeline/index.ts';

export interface McpTools {
  /** Settles a proposal; `gone` is aborted when the caller has cancelled it or is gone. */
  propose(proposal: Proposal, gone: AbortSignal): Promise<ProposalResult>;
}

export interface McpOptions {
  readonly version: string;
  readonly tools: McpTools;
}

/** Versions of the protocol that are spoken, newest first. */
const VERSIONS = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'];
const MAX_OPEN = 16;

const TITLES: Readonly<Record<ServedTool, { readonly title: string; readonly description: string }>> = {
  shell: {
    title: 'Run a script in the sandbox',
    description:
      'Runs a bash script in the sandbox of this session and returns what it printed. Each command is judged by itself; where one needs a person, the call waits for the answer, and a rejection comes back with its reason.',
  },
  apply_patch: {
    title: 'Change files',
    description:
      'Changes files by a patch, all of them or none. Changes outside the workspace and of protected files wait for a person. Refused where a file is not what it was when the change was shown.',
  },
  request_permissions: {
    title: 'Ask for more access',
    description:
      'Asks a person for access beyond the sandbox: paths to read or write, hosts to reach. The answer may grant a part of it, for this turn or this session; the result says what was granted and what was not.',
  },
};

const INSTRUCTIONS =
  'These tools run behind the Sallyport sandbox. A call may wait until a person has answered; a rejection with feedback is an answer to read and to follow, not a failure to retry.';

interface Message {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: unknown;
}

type Id = string | number;

/** An error of the protocol itself. */
class McpError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** Serves one client until its pipe closes. */
export function serveMcp(pipe: Pipe, options: McpOptions): void {
  const server = new McpServer(pipe, options);
  pipe.onLine((line) => server.take(line));
  pipe.onClose(() => server.end());
}

class McpServer {
  readonly #pipe: Pipe;
  readonly #options: McpOptions;
  readonly #open = new Map<Id, AbortController>();
  #isInitialized = false;

  constructor(pipe: Pipe, options: McpOptions) {
    this.#pipe = pipe;
    this.#options = options;
  }

  take(line: string): void {
    if (line.trim() === '') return;
    const message = readMessage(line);
    if (message instanceof McpError) {
      this.#send({ id: null, error: { code: message.code, message: message.message } });
      return;
    }
    const { id, method, params } = message;
    if (typeof method !== 'string') return;
    if (id === undefined) this.#takeNotification(method, params);
    else void this.#takeRequest(id, method, params);
  }

  end(): void {
    for (const open of this.#open.values()) open.abort();
  }

  #takeNotification(method: string, params: unknown): void {
    if (method !== 'notifications/cancelled') return;
    const id = readField(params, 'requestId');
    if (isId(id)) this.#open.get(id)?.abort();
  }

  async #takeRequest(id: unknown, method: string, params: unknown): Promise<void> {
    if (!isId(id)) {
      this.#send({ id: null, error: { code: -32600, message: 'the id of a request is a text or a number' } });
      return;
    }
    const gone = new AbortController();
    try {
      if (this.#open.has(id)) throw new McpError(-32600, 'a request with this id is open');
      if (this.#open.size >= MAX_OPEN) throw new McpError(-32600, 'too many requests are open');
      this.#open.set(id, gone);
      const result = await this.#answer(method, params, gone.signal);
      this.#open.delete(id);
      // Nobody waits for the answer to what was cancelled.
      if (!gone.signal.aborted) this.#send({ id, result });
    } catch (cause) {
      if (this.#open.get(id) === gone) this.#open.delete(id);
      const code = cause instanceof McpError ? cause.code : -32603;
      if (!gone.signal.aborted) this.#send({ id, error: { code, message: toFault(cause).message } });
    }
  }

  async #answer(method: string, params: unknown, gone: AbortSignal): Promise<unknown> {
    if (method === 'initialize') {
      this.#isInitialized = true;
      return this.#introduce(params);
    }
    if (method === 'ping') return {};
    if (!this.#isInitialized) throw new McpError(-32600, 'the first request is initialize');
    if (method === 'tools/list') return { tools: SERVED_TOOLS.map(describeTool) };
    if (method === 'tools/call') return this.#call(params, gone);
    throw new McpError(-32601, `there is no method ${showLine(method, 100)} here`);
  }

  #introduce(params: unknown): unknown {
    const wanted = readField(params, 'protocolVersion');
    const protocolVersion = VERSIONS.find((version) => version === wanted) ?? VERSIONS[1];
    return {
      protocolVersion,
      capabilities: { tools: {} },
      serverInfo: { name: 'sallyport', title: 'Sallyport', version: this.#options.version },
      instructions: INSTRUCTIONS,
    };
  }

  async #call(params: unknown, gone: AbortSignal): Promise<unknown> {
    const name = readField(params, 'name');
    const tool = SERVED_TOOLS.find((known) => known === name);
    if (tool === undefined)
      throw new McpError(-32602, `there is no tool of this name; there are ${SERVED_TOOLS.join(', ')}`);
    const proposal = Proposal.safeParse({ tool, input: readField(params, 'arguments') ?? {} });
    if (!proposal.success) throw new McpError(-32602, describeIssue(proposal.error.issues));
    const result = await this.#options.tools.propose(proposal.data, gone);
    const content = [{ type: 'text', text: writeResult(result) }];
    return { content, structuredContent: result, isError: result.outcome !== 'ran' };
  }

  #send(message: Record<string, unknown>): void {
    this.#pipe.send(JSON.stringify({ jsonrpc: '2.0', ...message }));
  }
}

function readMessage(line: string): Message | McpError {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return new McpError(-32700, 'the line is not JSON');
  }
  if (Array.isArray(value)) return new McpError(-32600, 'batches are not spoken');
  if (readField(value, 'jsonrpc') !== '2.0' || typeof value !== 'object' || value === null)
    return new McpError(-32600, 'the line is no message of JSON-RPC 2.0');
  return value;
}

function readField(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}

function isId(id: unknown): id is Id {
  return (typeof id === 'string' && id.length <= 128) || Number.isSafeInteger(id);
}

function describeIssue(
  issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[],
): string {
  const [issue] = issues;
  const path = (issue?.path ?? []).slice(1).map(String).join('.');
  return path === '' ? (issue?.message ?? 'wrong shape') : `${path}: ${issue?.message}`;
}

function describeTool(name: ServedTool): unknown {
  const { title, description } = TITLES[name];
  const annotations = {
    title,
    readOnlyHint: false,
    destructiveHint: name !== 'request_permissions',
    idempotentHint: name === 'request_permissions',
    openWorldHint: name !== 'apply_patch',
  };
  return { name, title, description, inputSchema: toolSchema(name), annotations };
}

/** The result as a model reads it. */
function writeResult({ outcome, message, output, feedback }: ProposalResult): string {
  const lines = [
    ...(output === undefined || output === '' ? [] : [output.replace(/\n$/, '')]),
    outcome === 'ran' ? message : `${outcome}: ${message.replace(new RegExp(`^${outcome}:? `), '')}`,
    ...(feedback !== undefined && feedback !== '' && !message.includes(feedback)
      ? [`The person says: ${feedback}`]
      : []),
  ];
  return lines.join('\n');
}
