import type { EngineClient } from '../client/index.ts';
import { Fault } from '../protocol/index.ts';
import { findFolders } from '../server/index.ts';
import { answerFromTerminal, followApprovals } from './approval-feed.ts';
import { createCommand, parseWords } from './command-line.ts';
import { connectEngine } from './connect-engine.ts';
import { OutputHold } from './output-hold.ts';
import { openOwnTerminal } from './own-terminal.ts';
import { writeEventLine } from './print-events.ts';
import { TerminalQuestions } from './terminal-questions.ts';

/** `sallyport approvals watch`: asks the questions of all sessions on this terminal, until Ctrl-C. */
export async function watchApprovals(words: readonly string[]): Promise<number> {
  const command = createCommand(
    'approvals watch',
    'Ask the questions of all sessions here, as they come.',
  ).option('--json', 'what is asked and answered as JSON lines; answers nothing');
  if (parseWords(command, words) === 'help') return 0;
  const folders = findFolders();
  if (command.opts<{ json?: boolean }>().json === true) {
    return printApprovals(await connectEngine(folders, 'approvals'));
  }
  const terminal = openOwnTerminal(new OutputHold(), false);
  if (terminal === undefined) {
    throw new Fault({
      kind: 'user',
      code: 'no-terminal',
      message: 'approvals watch needs a terminal',
      hint: 'use `sallyport approvals list` and `allow` or `reject`, or `watch --json`',
    });
  }
  return new Promise((resolve, reject) => {
    const end = (status: number): void => {
      questions.end();
      terminal.close();
      resolve(status);
    };
    let client: EngineClient | undefined;
    const questions = new TerminalQuestions({
      terminal,
      maySkip: true,
      answer: (approval, answer) => {
        if (client === undefined)
          throw new Fault({ kind: 'bug', code: 'no-client', message: 'not connected' });
        return answerFromTerminal(client, approval, answer);
      },
      onInterrupt: () => end(0),
      setTimer: (callback, delayMs) => {
        const timer = setTimeout(callback, delayMs);
        return () => clearTimeout(timer);
      },
    });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end(0));
    const follow = async (): Promise<void> => {
      client = await connectEngine(folders, 'approvals');
      client.onClose(() => {
        questions.end();
        follow().catch(reject);
      });
      await followApprovals(
        client,
        {
          onAsked: (approval) => questions.ask(approval),
          onSettled: (approvalId, how) => questions.settle(approvalId, how),
        },
        { mayAnswer: true },
      );
      terminal.write('Waiting for questions; Ctrl-C ends this.\r\n');
    };
    follow().catch(reject);
  });
}

async function printApprovals(client: EngineClient): Promise<number> {
  await followApprovals(
    client,
    {
      onAsked: () => {},
      onSettled: () => {},
      onEvent: (event) => {
        if (event.type.startsWith('approval/')) process.stdout.write(writeEventLine(event));
      },
    },
    { mayAnswer: false },
  );
  return new Promise((resolve) => {
    client.onClose(() => resolve(1));
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve(0));
  });
}
