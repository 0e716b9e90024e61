/** Rules in sentences: where they stand, what they name and what their author said of them. */
import type { PrefixRule, RuleOrigin } from '../protocol/index.ts';
import { showText } from './judge-show.ts';

const MAX_FILE = 300;
const MAX_PATTERN = 200;
const MAX_JUSTIFICATION = 400;

/** `file:line` of a rule. */
export function placeOfRule({ file, line }: RuleOrigin): string {
  return `${showText(file, MAX_FILE)}:${line}`;
}

function showWord(word: string): string {
  return word === '' || /[\s"'`|()]/.test(word) ? JSON.stringify(word) : word;
}

/** The words of a pattern, alternatives as `(push|fetch)`, in backticks, with its conditions behind. */
export function showPattern({ pattern, contains, cwd, env }: PrefixRule): string {
  const words = pattern.map((word) =>
    typeof word === 'string' ? showWord(word) : `(${word.map(showWord).join('|')})`,
  );
  const set = Object.entries(env ?? {}).map(([name, value]) => `${name}=${value}`);
  const conditions = [
    ...(contains === undefined ? [] : [`with ${showText(contains.map(showWord).join(' and '))} behind it`]),
    ...(set.length === 0 ? [] : [`where ${showText(set.join(' '))} is set`]),
    ...(cwd === undefined ? [] : [`in ${showText(cwd)}`]),
  ];
  return [`\`${showText(words.join(' '), MAX_PATTERN)}\``, ...conditions].join(' ');
}

/** The justification as the end of a sentence. */
function showJustification({ justification }: PrefixRule): string {
  const text = justification?.trim().replace(/\.+$/, '');
  return text === undefined || text === '' ? '.' : `: ${showText(text, MAX_JUSTIFICATION)}.`;
}

const VERBS: Readonly<Record<PrefixRule['decision'], string>> = {
  allow: 'allows',
  prompt: 'asks about',
  forbidden: 'forbids',
};

function nameRule({ origin }: PrefixRule): string {
  return `The ${origin.layer === 'managed' ? 'managed rule' : 'rule'} at ${placeOfRule(origin)}`;
}

/** A rule that matched, as a sentence; `but` says why it does not count. */
export function sayRule(
  rule: PrefixRule,
  { path, but }: { path?: string | undefined; but?: string } = {},
): string {
  const found = path === undefined ? '' : ` (here ${showText(path)})`;
  const lead = `${nameRule(rule)} ${VERBS[rule.decision]} ${showPattern(rule)}${found}`;
  return but === undefined ? `${lead}${showJustification(rule)}` : `${lead}, but ${but}.`;
}

/** A rule that speaks of the command only if a word turns out to be the one that it names. */
export function sayPossibleRule(rule: PrefixRule): string {
  return `${nameRule(rule)} ${VERBS[rule.decision]} ${showPattern(rule)}, and this may be it: not all its words are known yet${showJustification(rule)}`;
}
