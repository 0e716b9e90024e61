/**
 * Saves the rule of an answer that says "always". Promises: only a line that is one whole rule is written, at the end of
 * `rules/always.rules`, at once or not at all; what stands there stays as it is; of many writers none loses a rule, and
 * none writes one twice. Does not promise that the rule is wise. Without it a torn line would break the whole file.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describeMistake, parseRules, writeRule } from '../../policy/index.ts';
import { Fault, type RuleSet } from '../../protocol/index.ts';
import { showText } from './config-fault.ts';
import { withConfigLock } from './lock-config.ts';
import { readConfigText } from './read-config-file.ts';
import { writeFileWhole } from './write-file-whole.ts';

/** The file that answers are saved in. */
const FILE_NAME = 'always.rules';
const HEAD = '# Rules that were saved by an answer, the newest last. They may be edited and removed.\n';

/** The file that answers for always are saved in. */
export function alwaysFileOf(sallyportHome: string): string {
  return join(sallyportHome, 'rules', FILE_NAME);
}

export interface SavedRule {
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

function refuse(message: string, hint: string): never {
  throw new Fault({ kind: 'user', code: 'rule-not-saved', message, hint });
}

/** The one rule of a line, as text that is equal for equal rules. */
function keysOf({ prefix, network }: RuleSet): { key: string; line: number }[] {
  return [
    ...prefix.map((rule) => ({ key: writeRule(rule), line: rule.origin.line })),
    ...network.map(({ origin, ...rule }) => ({ key: JSON.stringify(rule), line: origin.line })),
  ];
}

function checkLine(line: string): string {
  const { rules, mistakes } = parseRules(line, { file: 'the rule', layer: 'user' });
  const [mistake] = mistakes;
  if (mistake !== undefined) refuse(`${describeMistake(mistake)}`, mistake.hint);
  const [only, ...others] = keysOf(rules);
  if (only === undefined || others.length > 0 || rules.hostExecutables.length > 0 || /[\r\n]/.test(line))
    refuse(
      `this is not one rule in one line: ${showText(line)}`,
      'Write one prefix_rule(…) or network_rule(…)',
    );
  if (rules.prefix.some(({ sandbox }) => sandbox !== undefined))
    refuse(
      'a rule that runs commands without a wall is not saved by an answer',
      'Write it into a file of rules yourself',
    );
  return only.key;
}

function appendLine(file: string, line: string, key: string): SavedRule {
  const before = readConfigText(file) ?? HEAD;
  const { rules, mistakes } = parseRules(before, { file, layer: 'user' });
  const [mistake] = mistakes;
  if (mistake !== undefined)
    refuse(`${describeMistake(mistake)}, so nothing can be added to this file`, mistake.hint);
  const known = keysOf(rules).find((rule) => rule.key === key);
  if (known !== undefined) return { file, line: known.line };
  const text = before === '' || before.endsWith('\n') ? before : `${before}\n`;
  const next = `${text}${line.trim()}\n`;
  const [broken] = parseRules(next, { file, layer: 'user' }).mistakes;
  if (broken !== undefined) refuse(describeMistake(broken), broken.hint);
  writeFileWhole(file, next);
  return { file, line: text.split('\n').length };
}

/**
 * Adds a rule to `rules/always.rules` of the user's folder and says where it stands; one that stands there already is not
 * added again. Throws a `user` fault when the line is no rule or the file cannot be changed, a `host` fault when another
 * program keeps it locked.
 */
export async function appendRule({
  sallyportHome,
  line,
}: {
  readonly sallyportHome: string;
  readonly line: string;
}): Promise<SavedRule> {
  const key = checkLine(line);
  const folder = join(sallyportHome, 'rules');
  return withConfigLock(sallyportHome, () => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return appendLine(alwaysFileOf(sallyportHome), line, key);
  });
}
