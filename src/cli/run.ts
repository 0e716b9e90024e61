import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { Fault, type SessionOpenParams } from '../protocol/index.ts';
import { quoteWords, showLine } from '../timeline/index.ts';
import { addPolicyFlags, createCommand, type PolicyFlags, parseWords, usageFault } from './command-line.ts';
import { currentFolder } from './current-folder.ts';
import { type AnswerFlags, checkAnswerFlags, openerOf } from './opener.ts';
import { ScreenWatch } from './screen-watch.ts';
import { toSessionFlags, workingFolder } from './session-flags.ts';
import { type Here, openHere, runHere } from './session-here.ts';

export interface RunFlags extends PolicyFlags, AnswerFlags {
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
    'sallyport run --driver script -- turns.jsonl  an agent whose turns are written in a file',
  ]);
  addPolicyFlags(command)
    .argument('<program...>', 'the program and its words; put -- in front of it')
    .passThroughOptions()
    .option('--driver <name>', 'how to speak with it; pty: a terminal; script: turns from a file', 'pty')
    .option(
      '--agent <preset>',
      'a preset of `sallyport agents` in place of the one that fits; none for none',
    );
  return addRunFlags(command).addHelpText(
    'after',
    '\nExit status: that of the program; 126 refused or rejected, 125 it did not start, 127 no such program,\n' +
      '2 wrong usage or configuration.\n\n' +
      'A file of turns has one JSON object on each line; empty lines and those that begin with # are passed over:\n' +
      '  {"turn": "Fix the build"}\n' +
      '  {"say": "I look at the tests first."}\n' +
      '  {"shell": "npm test", "cwd": "app", "reason": "to see what fails"}\n' +
      '  {"apply_patch": ["*** Begin Patch", "*** Add File: a.txt", "+text", "*** End Patch"]}\n' +
      '  {"request_permissions": {"network": {"allow": ["example.com"]}}, "reason": "the API"}\n' +
      '  {"mcp_call": {"server": "github", "tool": "create_issue", "arguments": {"title": "x"}}}\n' +
      '  {"expect": {"outcome": "ran", "exitCode": 0, "output": "passed"}}\n' +
      'Exit status then: 0 all was played, 1 something was not as expected.',
  );
}

/** What a session on this terminal takes besides its configuration. */
export function addRunFlags(command: Command): Command {
  return command
    .option('--title <text>', 'what the session is called')
    .option('--report <file>', 'write what the wall stopped into this file, as JSON lines')
    .option('--wait', 'do not ask here: wait until somebody answers from elsewhere')
    .option('--no-input', 'ask nobody: what would be asked is refused at once');
}

/** `sallyport run`: a session with one program. Gives its exit status. */
export async function runProgram(words: readonly string[]): Promise<number> {
  const command = createRunCommand();
  if (parseWords(command, words) === 'help') return 0;
  return await runOnTerminal(command.opts<RunFlags>(), command.args);
}

/** A session on this terminal with these words. Gives the exit status of the program. */
export async function runOnTerminal(flags: RunFlags, args: readonly string[]): Promise<number> {
  checkAnswerFlags(flags, 'sallyport run');
  const argv = readArgv(args);
  requireDriver(flags.driver);
  const drive = flags.driver === 'script' ? readTurns(argv) : undefined;
  const here = openHere(flags, drive === undefined);
  const params = paramsOf(flags, argv, here);
  const hasScreen = here.screen !== undefined;
  if (hasScreen && here.asksHere) sayWhereAsked();
  const work = drive === undefined ? { argv } : { drive };
  return await runHere(
    here,
    { script: '', ...work, params, isJson: false, ...(hasScreen && { screen: new ScreenWatch() }) },
    { origin: 'run', reportFile: flags.report },
  );
}

function paramsOf(flags: RunFlags, argv: readonly string[], { answers, screen }: Here): SessionOpenParams {
  const isProgram = flags.driver !== 'script';
  return {
    ...openerOf(workingFolder(flags)),
    origin: 'run',
    hasStdin: isProgram,
    flags: toSessionFlags(flags, currentFolder()),
    answers,
    ...(isProgram && { agent: agentOf(argv, flags) }),
    title: (flags.title ?? quoteWords(argv)).slice(0, MAX_TITLE),
    ...(screen !== undefined && { terminal: screen }),
  };
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

const MAX_TURNS_BYTES = 4 * 1024 * 1024;

/** The file of turns. Throws a `user` fault where it cannot be read. */
function readTurns([file = '', ...more]: readonly string[]): {
  readonly text: string;
  readonly file: string;
} {
  if (more.length > 0) throw usageFault('--driver script takes one file', 'sallyport run');
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    const message = `${showLine(file)} cannot be read`;
    throw new Fault({
      kind: 'user',
      code: 'agent-script-missing',
      message,
      hint: 'name a file of turns',
      cause,
    });
  }
  if (bytes.length > MAX_TURNS_BYTES || !isUtf8(bytes)) {
    const message = `${showLine(file)} is no text of at most ${MAX_TURNS_BYTES >> 20} MiB`;
    throw new Fault({ kind: 'user', code: 'agent-script-wrong', message, hint: 'name a file of turns' });
  }
  return { text: bytes.toString('utf8'), file };
}

function requireDriver(driver: string): void {
  if (driver === 'pty' || driver === 'script') return;
  const known = driver === 'acp' || driver === 'codex';
  const what = known ? `--driver ${driver} does not exist in this version` : '--driver knows pty and script';
  throw usageFault(
    `${what}; pty gives the program a terminal, script plays a file of turns`,
    'sallyport run',
  );
}
