import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { Fault, type SessionExecResult, type SessionOpenParams } from '../protocol/index.ts';
import { findFolders } from '../server/index.ts';
import { showText } from '../timeline/index.ts';
import { addPolicyFlags, createCommand, type PolicyFlags, parseWords, usageFault } from './command-line.ts';
import { connectEngine } from './connect-engine.ts';
import { currentFolder } from './current-folder.ts';
import { OutputHold } from './output-hold.ts';
import { openOwnTerminal } from './own-terminal.ts';
import { runSession } from './run-session.ts';
import { toSessionFlags, workingFolder } from './session-flags.ts';
import { WallReport } from './wall-report.ts';

export interface AnswerFlags {
  readonly wait?: boolean;
  readonly input: boolean;
}

interface ExecFlags extends PolicyFlags, AnswerFlags {
  readonly json?: boolean;
  readonly report?: string;
}

function createExecCommand() {
  const command = createCommand(
    'exec',
    'Run one script: each step is judged, walled, and asked about where needed.',
    [
      "sallyport exec 'npm ci && npm test'        one script, with bash",
      'sallyport exec -a untrusted ./release.sh   ask before everything but harmless reads',
      'sallyport exec -s read-only - < audit.sh   the script from standard input, writing nothing',
      "sallyport exec --json --wait 'make'        events as JSON lines; somebody answers elsewhere",
    ],
  );
  addPolicyFlags(command)
    .argument('[script]', 'the script, or - to read it from standard input')
    .allowExcessArguments()
    .option('--json', 'every event as one JSON line on stdout, instead of the output')
    .option('--report <file>', 'write what the wall stopped into this file, as JSON lines')
    .option('--wait', 'do not ask here: wait until somebody answers from elsewhere')
    .option('--no-input', 'ask nobody: what would be asked is refused at once')
    .addHelpText(
      'after',
      '\nExit status: that of the script; 126 refused or rejected, 125 it did not start, 2 wrong usage or configuration.',
    );
  return command;
}

/** `sallyport exec`: a session with one turn. Gives the exit status of the script. */
export async function runExec(words: readonly string[]): Promise<number> {
  const command = createExecCommand();
  if (parseWords(command, words) === 'help') return 0;
  const flags = command.opts<ExecFlags>();
  const script = readScript(command.args);
  const folders = findFolders();
  const cwd = workingFolder(flags);
  const hasStdin = command.args[0] !== '-';
  const isJson = flags.json === true;
  const size = hasStdin && !isJson ? terminalSize() : undefined;
  const mayAsk = flags.input && flags.wait !== true;
  const hold = new OutputHold();
  const terminal = mayAsk || size !== undefined ? openOwnTerminal(hold, size !== undefined) : undefined;
  const asksHere = mayAsk && terminal !== undefined;
  const answers = chooseAnswers(flags, asksHere);
  const announces = answers === 'others' || answers === 'present' ? answers : undefined;
  const params: SessionOpenParams = {
    ...openerOf(cwd),
    origin: 'exec',
    hasStdin,
    flags: toSessionFlags(flags, currentFolder()),
    answers,
    title: script.trim().slice(0, 200),
    ...(size !== undefined && terminal !== undefined && { terminal: size }),
  };
  const report = flags.report === undefined ? undefined : new WallReport(flags.report, cwd);
  const client = await connectEngine(folders, 'exec');
  const result = await runSession(client, {
    script,
    params,
    isJson,
    terminal,
    hold,
    report,
    asksHere,
    announces,
  });
  client.close();
  writeOutcome(result);
  sayReport(report);
  return result.exitCode;
}

/** Says why a script did not come to its own end. */
export function writeOutcome(result: SessionExecResult): void {
  if (result.message === undefined || result.outcome === 'ran') return;
  process.stderr.write(`sallyport: ${showText(result.message.replace(/^sallyport: /, ''))}\n`);
}

/** Says, where a report was asked for, what is in it. */
export function sayReport(report: WallReport | undefined): void {
  const said = report?.finish();
  if (said !== undefined) process.stderr.write(`sallyport: ${said}\n`);
}

/** What this process is: the session runs with it. */
export function openerOf(cwd: string): Pick<SessionOpenParams, 'cwd' | 'env' | 'umask'> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) env[name] = value;
  return { cwd, env, umask: process.umask() };
}

function readScript(args: readonly string[]): string {
  const [script, ...more] = args;
  if (script === undefined) throw usageFault('which script?', 'sallyport exec');
  if (more.length > 0) throw usageFault('exec takes one script: put it in quotes', 'sallyport exec');
  if (script !== '-') {
    // Arguments that are not UTF-8 reach us with this character in their place: another script than the one typed.
    if (script.includes('\uFFFD')) throw notText('the script');
    return script;
  }
  if (process.stdin.isTTY)
    throw usageFault('- reads the script from standard input, which is a terminal', 'sallyport exec');
  try {
    const bytes = readFileSync(0);
    if (!isUtf8(bytes)) throw notText('the script on standard input');
    return bytes.toString('utf8');
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    throw new Fault({
      kind: 'user',
      code: 'no-script',
      message: 'the script cannot be read from standard input',
      cause,
    });
  }
}

/** What is not text cannot be shown, and what is shown must be what runs. */
function notText(what: string): Fault {
  return new Fault({
    kind: 'user',
    code: 'script-not-utf8',
    message: `${what} is not UTF-8 text, so it cannot be shown as it would run`,
    hint: "write odd bytes as $'\\xNN', or put them into a file",
  });
}

/** Who answers questions: `hasTerminal` when this process asks them. */
export function chooseAnswers(flags: AnswerFlags, hasTerminal: boolean): SessionOpenParams['answers'] {
  if (!flags.input) return 'nobody';
  if (flags.wait === true) return 'others';
  return hasTerminal ? 'opener' : 'present';
}

/** A terminal for the script, when this process has one for all three streams. */
export function terminalSize(): SessionOpenParams['terminal'] {
  const { stdin, stdout, stderr } = process;
  if (!stdin.isTTY || !stdout.isTTY || !stderr.isTTY) return undefined;
  return { columns: stdout.columns || 80, rows: stdout.rows || 24 };
}
