import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { Fault, type SessionOpenParams } from '../protocol/index.ts';
import { addPolicyFlags, createCommand, type PolicyFlags, parseWords, usageFault } from './command-line.ts';
import { currentFolder } from './current-folder.ts';
import { type AnswerFlags, checkAnswerFlags, openerOf } from './opener.ts';
import { ScreenWatch } from './screen-watch.ts';
import { toSessionFlags, workingFolder } from './session-flags.ts';
import { openHere, runHere } from './session-here.ts';

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
  checkAnswerFlags(flags, 'sallyport exec');
  const script = readScript(command.args);
  const cwd = workingFolder(flags);
  const hasStdin = command.args[0] !== '-';
  const isJson = flags.json === true;
  const here = openHere(flags, hasStdin && !isJson);
  const params: SessionOpenParams = {
    ...openerOf(cwd),
    origin: 'exec',
    hasStdin,
    flags: toSessionFlags(flags, currentFolder()),
    answers: here.answers,
    title: script.trim().slice(0, 200),
    ...(here.screen !== undefined && { terminal: here.screen }),
  };
  const screen = here.screen === undefined ? {} : { screen: new ScreenWatch() };
  return await runHere(
    here,
    { script, params, isJson, ...screen },
    { origin: 'exec', reportFile: flags.report },
  );
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
