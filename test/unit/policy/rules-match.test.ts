import { describe, expect, it } from 'vitest';
import { type MatchContext, matchRules, parseRules, strictestDecision } from '../../../src/policy/index.ts';
import type { RuleSet } from '../../../src/protocol/index.ts';

function read(text: string): RuleSet {
  const { rules, mistakes } = parseRules(text, { file: 'FILE', layer: 'user' });
  expect(mistakes).toEqual([]);
  return rules;
}

const HERE: MatchContext = { cwd: '/home/dev/app', home: '/home/dev' };

function decide(text: string, command: string, context: Partial<MatchContext> = {}): string {
  const argv = command.split(' ').map((word) => (word === '?' ? null : word));
  return strictestDecision(matchRules(argv, { ...HERE, ...context }, read(text))) ?? 'none';
}

const GIT = 'prefix_rule(["git", ["status", "log"]], "allow")\nprefix_rule(["git", "push"], "prompt")\n';

describe('words', () => {
  it.each([
    ['git status', 'allow'],
    ['git log -p x', 'allow'],
    ['git', 'none'],
    ['git stash', 'none'],
    ['git -C x status', 'none'],
    ['gits status', 'none'],
    ['GIT status', 'none'],
    ['git push origin', 'prompt'],
    ['', 'none'],
  ])('%j: %s', (command, decision) => {
    expect(decide(GIT, command)).toBe(decision);
  });

  it('the strictest of all that match, whatever their length and order', () => {
    const text =
      'prefix_rule(["a", "b", "c"])\nprefix_rule(["a"], "forbidden")\nprefix_rule([["x", "a"], "b"], "prompt")\n';
    expect(decide(text, 'a b c')).toBe('forbidden');
    expect(matchRules(['a', 'b', 'c'], HERE, read(text)).map((match) => match.rule.origin.line)).toEqual([
      1, 2, 3,
    ]);
    expect(decide(text, 'x b')).toBe('prompt');
  });

  it('names of objects are words like others', () => {
    expect(decide('prefix_rule(["constructor", "__proto__"])', 'constructor __proto__')).toBe('allow');
    expect(decide(GIT, 'constructor status')).toBe('none');
  });
});

describe('words that are not known', () => {
  const text =
    'prefix_rule(["npm", "run"])\nprefix_rule(["npm", "publish"], "forbidden")\nprefix_rule(["npm", "ci"], "forbidden", contains=["--x"])';
  it.each([
    ['npm run ?', 'allow'],
    ['npm ?', 'prompt'],
    ['npm ? run', 'prompt'],
    ['npm ci ?', 'prompt'],
    ['npm publish ?', 'forbidden'],
    ['? run', 'none'],
  ])('%j: %s', (command, decision) => {
    expect(decide(text, command)).toBe(decision);
  });
});

describe('programs', () => {
  const plain = 'prefix_rule(["git"])\nprefix_rule(["rm"], "forbidden")\n';
  const listed = `${plain}host_executable("git", ["/opt/git/bin/git"])\nhost_executable("rm", ["/bin/rm"])\n`;
  it.each([
    ['a program of the system', plain, '/usr/bin/git x', undefined, 'allow'],
    ['one that anybody may have put there', plain, '/tmp/git x', undefined, 'none'],
    ['a system folder left again', plain, '/usr/bin/../../tmp/git x', undefined, 'none'],
    ['a relative path', plain, './git x', undefined, 'none'],
    ['a ban holds by every path', plain, './rm x', undefined, 'forbidden'],
    ['a ban holds by a link of another name', plain, 'mydel x', '/usr/bin/rm', 'forbidden'],
    ['listed', listed, '/opt/git/bin/git x', undefined, 'allow'],
    ['of the system, but not listed', listed, '/usr/bin/git x', undefined, 'none'],
    ['a bare word that is the listed file', listed, 'git x', '/opt/git/bin/git', 'allow'],
    ['a bare word that is another file', listed, 'git x', '/tmp/git', 'none'],
    ['a ban holds for files that are not listed', listed, '/tmp/rm x', undefined, 'forbidden'],
    ['a rule for the whole path', 'prefix_rule(["/usr/bin/git"])', 'git x', '/usr/bin/git', 'allow'],
    ['a rule for another whole path', 'prefix_rule(["/usr/bin/git"])', 'git x', '/tmp/git', 'none'],
  ])('%s', (...[, text, command, program, decision]) => {
    expect(decide(text, command, program === undefined ? {} : { program })).toBe(decision);
  });
});

describe('conditions', () => {
  const inFolder = 'prefix_rule(["make"], cwd="~/app")\n';
  it.each([
    ['/home/dev/app', 'allow'],
    ['/home/dev/app/sub', 'allow'],
    ['/home/dev/application', 'none'],
    ['/home/dev', 'none'],
  ])('in %s: %s', (cwd, decision) => {
    expect(decide(inFolder, 'make x', { cwd })).toBe(decision);
  });

  it('a folder of an unknown home allows nothing, and forbids nothing without a question', () => {
    const home = { home: undefined } as unknown as Partial<MatchContext>;
    expect(decide(inFolder, 'make', home)).toBe('none');
    expect(decide('prefix_rule(["make"], "forbidden", cwd="~/app")', 'make', home)).toBe('prompt');
  });

  const withEnv = 'prefix_rule(["npm", "test"], env={"CI": "1", "SEED": "*"})\n';
  it.each([
    [
      [
        { name: 'CI', value: '1' },
        { name: 'SEED', value: 'x' },
      ],
      'allow',
    ],
    [[{ name: 'CI', value: '1' }, { name: 'SEED' }], 'allow'],
    [[{ name: 'CI', value: '1' }], 'none'],
    [[{ name: 'CI' }, { name: 'SEED', value: 'x' }], 'none'],
    [
      [
        { name: 'CI', value: '1' },
        { name: 'CI', value: '2' },
        { name: 'SEED', value: '3' },
      ],
      'none',
    ],
  ])('with %j: %s', (assignments, decision) => {
    expect(decide(withEnv, 'npm test', { assignments })).toBe(decision);
  });

  it('a variable that chooses what runs undoes an allow, unless the rule names it', () => {
    const assignments = [{ name: 'GIT_SSH_COMMAND', value: 'x' }];
    expect(decide(GIT, 'git status', { assignments })).toBe('none');
    expect(decide(GIT, 'git push', { assignments })).toBe('prompt');
    expect(decide('prefix_rule(["git"], env={"GIT_SSH_COMMAND": "*"})', 'git x', { assignments })).toBe(
      'allow',
    );
    expect(decide(GIT, 'git status', { assignments: [{ name: 'CI', value: '1' }] })).toBe('allow');
  });

  it('a word that must be among those behind the pattern', () => {
    const text = 'prefix_rule(["git", "push"], "forbidden", contains=["--force"])';
    expect(decide(text, 'git push origin --force')).toBe('forbidden');
    expect(decide(text, 'git push origin')).toBe('none');
    expect(decide('prefix_rule(["a", "b"], contains=["b"])', 'a b c')).toBe('none');
  });
});

/** `execpolicy check` of Codex 0.169, run with these files: what it printed. */
describe("Codex' own answers", () => {
  const rules =
    'prefix_rule(pattern=["git","status"], decision="allow", justification="read only")\n' +
    'prefix_rule(pattern=["git",["push","fetch"]], decision="prompt")\n' +
    'prefix_rule(pattern=["git","push","--force"], decision="forbidden")\n' +
    'prefix_rule(pattern=["npm","install"])\n' +
    'host_executable(name="git", paths=["/usr/bin/git"])\n';

  function match(argv: string[], programs: 'as-written' | 'listed', text = rules) {
    const matches = matchRules(argv, { cwd: '/', programs }, read(text));
    return [
      strictestDecision(matches),
      ...matches.map(({ matchedPrefix, resolvedProgram: path }) =>
        [...matchedPrefix, ...(path === undefined ? [] : [`= ${path}`])].join(' '),
      ),
    ];
  }

  it.each<[string, string[], 'as-written' | 'listed', (string | null)[]]>([
    ['1', ['git', 'status', '-s'], 'as-written', ['allow', 'git status']],
    ['2', ['git', 'push', 'origin', 'main'], 'as-written', ['prompt', 'git push']],
    ['3', ['git', 'push', '--force'], 'as-written', ['forbidden', 'git push', 'git push --force']],
    ['4', ['npm', 'install', 'x'], 'as-written', ['allow', 'npm install']],
    ['5', ['ls', '-la'], 'as-written', [null]],
    ['6', ['/usr/bin/git', 'status'], 'as-written', [null]],
    ['7', ['/usr/bin/git', 'status'], 'listed', ['allow', 'git status = /usr/bin/git']],
    ['8', ['/opt/git', 'status'], 'listed', [null]],
    ['9', ['bash', '-lc', 'git status && git push --force'], 'as-written', [null]],
    ['10', ['rm', '-rf', '/'], 'as-written', [null]],
  ])('row %s', (_row, argv, programs, expected) => {
    expect(match(argv, programs)).toEqual(expected);
  });

  it('row 11, two files', () => {
    const text = 'prefix_rule(["git", "push"], "prompt")\nprefix_rule(["git"], "allow")\n';
    expect(match(['git', 'push', 'x'], 'as-written', text)).toEqual(['prompt', 'git push', 'git']);
  });

  it('an absolute path of a name that is not listed', () => {
    expect(match(['/tmp/npm', 'install'], 'listed')).toEqual(['allow', 'npm install = /tmp/npm']);
  });
});
