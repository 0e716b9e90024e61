import { Fault, type SessionOpenParams } from '../protocol/index.ts';
import { findFolders } from '../server/index.ts';
import { quoteWords } from '../timeline/index.ts';
import { addPolicyFlags, createCommand, type PolicyFlags, parseWords, usageFault } from './command-line.ts';
import { connectEngine } from './connect-engine.ts';
import { currentFolder } from './current-folder.ts';
import { type AnswerFlags, chooseAnswers, openerOf, sayReport, terminalSize, writeOutcome } from './exec.ts';
import { OutputHold } from './output-hold.ts';
import { openOwnTerminal } from './own-terminal.ts';
import { runSession } from './run-session.ts';
import { ScreenWatch } from './screen-watch.ts';
import { toSessionFlags, workingFolder } from './session-flags.ts';
import { WallReport } from './wall-report.ts';

interface RunFlags extends PolicyFlags, AnswerFlags {
  readonly driver: string;
  readonly title?: string;
  readonly agent?: string;
  readonly report?: string;
}

const MAX_TITLE = 200;

function createRunCommand() {
  const command = createCommand('run', 'Run an agent or any program on this terminal, watched and walled.', [
    'sallyport run -- bash               a shell; each program that it starts is judged',
    'sallyport run -C ~/project -- codex an agent, with its own sandbox switched off',
    'sallyport run -a untrusted -- make  ask before everything but harmless reads',
  ]);
  addPolicyFlags(command)
    .argument('<program...>', 'the program and its words; put -- in front of it')
    .passThroughOptions()
    .option('--driver <name>', 'how to speak with it; pty: a terminal', 'pty')
    .option('--agent <preset>', 'a preset of `sallyport agents` in place of the one that fits; none for none')
    .option('--title <text>', 'what the session is called')
    .option('--report <file>', 'write what the wall stopped into this file, as JSON lines')
    .option('--wait', 'do not ask here: wait until somebody answers from elsewhere')
    .option('--no-input', 'ask nobody: what would be asked is refused at once')
    .addHelpText(
      'after',
      '\nExit status: that of the program; 126 refused or rejected, 125 it did not start, 127 no such program,\n' +
        '2 wrong usage or configuration.',
    );
  return command;
}

/** `sallyport run`: a session with one program. Gives its exit status. */
export async function runProgram(words: readonly string[]): Promise<number> {
  const command = createRunCommand();
  if (parseWords(command, words) === 'help') return 0;
  const flags = command.opts<RunFlags>();
  const argv = readArgv(command.args);
  requireDriver(flags.driver);
  const size = terminalSize();
  const mayAsk = flags.input && flags.wait !== true;
  const hold = new OutputHold();
  const terminal = mayAsk || size !== undefined ? openOwnTerminal(hold, size !== undefined) : undefined;
  const hasScreen = size !== undefined && terminal !== undefined;
  const asksHere = mayAsk && terminal !== undefined;
  const answers = chooseAnswers(flags, asksHere);
  const params: SessionOpenParams = {
    ...openerOf(workingFolder(flags)),
    origin: 'run',
    hasStdin: true,
    flags: toSessionFlags(flags, currentFolder()),
    answers,
    agent: agentOf(argv, flags),
    title: (flags.title ?? quoteWords(argv)).slice(0, MAX_TITLE),
    ...(hasScreen && { terminal: size }),
  };
  const report = flags.report === undefined ? undefined : new WallReport(flags.report, params.cwd);
  const client = await connectEngine(findFolders(), 'run');
  if (hasScreen && asksHere) sayWhereAsked();
  const result = await runSession(client, {
    script: '',
    argv,
    params,
    isJson: false,
    terminal,
    hold,
    report,
    asksHere,
    announces: answers === 'others' || answers === 'present' ? answers : undefined,
    ...(hasScreen && { screen: new ScreenWatch() }),
  });
  client.close();
  writeOutcome(result);
  sayReport(report);
  return result.exitCode;
}

function agentOf([program = '']: readonly string[], { agent }: RunFlags): SessionOpenParams['agent'] {
  return { program, ...(agent !== undefined && { preset: agent }) };
}

function sayWhereAsked(): void {
  process.stderr.write(
    'sallyport: questions come here; while a program has the whole screen they wait, with a bell:\n' +
      '  answer on the page (`sallyport`), or with `sallyport approvals` in another terminal\n',
  );
}

function readArgv(argv: readonly string[]): readonly string[] {
  if (argv[0] === '') throw usageFault('the name of the program is empty', 'sallyport run');
  // arguments that are not UTF-8 reach us with this character in their place: other words than those typed
  if (argv.some((word) => word.includes('\uFFFD'))) {
    throw new Fault({
      kind: 'user',
      code: 'script-not-utf8',
      message: 'a word of the command is not UTF-8 text, so it cannot be shown as it would run',
      hint: "use `sallyport exec` with odd bytes written as $'\\xNN'",
    });
  }
  return argv;
}

function requireDriver(driver: string): void {
  if (driver === 'pty') return;
  const known = driver === 'acp' || driver === 'codex';
  const what = known ? `--driver ${driver} does not exist in this version` : '--driver knows only pty';
  throw usageFault(`${what}; only pty works: the program gets a terminal`, 'sallyport run');
}
