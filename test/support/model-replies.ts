/** What a model says in one turn, in the words of the three interfaces that agents speak. */

/** A line of text, which ends the agent's turn, or a command for whatever the agent calls its shell. */
export type ModelTurn = { readonly say: string } | { readonly run: string };

/** One piece of a stream of server-sent events. */
export interface ServerEvent {
  readonly event?: string;
  readonly data: unknown;
}

/** How one interface names the tools of a request and writes a turn. */
export interface ModelDialect {
  /** The end of the path that requests are posted to. */
  readonly path: string;
  toolNames(body: unknown): readonly string[];
  reply(turn: ModelTurn, tool: string, serial: number): readonly ServerEvent[];
}

type Fields = Readonly<Record<string, unknown>>;

/** Tools that run a command, with the shape of their input, the preferred first. */
const SHELL_TOOLS: Readonly<Record<string, (command: string) => Fields>> = {
  Bash: (command) => ({ command, description: 'a step of the scenario' }),
  bash: (command) => ({ command, description: 'a step of the scenario' }),
  exec_command: (cmd) => ({ cmd }),
  shell_command: (command) => ({ command }),
  shell: (command) => ({ command: ['bash', '-c', command] }),
};

/** The shell among the tools that a request offers. */
export function findShellTool(names: readonly string[]): string | undefined {
  return Object.keys(SHELL_TOOLS).find((name) => names.includes(name));
}

function inputOf(tool: string, command: string): Fields {
  return SHELL_TOOLS[tool]?.(command) ?? { command };
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

function toolsOf(body: unknown): readonly Fields[] {
  const tools = isFields(body) ? body['tools'] : undefined;
  return Array.isArray(tools) ? tools.filter(isFields) : [];
}

const flatNames = (body: unknown): readonly string[] => toolsOf(body).map((tool) => String(tool['name']));

/** The Messages interface of Anthropic. */
const messages: ModelDialect = {
  path: '/v1/messages',
  toolNames: flatNames,
  reply: (turn, tool, serial) => {
    const isText = 'say' in turn;
    const block = isText
      ? { type: 'text', text: '' }
      : { type: 'tool_use', id: `toolu_${serial}`, name: tool, input: {} };
    const delta = isText
      ? { type: 'text_delta', text: turn.say }
      : { type: 'input_json_delta', partial_json: JSON.stringify(inputOf(tool, turn.run)) };
    const message = {
      id: `msg_${serial}`,
      type: 'message',
      role: 'assistant',
      model: 'scripted',
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { input_tokens: 1, output_tokens: 1 },
    };
    const events: Fields[] = [
      { type: 'message_start', message },
      { type: 'content_block_start', index: 0, content_block: block },
      { type: 'content_block_delta', index: 0, delta },
      { type: 'content_block_stop', index: 0 },
      {
        type: 'message_delta',
        delta: { stop_reason: isText ? 'end_turn' : 'tool_use', stop_sequence: null },
        usage: { output_tokens: 1 },
      },
      { type: 'message_stop' },
    ];
    return events.map((data) => ({ event: String(data['type']), data }));
  },
};

/** The Responses interface of OpenAI. */
const responses: ModelDialect = {
  path: '/v1/responses',
  toolNames: flatNames,
  reply: (turn, tool, serial) => {
    const id = `resp_${serial}`;
    const item =
      'say' in turn
        ? {
            type: 'message',
            role: 'assistant',
            id: `msg_${serial}`,
            content: [{ type: 'output_text', text: turn.say, annotations: [] }],
          }
        : {
            type: 'function_call',
            id: `fc_${serial}`,
            call_id: `call_${serial}`,
            name: tool,
            arguments: JSON.stringify(inputOf(tool, turn.run)),
          };
    const usage = {
      input_tokens: 1,
      input_tokens_details: null,
      output_tokens: 1,
      output_tokens_details: null,
      total_tokens: 2,
    };
    const events: Fields[] = [
      { type: 'response.created', response: { id } },
      { type: 'response.output_item.done', output_index: 0, item },
      { type: 'response.completed', response: { id, usage } },
    ];
    return events.map((data) => ({ event: String(data['type']), data }));
  },
};

/** The Chat Completions interface of OpenAI, which many others speak. */
const chat: ModelDialect = {
  path: '/v1/chat/completions',
  toolNames: (body) =>
    toolsOf(body).flatMap((tool) => (isFields(tool['function']) ? [String(tool['function']['name'])] : [])),
  reply: (turn, tool, serial) => {
    const isText = 'say' in turn;
    const delta = isText
      ? { role: 'assistant', content: turn.say }
      : {
          role: 'assistant',
          tool_calls: [
            {
              index: 0,
              id: `call_${serial}`,
              type: 'function',
              function: { name: tool, arguments: JSON.stringify(inputOf(tool, turn.run)) },
            },
          ],
        };
    const chunk = { id: `chat_${serial}`, object: 'chat.completion.chunk', created: 1, model: 'scripted' };
    return [
      { data: { ...chunk, choices: [{ index: 0, delta, finish_reason: null }] } },
      {
        data: {
          ...chunk,
          choices: [{ index: 0, delta: {}, finish_reason: isText ? 'stop' : 'tool_calls' }],
          usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
        },
      },
      { data: '[DONE]' },
    ];
  },
};

export const MODEL_DIALECTS: readonly ModelDialect[] = [messages, responses, chat];
