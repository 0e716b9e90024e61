import { appendRule, describeRulesFile, readRulesFile } from '../engine/index.ts';
import { lintRules, parseRules, writeRule } from '../policy/index.ts';
import type { NetworkRule, PrefixRule, RuleOrigin, RuleSet } from '../protocol/index.ts';
import { findFolders } from '../server/index.ts';
import { showLine } from '../timeline/index.ts';
import { addPolicyFlags, createCommand, type PolicyFlags, parseWords, usageFault } from './command-line.ts';
import { loadSessionConfig } from './load-session-config.ts';
import { renderTable } from './render-table.ts';
import { runRulesCheck } from './rules-check.ts';
import { runVerb } from './run-verb.ts';

const NAME = 'sallyport rules';

/** `sallyport rules`: which commands are allowed, asked about and forbidden by rules. */
export function runRules(words: readonly string[]): Promise<number> {
  const verbs = { list: listRules, check: runRulesCheck, lint: lintFiles, add: addRule };
  return runVerb({ noun: 'rules', verbs, showHelp }, words);
}

function showHelp(): number {
  process.stdout.write(`Usage: sallyport rules (list|check|lint|add) [flags]

Rules say of commands by the words they begin with: allow, prompt or forbidden. They stand in
*.rules of ~/.sallyport/rules/ and of a trusted project's .sallyport/rules/.

  list                      all rules in force here, with their places (--json)
  check [flags] -- CMD      what the rules say of a command; with --rules FILE as Codex' execpolicy check
  lint [FILE...]            mistakes, and what is likely not meant (status 1 when there is any)
  add --decision D -- WORDS a rule for commands that begin with these words, in always.rules

Examples:
  sallyport rules list
  sallyport rules check -- git push --force
  sallyport rules check --script 'npm ci && npm publish'
  sallyport rules check --pretty --rules default.rules -- git status
  sallyport rules add --decision forbidden -- npm publish
`);
  return 0;
}

function writeWarnings(warnings: readonly string[]): void {
  for (const warning of warnings) process.stderr.write(`sallyport: warning: ${showLine(warning)}\n`);
}

interface ListFlags extends PolicyFlags {
  readonly json?: boolean;
}

function listRules(words: readonly string[]): number {
  const command = createCommand('rules list', 'List all rules in force here.');
  addPolicyFlags(command).option('--json', 'one JSON object per line');
  if (parseWords(command, words) === 'help') return 0;
  const flags = command.opts<ListFlags>();
  const { snapshot, warnings } = loadSessionConfig(flags);
  writeWarnings(warnings);
  const { rules } = snapshot;
  if (flags.json === true) {
    const rows = [
      ...rules.prefix.map((rule) => ({ kind: 'prefix_rule', ...rule })),
      ...rules.network.map((rule) => ({ kind: 'network_rule', ...rule })),
      ...rules.hostExecutables.map((entry) => ({ kind: 'host_executable', ...entry })),
    ];
    for (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`);
  } else process.stdout.write(renderRules(rules));
  return 0;
}

function showPlace({ file, line, layer }: RuleOrigin): string {
  return `${showLine(file)}:${line} (${layer})`;
}

function showPrefixRule(rule: PrefixRule): string {
  const words = rule.pattern.map((word) => (typeof word === 'string' ? word : `(${word.join('|')})`));
  const extras = [
    rule.contains === undefined ? '' : `with ${rule.contains.join(' ')}`,
    rule.cwd === undefined ? '' : `in ${rule.cwd}`,
    ...Object.entries(rule.env ?? {}).map(([name, value]) => `${name}=${value}`),
    rule.sandbox === undefined ? '' : 'without a wall',
    rule.justification === undefined ? '' : `# ${rule.justification}`,
  ];
  return showLine([...words, ...extras.filter((text) => text !== '')].join(' '), 120);
}

function showNetworkRule({ host, protocol, justification }: NetworkRule): string {
  return showLine(`${host} by ${protocol}${justification === undefined ? '' : ` # ${justification}`}`, 120);
}

function renderRules({ prefix, network, hostExecutables }: RuleSet): string {
  const rows = [
    ...prefix.map((rule) => [rule.decision, showPrefixRule(rule), showPlace(rule.origin)]),
    ...network.map((rule) => [rule.decision, showNetworkRule(rule), showPlace(rule.origin)]),
    ...hostExecutables.map((entry) => [
      'program',
      showLine(`${entry.name} is ${entry.paths.join(', ') || 'no file'}`, 120),
      showPlace(entry.origin),
    ]),
  ];
  if (rows.length === 0) return 'There are no rules. `sallyport rules add --help` shows how to write one.\n';
  return renderTable(['DECISION', 'WHAT', 'WHERE'], rows);
}

function lintFiles(words: readonly string[]): number {
  const command = createCommand(
    'rules lint',
    'Look for mistakes in files of rules, or in all that are in force here.',
    ['sallyport rules lint', 'sallyport rules lint ~/.codex/rules/default.rules'],
  );
  addPolicyFlags(command).argument('[file...]', 'files of rules; those in force here when none is named');
  if (parseWords(command, words) === 'help') return 0;
  const { lines, rules } =
    command.args.length === 0 ? readInForce(command.opts<PolicyFlags>()) : readNamed(command.args);
  const found = lintRules(rules).map(
    ({ origin, text }) => `${showLine(origin.file)}:${origin.line}:${origin.column}: ${showLine(text)}`,
  );
  const all = [...lines, ...found];
  for (const line of all) process.stdout.write(`${line}\n`);
  const count = rules.prefix.length + rules.network.length;
  if (all.length === 0) process.stdout.write(`${count} ${count === 1 ? 'rule' : 'rules'}, nothing to say\n`);
  return all.length === 0 ? 0 : 1;
}

function readInForce(flags: PolicyFlags): { lines: string[]; rules: RuleSet } {
  const { snapshot, warnings } = loadSessionConfig(flags);
  const lines = warnings
    .filter((warning) => /\.rules\b|[\\/]rules\b/.test(warning))
    .map((warning) => showLine(warning));
  return { lines, rules: snapshot.rules };
}

function readNamed(names: readonly string[]): { lines: string[]; rules: RuleSet } {
  const lines: string[] = [];
  const rules: RuleSet = { prefix: [], network: [], hostExecutables: [] };
  for (const name of names) {
    const read = readRulesFile(name, 'user');
    lines.push(
      ...(read === undefined
        ? [`${showLine(name)}: there is no such file`]
        : describeRulesFile(read).map((line) => showLine(line))),
    );
    rules.prefix.push(...(read?.rules.prefix ?? []));
    rules.network.push(...(read?.rules.network ?? []));
    rules.hostExecutables.push(...(read?.rules.hostExecutables ?? []));
  }
  return { lines, rules };
}

interface AddFlags {
  readonly decision?: string;
  readonly justification?: string;
}

async function addRule(words: readonly string[]): Promise<number> {
  const command = createCommand(
    'rules add',
    'Add a rule for commands that begin with these words, to always.rules.',
    [
      'sallyport rules add --decision allow -- npm run build',
      'sallyport rules add --decision forbidden --justification "by the release job only" -- npm publish',
    ],
  )
    .argument('<words...>', 'the words, behind --')
    .requiredOption('--decision <decision>', 'allow, prompt or forbidden')
    .option('--justification <text>', 'why; people read it');
  if (parseWords(command, words) === 'help') return 0;
  const { decision, justification } = command.opts<AddFlags>();
  if (decision !== 'allow' && decision !== 'prompt' && decision !== 'forbidden')
    throw usageFault(
      `--decision must be allow, prompt or forbidden, but is ${showLine(decision ?? '', 40)}`,
      `${NAME} add`,
    );
  const line = writeRule({
    pattern: [...command.args],
    decision,
    ...(justification !== undefined && { justification }),
  });
  for (const { text } of lintRules(parseRules(line, { file: 'always.rules', layer: 'user' }).rules))
    process.stderr.write(`sallyport: warning: ${showLine(text)}\n`);
  const saved = await appendRule({ sallyportHome: findFolders().home, line });
  process.stdout.write(`${showLine(saved.file)}:${saved.line}: ${showLine(line)}\n`);
  return 0;
}
