import { describe, expect, it } from 'vitest';
import { describeMistake, parseRules } from '../../../src/policy/index.ts';
import mistakes from '../../cases/rules/mistakes.json' with { type: 'json' };

const PLACE = { file: 'FILE', layer: 'user' } as const;

function firstMistake(text: string): { error: string; hint: string } {
  const [mistake] = parseRules(text, PLACE).mistakes;
  return mistake === undefined
    ? { error: 'none', hint: '' }
    : { error: describeMistake(mistake), hint: mistake.hint };
}

describe('a mistake in a file of rules has its place and the way out', () => {
  it.each(mistakes)('$name', ({ text, error, hint }) => {
    expect(firstMistake(text)).toEqual({ error, hint });
  });

  it('the line is shown with a mark, and nothing in it hides', () => {
    const [mistake] = parseRules('\nprefix_rule(pattern=["a\u202eb"], decision="no")\n', PLACE).mistakes;
    expect(mistake?.excerpt).toBe(
      'prefix_rule(pattern=["a⟨U+202E⟩b"], decision="no")\n                       ^',
    );
  });

  it('of a long line only the part around the place is shown', () => {
    const [mistake] = parseRules(`prefix_rule(pattern=["${'x'.repeat(500)}", 3])`, PLACE).mistakes;
    expect(mistake?.column).toBe(526);
    expect(mistake?.excerpt.length).toBeLessThan(200);
    expect(mistake?.excerpt).toMatch(/", 3\]\)\n +\^$/);
  });
});

describe('bounds', () => {
  it('a text above 1 MiB is not read', () => {
    const text = `prefix_rule(["a"], "forbidden")\n#${'x'.repeat(1024 * 1024)}`;
    const { rules, mistakes: found } = parseRules(text, PLACE);
    expect(rules.prefix).toEqual([]);
    expect(found.map(describeMistake)).toEqual([
      `FILE:1:1: the file is ${text.length} characters long; at most 1048576 are read`,
    ]);
  });

  it('more than 5,000 calls', () => {
    const { rules, mistakes: found } = parseRules('prefix_rule(["a"], "prompt")\n'.repeat(5_001), PLACE);
    expect(found.map(describeMistake)).toEqual(['FILE:5001:1: there are more than 5000 calls']);
    expect(rules.prefix).toHaveLength(5_000);
  });

  it('more than 256 words, and strings above 65,536 characters', () => {
    const words = Array.from({ length: 257 }, () => '"a"').join(',');
    expect(firstMistake(`prefix_rule([${words}])`).error).toBe('FILE:1:13: pattern has more than 256 words');
    expect(firstMistake(`prefix_rule(["${'x'.repeat(70_000)}"])`).error).toBe(
      'FILE:1:14: this string is longer than 65536 characters',
    );
  });

  it('brackets without end end quickly', () => {
    expect(firstMistake(`prefix_rule(${'['.repeat(900_000)}`).error).toMatch(/more than 8 lists/);
    expect(parseRules('a(\n'.repeat(300_000), PLACE).mistakes).toHaveLength(20);
  });
});

describe('a broken file', () => {
  const good = [
    'prefix_rule(["make"], "allow")',
    'prefix_rule(["curl"], "prompt")',
    'prefix_rule(["rm"], "forbidden")',
    'network_rule("a.example.com", "https", "allow")',
    'network_rule("b.example.com", "https", "deny")',
    'host_executable("git", ["/usr/bin/git"])',
  ];

  it.each([
    ['in front', ['x = 1', ...good]],
    ['in the middle', [...good.slice(0, 3), 'prefix_rule(["open]', ...good.slice(3)]],
    ['at the end', [...good, 'prefix_rule(pattern=[])']],
    ['an example', [...good, 'prefix_rule(["a"], match=["b"])']],
  ])('keeps what asks and forbids, and nothing that allows: %s', (_where, lines) => {
    const { rules, mistakes: found } = parseRules(`${lines.join('\n')}\n`, PLACE);
    expect(found).toHaveLength(1);
    expect(rules.prefix.map(({ pattern, decision }) => [pattern[0], decision])).toEqual([
      ['curl', 'prompt'],
      ['rm', 'forbidden'],
    ]);
    expect(rules.network.map(({ host, decision }) => [host, decision])).toEqual([['b.example.com', 'deny']]);
    expect(rules.hostExecutables.map(({ name, paths }) => [name, paths])).toEqual([['git', []]]);
  });

  it('a string over several lines hides no ban behind it', () => {
    const { rules } = parseRules('prefix_rule(["""open])\nprefix_rule(["rm"], "forbidden")\n', PLACE);
    expect(rules.prefix.map(({ pattern }) => pattern)).toEqual([['rm']]);
  });
});

describe('what can be written', () => {
  it('all forms of strings, lists, comments and line ends', () => {
    const text = [
      '\ufeff# a comment with "quotes" and ( brackets',
      'prefix_rule(',
      "    pattern = ['git', [\"push\", r'a\\b'], 'it\\'s', \"t\\tn\\n\\x41\\u00e9\\101\",],  # behind",
      '    decision = "prompt",',
      '    justification = """two',
      'lines""",',
      '    match = [],',
      '    not_match = None,',
      ')',
      '',
      'prefix_rule(["a"]); prefix_rule(["b"], "forbidden")\r',
      'prefix_rule(["c"], \\',
      '  "prompt")',
    ].join('\n');
    const { rules, mistakes: found } = parseRules(text, PLACE);
    expect(found).toEqual([]);
    expect(
      rules.prefix.map(({ pattern, decision, justification }) => [pattern, decision, justification]),
    ).toEqual([
      [['git', ['push', 'a\\b'], "it's", 't\tn\nA\u00e9A'], 'prompt', 'two\nlines'],
      [['a'], 'allow', undefined],
      [['b'], 'forbidden', undefined],
      [['c'], 'prompt', undefined],
    ]);
    expect(rules.prefix.map(({ origin }) => [origin.line, origin.column])).toEqual([
      [2, 1],
      [11, 1],
      [11, 21],
      [12, 1],
    ]);
  });

  it('all conditions, with examples', () => {
    const text =
      'prefix_rule(["npm", "publish"], "allow", ["CI=1 npm publish --dry-run", "CI=1 npm publish \'--dry-run\' x"], ' +
      '["npm publish --dry-run", "CI=1 npm publish"], env={"CI": "1"}, contains=["--dry-run"], cwd="~/app", sandbox="none")';
    const { rules, mistakes: found } = parseRules(text, PLACE);
    expect(found).toEqual([]);
    expect(rules.prefix[0]).toEqual({
      pattern: ['npm', 'publish'],
      decision: 'allow',
      env: { CI: '1' },
      contains: ['--dry-run'],
      cwd: '~/app',
      sandbox: 'none',
      origin: { ...PLACE, line: 1, column: 1 },
    });
  });
});
