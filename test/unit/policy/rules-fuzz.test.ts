import { describe, expect, it } from 'vitest';
import { matchRules, parseRules, strictestDecision, writeRule } from '../../../src/policy/index.ts';
import type { PrefixRule } from '../../../src/protocol/index.ts';
import { makeRandom, type Random } from '../../support/seeded-random.ts';

const PLACE = { file: 'FILE', layer: 'user' } as const;

const SEED_TEXT = [
  '# rules of a team',
  'prefix_rule(pattern=["git", ["status", "log"]], decision="allow", justification="reads only", match=["git status -s"], not_match=["git push"])',
  'prefix_rule(pattern=["npm", "run", "build"], decision="allow", cwd="/home/dev/app", env={"CI": "1"})',
  'prefix_rule(',
  "    pattern = ['git', 'push'],",
  '    decision = "prompt",',
  '    contains = ["--force", "x\\ty\\u00e9"],',
  ')',
  'prefix_rule(pattern=["rm", "-rf"], decision="forbidden", justification="""not',
  'ever""")',
  'network_rule(host="api.example.com", protocol="https", decision="allow")',
  'network_rule(host="bad.example.com", protocol="http", decision="deny")',
  'host_executable(name="git", paths=["/usr/bin/git", "/opt/git/bin/git"])',
  '',
].join('\n');

const PIECES = [
  '"',
  "'",
  '"""',
  '[',
  ']',
  '(',
  ')',
  '{',
  '}',
  ',',
  '=',
  ':',
  '\\',
  '#',
  '\n',
  ' ',
  ';',
  'allow',
  'prompt',
  'forbidden',
  'None',
  'True',
  '3',
  '+',
  'r"',
  '\\x4',
  '\\0',
  '\u202e',
  '\ud800',
  '\r',
  '\0',
  'prefix_rule(',
  'load("x")\n',
  '*',
  'ä',
  '😀',
];

const pick = <Item>(random: Random, items: readonly Item[]): Item | undefined =>
  items[Math.floor(random() * items.length)];

function mutate(text: string, random: Random): string {
  let changed = text;
  for (let count = 1 + Math.floor(random() * 4); count > 0; count--) {
    const at = Math.floor(random() * changed.length);
    const length = Math.floor(random() * 6);
    const kind = random();
    if (kind < 0.35) changed = changed.slice(0, at) + (pick(random, PIECES) ?? '') + changed.slice(at);
    else if (kind < 0.7) changed = changed.slice(0, at) + changed.slice(at + length);
    else if (kind < 0.85)
      changed = changed.slice(0, at) + (pick(random, PIECES) ?? '') + changed.slice(at + length);
    else changed = changed.slice(0, at) + changed.slice(at, at + 40) + changed.slice(at);
  }
  return changed;
}

/** The text of every string that stands in a source, read by a reader of its own: a tiny one, by regular expression. */
function stringsIn(source: string): Set<string> {
  const found = new Set<string>();
  for (const [, , body = ''] of source.matchAll(/("""|'''|"|')((?:(?!\1)[^\\]|\\[\s\S])*)\1/g))
    found.add(body);
  return found;
}

describe('mutated files', () => {
  it('never crash, and let nothing run that is not written there', () => {
    const random = makeRandom(20261122);
    let broken = 0;
    let allowing = 0;
    for (let round = 0; round < 5_000; round++) {
      const text = mutate(SEED_TEXT, random);
      const { rules, mistakes } = parseRules(text, PLACE);
      const allows = rules.prefix.filter(({ decision }) => decision === 'allow');
      if (mistakes.length > 0) {
        broken += 1;
        expect([text, allows, rules.network.filter(({ decision }) => decision === 'allow')]).toEqual([
          text,
          [],
          [],
        ]);
        expect(rules.hostExecutables.flatMap(({ paths }) => paths)).toEqual([]);
        for (const { line, column, excerpt } of mistakes) {
          expect(line).toBeLessThanOrEqual(text.split('\n').length);
          expect(column).toBeGreaterThan(0);
          expect(excerpt).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
        }
        continue;
      }
      allowing += allows.length;
      checkWritten(text, allows);
    }
    // both kinds came up often enough for the above to mean something
    expect(broken).toBeGreaterThan(2_000);
    expect(allowing).toBeGreaterThan(500);
  });

  it('rules are written so that they are read as the same', () => {
    const random = makeRandom(7);
    const odd = [
      'a',
      'b c',
      '"',
      '\\',
      "'",
      '\n',
      '\t',
      '\u202e',
      'é',
      '😀',
      '#',
      '\\n',
      '\r',
      '\u001b',
      ')',
      '"""',
    ];
    const word = (): string => `x${pick(random, odd)}${pick(random, odd)}`;
    for (let round = 0; round < 2_000; round++) {
      const rule: Omit<PrefixRule, 'origin'> = {
        pattern: [word(), [word(), word()], word()],
        decision: pick(random, ['allow', 'prompt', 'forbidden'] as const) ?? 'prompt',
        ...(random() < 0.5 && { contains: [word()] }),
        ...(random() < 0.5 && { env: { A: word() } }),
        ...(random() < 0.5 && { cwd: `/${word()}` }),
        ...(random() < 0.5 && { justification: word() }),
      };
      const line = writeRule(rule);
      expect(line).not.toContain('\n');
      const { rules, mistakes } = parseRules(line, PLACE);
      expect([line, mistakes]).toEqual([line, []]);
      expect(rules.prefix[0]).toEqual({ ...rule, origin: { ...PLACE, line: 1, column: 1 } });
    }
  });

  it('more rules never make a decision less strict', () => {
    const random = makeRandom(99);
    const rank = { none: -1, allow: 0, prompt: 1, forbidden: 2 } as const;
    const words = ['git', 'npm', 'push', 'run', '-f'];
    const some = (): string[] =>
      Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(random, words) ?? 'git');
    for (let round = 0; round < 3_000; round++) {
      const lines = Array.from({ length: 6 }, () =>
        writeRule({
          pattern: some(),
          decision: pick(random, ['allow', 'prompt', 'forbidden'] as const) ?? 'prompt',
        }),
      );
      const decide = (count: number) => {
        const { rules } = parseRules(lines.slice(0, count).join('\n'), PLACE);
        return strictestDecision(matchRules(['git', 'push', '-f'], { cwd: '/' }, rules)) ?? 'none';
      };
      expect(rank[decide(6)]).toBeGreaterThanOrEqual(rank[decide(3)]);
    }
  });
});

/** Every word of an allow stands in the text as a whole string, escapes aside. */
function checkWritten(text: string, allows: readonly PrefixRule[]): void {
  const written = stringsIn(text);
  for (const rule of allows) {
    const words = [rule.pattern, rule.contains ?? [], rule.cwd ?? []].flat(3);
    for (const word of words.filter((each) => /^[\w ./-]*$/.test(each)))
      expect([text, [...written].some((body) => body === word || body.includes('\\'))]).toEqual([text, true]);
  }
}
