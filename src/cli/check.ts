import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { type CheckedScript, checkScript, type LoadedConfig } from '../engine/index.ts';
import { Fault, toFault, type Verdict } from '../protocol/index.ts';
import { quoteWords, showLine, showText } from '../timeline/index.ts';
import { addPolicyFlags, createCommand, type PolicyFlags, parseWords, usageFault } from './command-line.ts';
import { loadSessionConfig } from './load-session-config.ts';
import { describeAccess } from './question-text.ts';
import { workingFolder } from './session-flags.ts';
import { showExplanation } from './show-explanation.ts';

interface CheckFlags extends PolicyFlags {
  readonly script?: string;
  readonly batch?: boolean;
  readonly json?: boolean;
}

const STATUS: Record<Verdict, number> = { allow: 0, ask: 10, refuse: 11 };
const MAX_BATCH_LINE = 1024 * 1024;

/** `sallyport check`: what would happen. Gives 0 allow, 10 ask, 11 refuse. */
export async function runCheck(words: readonly string[]): Promise<number> {
  const command = createCommand(
    'check',
    'Say what would happen to each step of a script, and why. Runs nothing.',
    [
      'sallyport check -- rm -rf dist              one command',
      "sallyport check 'npm ci && npm test'        a script, as exec takes it",
      "sallyport check -a untrusted --script 'npm ci && npm test'",
      'sallyport check --batch < scripts.jsonl    lines {"id", "script", "cwd"?} give one result line each',
    ],
  );
  addPolicyFlags(command)
    .argument('[command...]', 'one command after --, or a script in quotes')
    .option('--script <script>', 'a whole script')
    .option('--batch', 'scripts as JSON lines on standard input')
    .option('--json', 'the result as one JSON line')
    .addHelpText(
      'after',
      '\nExit status: 0 allow, 10 ask, 11 refuse (the strictest step); with --batch 0 when all were checked.',
    );
  if (parseWords(command, words) === 'help') return 0;
  const flags = command.opts<CheckFlags>();
  if (flags.batch === true) {
    if (command.args.length > 0 || flags.script !== undefined)
      throw usage('--batch reads its scripts from standard input');
    return checkBatch(flags);
  }
  const script = chooseScript(command.args, flags, words.includes('--'));
  const config = loadSessionConfig(flags);
  const checked = await checkHere(script, config);
  if (flags.json === true) process.stdout.write(`${JSON.stringify(checked)}\n`);
  else printChecked(checked, config.warnings);
  return STATUS[checked.verdict];
}

async function checkHere(script: string, { snapshot, origins, files }: LoadedConfig): Promise<CheckedScript> {
  const searchPath = process.env['PATH'] ?? '';
  const ownFolders = [files.sallyportHome];
  const context = { snapshot, searchPath, ownFolders, nowMs: () => Date.now(), origins };
  const { checked } = await checkScript(script, context);
  return checked;
}

function usage(message: string): Fault {
  return usageFault(message, 'sallyport check');
}

/** One word with white space in it is what `exec` would take: a script. Behind `--` it is a program of that name. */
function chooseScript(args: readonly string[], flags: CheckFlags, isCommand: boolean): string {
  if (flags.script !== undefined && args.length > 0) throw usage('give a command or --script, not both');
  if (flags.script !== undefined) return flags.script;
  if (args.length === 0) throw usage('which command?');
  const [only = ''] = args;
  return args.length === 1 && !isCommand && /\s/.test(only) ? only : quoteWords(args);
}

function printChecked(checked: CheckedScript, warnings: readonly string[]): void {
  for (const warning of warnings) process.stderr.write(`sallyport: warning: ${showLine(warning)}\n`);
  // The access is that of the session, the same for each step.
  const lines = (checked.steps[0]?.explanation?.access ?? []).map((line) => showLine(line, 2000));
  if (lines.length > 0) lines.push('');
  if (checked.opaque !== undefined) lines.push(`The script is one opaque step: ${showLine(checked.opaque)}`);
  for (const step of checked.steps) {
    const risk = step.risk === null ? 'risk not assessed' : `risk ${step.risk.level} ${step.risk.score}`;
    lines.push(`${step.verdict.padEnd(6)}  ${showText(step.text, 2000).replaceAll('\n', '\n        ')}`);
    lines.push(`        ${step.category} · ${risk}`);
    for (const reason of step.reasons) lines.push(`        ${showLine(reason.text)}`);
    for (const access of describeAccess(step.grant)) lines.push(`        needs: ${access}`);
    lines.push(...showExplanation(step).map((line) => `        ${line}`));
  }
  if (checked.steps.length === 0) lines.push('There is nothing to run.');
  lines.push(`=> ${checked.verdict}`);
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** One result line per input line, in the same order; a line that cannot be checked gets an error in its place. */
async function checkBatch(flags: CheckFlags): Promise<number> {
  let hasErrors = false;
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() === '') continue;
    const result = await checkLine(line, flags);
    if ('error' in result) hasErrors = true;
    process.stdout.write(`${JSON.stringify(result)}\n`);
  }
  return hasErrors ? 1 : 0;
}

async function checkLine(line: string, flags: CheckFlags): Promise<object> {
  let id: unknown = null;
  try {
    const value = readBatchObject(line);
    id = Reflect.get(value, 'id') ?? null;
    const row = readBatchRow(value);
    const base = workingFolder(flags);
    const config = loadSessionConfig(flags, row.cwd === undefined ? base : resolve(base, row.cwd));
    return { id, ...(await checkHere(row.script, config)) };
  } catch (thrown) {
    const { kind, code, message, hint } = toFault(thrown);
    return { id, error: { kind, code, message, hint } };
  }
}

function readBatchObject(line: string): object {
  if (line.length > MAX_BATCH_LINE) throw usage('a line is longer than 1 MiB');
  const value: unknown = parseJson(line);
  if (typeof value !== 'object' || value === null) throw usage('a line must be a JSON object');
  return value;
}

function readBatchRow(value: object): { script: string; cwd?: string } {
  const [script, cwd] = ['script', 'cwd'].map((key) => Reflect.get(value, key));
  if (typeof script !== 'string') throw usage('a line must have a script');
  if (cwd !== undefined && typeof cwd !== 'string') throw usage('cwd must be a string');
  return { script, ...(cwd !== undefined && { cwd }) };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new Fault({ kind: 'user', code: 'usage', message: 'a line is not JSON', cause });
  }
}
