import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { type CheckedScript, checkScript, type LoadedConfig } from '../engine/index.ts';
import { runBare, type ScrubbedEnvironment, scrubEnvironment } from '../engine/sandbox/index.ts';
import { quoteWords, showLine } from '../timeline/index.ts';
import {
  addPolicyFlags,
  collectWords,
  createCommand,
  type PolicyFlags,
  parseWords,
  usageFault,
} from './command-line.ts';
import { explainLimits } from './explain-limits.ts';
import { explainSession } from './explain-session.ts';
import { loadSessionConfig } from './load-session-config.ts';
import { prepareOwnFolders } from './own-folders.ts';
import { workingFolder } from './session-flags.ts';
import { showExplanation } from './show-explanation.ts';
import { warnOfMissing } from './wall-words.ts';

interface DebugFlags extends PolicyFlags {
  readonly denyRead?: readonly string[];
}

/** Flags of a session that a command without one cannot have. */
const SESSION_ONLY = {
  allowDomain: '--allow-domain',
  denyDomain: '--deny-domain',
  publish: '--publish',
} as const;

/** `sallyport debug`: the explanation goes to stderr, so that the command's output stays its own. */
export async function runDebug(words: readonly string[]): Promise<number> {
  const command = createCommand(
    'debug',
    'Say what a session would enforce around a command and why, then run it behind that wall, without questions.',
    ['sallyport debug -s read-only -- true', 'sallyport debug -p strict -- git push'],
  );
  addPolicyFlags(command)
    .argument('[command...]', 'the command, best after --')
    .option('--deny-read <path>', 'a path that cannot be read inside (may be repeated)', collectWords)
    .passThroughOptions();
  for (const option of command.options) {
    if (Object.hasOwn(SESSION_ONLY, option.attributeName())) option.hideHelp();
  }
  if (parseWords(command, words) === 'help') return 0;
  const flags = command.opts<DebugFlags>();
  const [program, ...rest] = command.args;
  if (program === undefined) throw usageFault('which command?', 'sallyport debug');
  refuseSessionFlags(flags);
  return explainAndRun([program, ...rest], flags);
}

function refuseSessionFlags(flags: DebugFlags): void {
  for (const [key, flag] of Object.entries(SESSION_ONLY)) {
    if (Object.hasOwn(flags, key))
      throw usageFault(`${flag} opens something, and this only explains: sandbox has it`, 'sallyport debug');
  }
}

async function explainAndRun(argv: [string, ...string[]], flags: DebugFlags): Promise<number> {
  const config = loadSessionConfig(flags);
  const { snapshot } = config;
  const cwd = workingFolder(flags);
  const denied = findDenied(flags, cwd);
  const environment = scrubEnvironment(process.env, snapshot.environment, snapshot);
  const folders = prepareOwnFolders();
  const lines = [
    ...config.warnings.map((warning) => `warning: ${showLine(warning, 2000)}`),
    ...warnOfMissing((flags.denyRead ?? []).map((typed) => resolve(cwd, typed))).map(
      (line) => `warning: ${showLine(line, 2000)}`,
    ),
    `command: ${argv.map((word) => showLine(word)).join(' ')}`,
    ...explainSession(config, flags.addDir ?? []),
    ...denied.map((path) => `unreadable: ${showLine(path)} (--deny-read)`),
    `hidden: ${folders.sallyportHome} (configuration and history of Sallyport)`,
    `hidden: ${folders.runtimeDir} (control socket of Sallyport)`,
    ...(snapshot.sandboxMode === 'danger-full-access'
      ? []
      : explainLimits(snapshot.limits, limitPlace(config))),
    ...explainEnvironment(environment),
    ...explainVerdict(await check(argv, config)),
  ];
  process.stderr.write(`${lines.map((line) => `sallyport: ${line}`).join('\n')}\n`);
  const settings = { ...snapshot, secretPaths: [...snapshot.secretPaths, ...denied] };
  return runBare({ argv, cwd, settings, folders, environment });
}

function limitPlace({ origins }: LoadedConfig): (key: string) => string {
  return (key) => {
    const name = `limits.${key}`;
    const origin = Object.hasOwn(origins, name) ? origins[name] : undefined;
    return origin?.flag ?? origin?.file ?? 'defaults';
  };
}

/** Paths that are there; a missing one needs no mask. */
function findDenied({ denyRead = [] }: DebugFlags, cwd: string): string[] {
  return denyRead.flatMap((typed) => {
    try {
      return [realpathSync(resolve(cwd, typed))];
    } catch {
      return [];
    }
  });
}

async function check(
  argv: readonly string[],
  { snapshot, origins, files }: LoadedConfig,
): Promise<CheckedScript> {
  const searchPath = process.env['PATH'] ?? '';
  const ownFolders = [files.sallyportHome];
  const context = { snapshot, searchPath, ownFolders, nowMs: () => Date.now(), origins };
  return (await checkScript(quoteWords(argv), context)).checked;
}

/** What a session would say to the command; here it runs, since a person typed it. */
function explainVerdict(checked: CheckedScript): string[] {
  return checked.steps.flatMap((step) => [
    `verdict of a session: ${step.verdict} (${step.category}): ${showLine(step.text, 2000)}`,
    ...step.reasons.map(({ text }) => `  ${showLine(text, 2000)}`),
    ...showExplanation(step).map((line) => `  ${line}`),
  ]);
}

function explainEnvironment(environment: ScrubbedEnvironment): string[] {
  const lines = environment.dropped.map(({ name, reason }) => `not passed: $${showLine(name)} (${reason})`);
  return [...lines, `passed: ${Object.keys(environment.passed).length} other variables`];
}
