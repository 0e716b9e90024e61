import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  doubtPlainScript,
  matchRules,
  parseRules,
  splitScript,
  strictestDecision,
} from '../../src/policy/index.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../resources/docs/rules.md'), 'utf8');
const BLOCKS = [...PAGE.matchAll(/^```python\n([\s\S]*?)^```/gm)].map(([, text = '']) => text);
const ROWS = [...PAGE.matchAll(/^\| `([^`]+)` \| (allow|prompt|forbidden|nothing) \|$/gm)].map(
  ([, command = '', says = '']) => [command, says] as const,
);

const LAUNCHES = [...PAGE.matchAll(/^\| `([^`]+)` \| (without the wall|behind it)(?:: [^|]*)? \|$/gm)].map(
  ([, script = '', where = '']) => [script.replaceAll('\\|', '|'), where] as const,
);

const read = (text: string) => parseRules(text, { file: 'rules.md', layer: 'user' });
const decide = (command: string, text: string) =>
  strictestDecision(matchRules(command.split(' '), { cwd: '/' }, read(text).rules));

describe('the page on rules', () => {
  it('has examples at all', () => {
    expect([BLOCKS.length, ROWS.length]).toEqual([5, 7]);
  });

  it.each(BLOCKS)('its examples are read without a mistake: %s', (text) => {
    const { rules, mistakes } = read(text);
    expect(mistakes).toEqual([]);
    expect(rules.prefix.length + rules.network.length + rules.hostExecutables.length).toBeGreaterThan(0);
  });

  it.each(ROWS)('%s: %s', (command, says) => {
    expect(decide(command, BLOCKS[0] ?? '') ?? 'nothing').toBe(says);
  });

  it('has scripts that run without the wall, and such that do not', () => {
    expect(LAUNCHES.map(([, where]) => where)).toEqual([
      ...['without the wall', 'without the wall', 'behind it', 'behind it', 'behind it'],
    ]);
  });

  it.each(LAUNCHES)('%s runs %s', (script, where) => {
    const { rules } = read(BLOCKS.find((text) => text.includes('"build", "test"')) ?? '');
    const split = splitScript(script);
    const programs = split.steps.filter(({ form }) => form === 'program');
    const isCovered = programs.every(({ argv = [] }) =>
      matchRules(argv, { cwd: '/' }, rules).some(({ rule }) => rule.sandbox === 'none'),
    );
    const isOut = doubtPlainScript(script, split) === null && isCovered;
    expect(isOut ? 'without the wall' : 'behind it').toBe(where);
  });

  it('shows the result of a check as it is', () => {
    const [match] = matchRules(
      ['git', 'push', 'x'],
      { cwd: '/', programs: 'as-written' },
      read(BLOCKS[0] ?? '').rules,
    );
    const shown = JSON.parse(/^```json\n(.*)\n/m.exec(PAGE)?.[1] ?? '{}');
    expect(shown).toEqual({
      matchedRules: [
        {
          prefixRuleMatch: {
            matchedPrefix: match?.matchedPrefix,
            decision: match?.rule.decision,
            justification: match?.rule.justification,
          },
        },
      ],
      decision: 'prompt',
    });
  });
});
