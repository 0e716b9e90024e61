/** What of rules that are well-formed is likely not meant. */
import type { PrefixRule, RuleOrigin, RuleSet } from '../../protocol/index.ts';
import { showText } from '../judge-show.ts';
import { findWrapperGrammar } from '../wrapper-grammar.ts';
import { depthOf, natureOf, startsOthers } from './known-subcommands.ts';
import { writeRule } from './write-rule.ts';

interface RuleFinding {
  readonly origin: RuleOrigin;
  /** One sentence without an end. */
  readonly text: string;
}

const STRICTNESS: Record<PrefixRule['decision'], number> = { allow: 0, prompt: 1, forbidden: 2 };

const wordsAt = (rule: PrefixRule, index: number): readonly string[] => {
  const word = rule.pattern[index] ?? [];
  return typeof word === 'string' ? [word] : word;
};

/** True when whatever `inner` matches is matched by `outer` too, and `outer` has no conditions of its own. */
function covers(outer: PrefixRule, inner: PrefixRule): boolean {
  if (outer.cwd !== undefined || outer.env !== undefined || outer.contains !== undefined) return false;
  if (outer.pattern.length > inner.pattern.length) return false;
  return outer.pattern.every((_, index) => {
    const known = wordsAt(outer, index);
    return wordsAt(inner, index).every((word) => known.includes(word));
  });
}

function showPlace({ file, line }: RuleOrigin): string {
  return `${showText(file, 200)}:${line}`;
}

function findOddWords(rule: PrefixRule): string[] {
  const words = rule.pattern.flat();
  const first = wordsAt(rule, 0).find((word) => /\s/.test(word));
  const glob = words.find((word) => word === '*' || /^\S*\*+$/.test(word));
  return [
    ...(first === undefined
      ? []
      : [`"${showText(first, 60)}" is one word, so no command matches it; write each word by itself`]),
    ...(glob === undefined
      ? []
      : [
          `"${showText(glob, 60)}" means itself; there are no wildcards, and a pattern speaks of all that begins with it`,
        ]),
  ];
}

/** Why a program, or a part of it, is more than one would let run for good; null when it is not. */
function describeWide(program: string, second: string | undefined, length: number): string | null {
  const name = showText([program, second ?? ''].join(' ').trim(), 60);
  const isLauncher = findWrapperGrammar(program, second) !== null || startsOthers([program, second ?? '']);
  if (length <= 2 && isLauncher)
    return `${name} starts whatever stands behind it, so this allows every command`;
  const nature = natureOf(program, second);
  const isBare = length === 1 || (second?.startsWith('-') === true && second !== '-m');
  if (nature === 'runs' && isBare) return `${name} runs whatever it is given, so this allows every command`;
  if (nature === 'destroys') return `${name} can remove or change what cannot be brought back`;
  if (length > 1 || (depthOf(program, undefined) ?? 0) === 0) return null;
  return `${name} alone speaks of all its parts, also of those that remove or publish`;
}

/** Why an allow is wider than it looks. */
function findWide(rule: PrefixRule): string[] {
  if (rule.decision !== 'allow') return [];
  const seconds = rule.pattern.length > 1 ? wordsAt(rule, 1) : [undefined];
  const pairs = wordsAt(rule, 0).flatMap((program) => seconds.map((second) => ({ program, second })));
  const found = pairs.flatMap(
    ({ program, second }) => describeWide(program, second, rule.pattern.length) ?? [],
  );
  return found.slice(0, 3);
}

function findUnlisted(rule: PrefixRule, rules: RuleSet): string[] {
  if (rule.sandbox !== 'none') return [];
  const loose = wordsAt(rule, 0).filter(
    (word) => !word.startsWith('/') && !rules.hostExecutables.some(({ name }) => name === word),
  );
  return loose.map(
    (word) =>
      `it runs without a wall whatever file is found as ${showText(word, 60)}; name its files: host_executable(name="${showText(word, 60)}", paths=["/usr/bin/${showText(word, 60)}"])`,
  );
}

/** What is likely not meant, in the order of the rules. Looks at the first 2,000 rules. */
export function lintRules(rules: RuleSet): RuleFinding[] {
  const prefix = rules.prefix.slice(0, 2_000);
  const seen = new Map<string, RuleOrigin>();
  const findings: RuleFinding[] = [];
  for (const rule of prefix) {
    const texts = [...findOddWords(rule), ...findWide(rule), ...findUnlisted(rule, rules)];
    const key = writeRule(rule);
    const first = seen.get(key);
    if (first === undefined) seen.set(key, rule.origin);
    else texts.push(`the same rule stands at ${showPlace(first)}`);
    const stricter = prefix.find(
      (other) => STRICTNESS[other.decision] > STRICTNESS[rule.decision] && covers(other, rule),
    );
    if (stricter !== undefined)
      texts.push(
        `it never decides: ${showPlace(stricter.origin)} says ${stricter.decision} of all that it matches`,
      );
    findings.push(...texts.map((text) => ({ origin: rule.origin, text })));
  }
  for (const { protocol, decision, origin } of rules.network)
    if (protocol === 'socks5_udp' && decision === 'allow')
      findings.push({ origin, text: 'it opens nothing: datagrams have no way out of the wall' });
  return findings;
}
