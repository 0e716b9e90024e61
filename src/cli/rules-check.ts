import { homedir } from 'node:os';
import { readRulesFile } from '../engine/index.ts';
import {
  describeMistake,
  matchRules,
  matchStepRules,
  type StepRuleMatch,
  splitScript,
  strictestDecision,
} from '../policy/index.ts';
import type { ConfigSnapshot, RuleSet, StepDraft } from '../protocol/index.ts';
import { quoteWords, showLine, showText } from '../timeline/index.ts';
import {
  addPolicyFlags,
  collectWords,
  createCommand,
  type PolicyFlags,
  parseWords,
  usageFault,
} from './command-line.ts';
import { loadSessionConfig } from './load-session-config.ts';

interface CheckFlags extends PolicyFlags {
  readonly rules?: readonly string[];
  readonly pretty?: boolean;
  readonly resolveHostExecutables?: boolean;
  readonly json?: boolean;
  readonly script?: string;
}

/** A command whose words may be unknown, as a script has them. */
interface CheckedCommand {
  readonly text: string;
  readonly argv: readonly (string | null)[];
  readonly assignments: readonly { readonly name: string; readonly value?: string | undefined }[];
  /** Of a script: launchers in front of it are not among its words. */
  readonly step?: StepDraft;
}

type Match = (command: CheckedCommand) => readonly StepRuleMatch[];

/** `sallyport rules check`: what the rules say of a command. Status 0, also for forbidden; 1 for broken files. */
export function runRulesCheck(words: readonly string[]): number {
  const command = createCommand('rules check', 'Say what the rules say of a command. Runs nothing.', [
    'sallyport rules check -- git push --force            by the rules in force here',
    "sallyport rules check --script 'npm ci && npm publish'",
    'sallyport rules check --rules a.rules --rules b.rules -- git push      by these files, as JSON',
  ]);
  addPolicyFlags(command)
    .argument('[command...]', 'the command, behind --')
    .option('--rules <file>', 'use these rules instead of those in force (may be repeated)', collectWords)
    .option('--pretty', 'JSON over several lines')
    .option('--resolve-host-executables', 'with --rules: find a program by its whole path too')
    .option('--script <script>', 'a whole script, each of its commands by itself')
    .option('--json', 'the result as JSON');
  if (parseWords(command, words) === 'help') return 0;
  const flags = command.opts<CheckFlags>();
  const commands = readCommands(command.args, flags);
  return flags.rules === undefined ? checkHere(commands, flags) : checkFiles(commands, flags, flags.rules);
}

function readCommands(args: readonly string[], { script }: CheckFlags): CheckedCommand[] {
  if (script !== undefined && args.length > 0)
    throw usageFault('give a command or --script, not both', 'sallyport rules check');
  if (script !== undefined) return splitScript(script).steps.map(readStep);
  if (args.length === 0) throw usageFault('which command?', 'sallyport rules check');
  return [{ text: quoteWords(args), argv: args, assignments: [] }];
}

function readStep(step: StepDraft): CheckedCommand {
  const argv = step.form === 'opaque' ? [] : step.words.map((word) => word.value ?? null);
  const assignments = step.assignments.map(({ name, value }) => ({ name, value: value.value }));
  return { text: step.text, argv, assignments, step };
}

/** What a policy finds for a step, of which nothing is known but its words. */
function matchStep(step: StepDraft, snapshot: ConfigSnapshot): readonly StepRuleMatch[] {
  if (step.form === 'opaque') return [];
  const { workspace: cwd, home } = snapshot;
  return matchStepRules(step, snapshot, { at: 0, cwd, home, paths: [], isTruncated: false, isHeld: false });
}

function isCounted({ but }: StepRuleMatch): boolean {
  return but === undefined;
}

/** A match in Codex' form; why it does not count is ours. */
function writeMatch({ rule, matchedPrefix, resolvedProgram, but }: StepRuleMatch): object {
  return {
    prefixRuleMatch: {
      matchedPrefix,
      decision: rule.decision,
      ...(resolvedProgram !== undefined && { resolvedProgram }),
      ...(rule.justification !== undefined && { justification: rule.justification }),
      ...(but !== undefined && { notCounted: but }),
    },
  };
}

function writeResult(matches: readonly StepRuleMatch[]): object {
  const decision = strictestDecision(matches.filter(isCounted));
  return { matchedRules: matches.map(writeMatch), ...(decision !== null && { decision }) };
}

function printJson(value: object, isPretty: boolean | undefined): void {
  process.stdout.write(`${JSON.stringify(value, null, isPretty === true ? 2 : undefined)}\n`);
}

function checkFiles(
  commands: readonly CheckedCommand[],
  flags: CheckFlags,
  files: readonly string[],
): number {
  const rules = readFiles(files);
  if (rules === null) return 1;
  const programs = flags.resolveHostExecutables === true ? ('listed' as const) : ('as-written' as const);
  const context = { cwd: process.cwd(), home: homedir(), programs };
  const snapshot = flags.script === undefined ? undefined : { ...loadSessionConfig(flags).snapshot, rules };
  const match: Match = ({ argv, assignments, step }) =>
    step === undefined || snapshot === undefined
      ? matchRules(argv, { ...context, assignments }, rules)
      : matchStep(step, snapshot);
  for (const command of commands) {
    const result = writeResult(match(command));
    printJson(flags.script === undefined ? result : { text: command.text, ...result }, flags.pretty);
  }
  return 0;
}

/** The rules of all files; null when one of them has a mistake or is not there, which is said. */
function readFiles(files: readonly string[]): RuleSet | null {
  const rules: RuleSet = { prefix: [], network: [], hostExecutables: [] };
  let isBroken = false;
  for (const file of files) {
    const read = readRulesFile(file, 'user');
    const lines = read === undefined ? [`${showLine(file)}: there is no such file`] : describeBroken(read);
    for (const line of lines) process.stderr.write(`sallyport: ${line}\n`);
    if (lines.length > 0) isBroken = true;
    rules.prefix.push(...(read?.rules.prefix ?? []));
    rules.network.push(...(read?.rules.network ?? []));
    rules.hostExecutables.push(...(read?.rules.hostExecutables ?? []));
  }
  return isBroken ? null : rules;
}

function describeBroken({ mistakes, unread }: NonNullable<ReturnType<typeof readRulesFile>>): string[] {
  if (unread !== undefined) return [showLine(unread)];
  return mistakes.map((mistake) => {
    const excerpt = showText(mistake.excerpt).replaceAll('\n', '\n  | ');
    return `${describeMistake(mistake)}\n  | ${excerpt}\n  ${showLine(mistake.hint)}`;
  });
}

function checkHere(commands: readonly CheckedCommand[], flags: CheckFlags): number {
  const { snapshot, warnings } = loadSessionConfig(flags);
  for (const warning of warnings) process.stderr.write(`sallyport: warning: ${showLine(warning)}\n`);
  const context = { cwd: snapshot.workspace, home: snapshot.home };
  for (const command of commands) {
    const { argv, assignments, step } = command;
    const matches =
      step === undefined
        ? matchRules(argv, { ...context, assignments }, snapshot.rules)
        : matchStep(step, snapshot);
    if (flags.json === true || flags.pretty === true)
      printJson(writeHere(command, matches, flags), flags.pretty);
    else printMatches(command, matches);
  }
  return 0;
}

/** Codex' form, with the place of each rule. */
function writeHere(
  command: CheckedCommand,
  matches: readonly StepRuleMatch[],
  { script }: CheckFlags,
): object {
  const places = matches.map(({ rule: { origin } }) => origin);
  return { ...(script !== undefined && { text: command.text }), ...writeResult(matches), places };
}

function printMatches({ text, argv }: CheckedCommand, matches: readonly StepRuleMatch[]): void {
  const decision =
    strictestDecision(matches.filter(isCounted)) ?? (argv.length === 0 ? 'not understood' : 'no rule');
  const lines = [`${decision.padEnd(9)}  ${showLine(text)}`];
  for (const { rule, isPossible, but } of matches) {
    const { file, line, layer } = rule.origin;
    const why = rule.justification === undefined ? '' : `: ${showLine(rule.justification)}`;
    const unsure = isPossible ? ', if an unknown word is the one it names' : '';
    const not = but === undefined ? '' : `, which does not count: ${showLine(but)}`;
    lines.push(`           ${rule.decision} by ${showLine(file)}:${line} (${layer})${not}${unsure}${why}`);
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}
