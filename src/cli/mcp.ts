import type { Readable, Writable } from 'node:stream';
import {
  createLineSplitter,
  MAX_LINE_CHARS,
  type Pipe,
  type Proposal,
  type SessionOpenParams,
} from '../protocol/index.ts';
import { findFolders, type McpTools, serveMcp } from '../server/index.ts';
import { showLine } from '../timeline/index.ts';
import { openAskTools } from './ask-tools.ts';
import { addPolicyFlags, createCommand, type PolicyFlags, parseWords, usageFault } from './command-line.ts';
import { connectEngine } from './connect-engine.ts';
import { currentFolder } from './current-folder.ts';
import { type AnswerFlags, checkAnswerFlags, chooseAnswers, openerOf } from './opener.ts';
import { PRODUCT_VERSION } from './product-version.ts';
import { toSessionFlags, workingFolder } from './session-flags.ts';

interface McpFlags extends PolicyFlags, AnswerFlags {
  readonly title?: string;
}

function createMcpCommand() {
  const command = createCommand(
    'mcp',
    'A tool server for agents (Model Context Protocol, stdio): shell, apply_patch, request_permissions.',
    [
      'sallyport mcp                          a session of its own, in this folder',
      'sallyport mcp -C ~/project -a untrusted  with the flags of exec',
      'sallyport run -- my-agent              inside a session the same command serves that session',
    ],
  );
  addPolicyFlags(command)
    .option('--title <text>', 'what its session is called')
    .option('--wait', 'questions wait until somebody answers, also when nobody is there yet')
    .option('--no-input', 'ask nobody: what would be asked is refused at once')
    .addHelpText(
      'after',
      '\nIt speaks on standard input and output until the input ends. Questions are answered on the page or with\n' +
        '`sallyport approvals`. Exit status: 0 the client is gone, 2 wrong usage or configuration, 3 this machine cannot.',
    );
  return command;
}

/** `sallyport mcp`: serves one client on stdio. */
export async function runMcp(words: readonly string[]): Promise<number> {
  const command = createMcpCommand();
  if (parseWords(command, words) === 'help') return 0;
  if (command.args.length > 0)
    throw usageFault('mcp takes no program: it speaks on its own input and output', 'sallyport mcp');
  const path = process.env['SALLYPORT_ASK'];
  const tools =
    path === undefined || path === ''
      ? await openSession(command.opts<McpFlags>())
      : await openAskTools(path);
  const pipe = createStreamPipe(process.stdin, process.stdout);
  const ended = new Promise<void>((settle) => pipe.onClose(settle));
  serveMcp(pipe, { version: PRODUCT_VERSION, tools });
  await ended;
  await tools.close();
  return 0;
}

/** The tools of a session of its own. */
async function openSession(flags: McpFlags): Promise<McpTools & { close(): Promise<void> }> {
  checkAnswerFlags(flags, 'sallyport mcp');
  const params: SessionOpenParams = {
    ...openerOf(workingFolder(flags)),
    origin: 'mcp',
    hasStdin: false,
    flags: toSessionFlags(flags, currentFolder()),
    answers: chooseAnswers(flags, false),
    title: flags.title ?? 'mcp',
  };
  const client = await connectEngine(findFolders(), 'mcp');
  const { sessionId, warnings } = await client.call('session/open', params);
  for (const warning of warnings) process.stderr.write(`sallyport: warning: ${showLine(warning)}\n`);
  let lastKey = 0;
  return {
    propose: async (proposal: Proposal, gone: AbortSignal) => {
      lastKey += 1;
      const key = String(lastKey);
      const takeBack = (): void => void client.call('session/take-back', { sessionId, key }).catch(() => {});
      gone.addEventListener('abort', takeBack, { once: true });
      const result = client.call('session/propose', { sessionId, key, proposal });
      if (gone.aborted) takeBack();
      return result;
    },
    close: async () => {
      await client.call('session/close', { sessionId }).catch(() => {});
      client.close();
    },
  };
}

/** A pipe of lines over two streams; it closes when the input ends. */
function createStreamPipe(input: Readable, output: Writable): Pipe {
  const closeListeners: (() => void)[] = [];
  let isClosed = false;
  const close = (): void => {
    if (isClosed) return;
    isClosed = true;
    for (const listener of closeListeners) listener();
  };
  input.setEncoding('utf8');
  input.on('end', close);
  input.on('error', close);
  output.on('error', close);
  return {
    send: (line) => {
      if (!isClosed) output.write(`${line}\n`);
    },
    onLine: (listener) => {
      const splitter = createLineSplitter(listener, MAX_LINE_CHARS, (ends) => {
        if (!isClosed) output.write(`${answerTooLong(ends)}\n`);
      });
      input.on('data', (text: string) => splitter.feed(text));
    },
    onClose: (listener) => closeListeners.push(listener),
    close,
  };
}

/** The error for a message that is too long to be read, to its own id where that stands at one end of it. */
export function answerTooLong({ head, tail }: { readonly head: string; readonly tail: string }): string {
  const [, first] =
    /^\s*\{\s*(?:"jsonrpc"\s*:\s*"2\.0"\s*,\s*)?"id"\s*:\s*(\d{1,15}|"[\w-]{1,128}")\s*,/.exec(head) ?? [];
  const [, last] =
    /"jsonrpc"\s*:\s*"2\.0"\s*,\s*"id"\s*:\s*(\d{1,15}|"[\w-]{1,128}")\s*\}\s*$/.exec(tail) ?? [];
  const id: unknown = JSON.parse(first ?? last ?? 'null');
  const message = `the message is longer than ${MAX_LINE_CHARS >> 20} MiB; a patch has at most 1 MiB`;
  return JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32600, message } });
}
