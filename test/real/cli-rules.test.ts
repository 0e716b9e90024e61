import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROGRAM } from '../support/program.ts';
import { makeFolder } from '../support/real-engine.ts';

const folder = makeFolder('cli-rules');
const home = join(folder.path, 'home');
const file = (name: string): string => join(folder.path, name);

beforeAll(() => {
  mkdirSync(join(home, 'rules'), { recursive: true });
  writeFileSync(
    file('team.rules'),
    'prefix_rule(pattern=["git","status"], decision="allow", justification="read only")\n' +
      'prefix_rule(pattern=["git",["push","fetch"]], decision="prompt")\n' +
      'prefix_rule(pattern=["git","push","--force"], decision="forbidden")\n' +
      'prefix_rule(pattern=["npm","install"])\n' +
      'host_executable(name="git", paths=["/usr/bin/git"])\n',
  );
  writeFileSync(file('push.rules'), 'prefix_rule(["git", "push"], "prompt")\n');
  writeFileSync(file('git.rules'), 'prefix_rule(["git"], "allow")\n');
  writeFileSync(file('broken.rules'), '# first\nprefix_rule(pattern=[])\nprefix_rule(["a"], "no")\n');
});
afterAll(() => folder.remove());

function rules(...words: string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, 'rules', ...words], {
    cwd: folder.path,
    encoding: 'utf8',
    env: { ...process.env, SALLYPORT_HOME: home },
  });
  return { status, stdout, stderr };
}

const checkTeam = (...words: string[]) => rules('check', '--rules', file('team.rules'), ...words);
const RESOLVE = '--resolve-host-executables';
const found = (matchedPrefix: string[], decision: string, more: object = {}) => ({
  prefixRuleMatch: { matchedPrefix, decision, ...more },
});

/** What `codex execpolicy check` printed for these, byte for byte. */
describe('rules check prints what execpolicy check does', () => {
  const none = { matchedRules: [] };
  const readOnly = { justification: 'read only' };
  it.each<[row: number, words: string[], output: object]>([
    [
      1,
      ['--', 'git', 'status', '-s'],
      { matchedRules: [found(['git', 'status'], 'allow', readOnly)], decision: 'allow' },
    ],
    [
      2,
      ['--', 'git', 'push', 'origin', 'main'],
      { matchedRules: [found(['git', 'push'], 'prompt')], decision: 'prompt' },
    ],
    [
      3,
      ['--', 'git', 'push', '--force'],
      {
        matchedRules: [found(['git', 'push'], 'prompt'), found(['git', 'push', '--force'], 'forbidden')],
        decision: 'forbidden',
      },
    ],
    [
      4,
      ['--', 'npm', 'install', 'x'],
      { matchedRules: [found(['npm', 'install'], 'allow')], decision: 'allow' },
    ],
    [5, ['--', 'ls', '-la'], none],
    [6, ['--', '/usr/bin/git', 'status'], none],
    [
      7,
      [RESOLVE, '--', '/usr/bin/git', 'status'],
      {
        matchedRules: [found(['git', 'status'], 'allow', { resolvedProgram: '/usr/bin/git', ...readOnly })],
        decision: 'allow',
      },
    ],
    [8, [RESOLVE, '--', '/opt/git', 'status'], none],
    [9, ['--', 'bash', '-lc', 'git status && git push --force'], none],
    [10, ['--', 'rm', '-rf', '/'], none],
  ])('row %s', (_row, words, output) => {
    expect(checkTeam(...words)).toEqual({ status: 0, stdout: `${JSON.stringify(output)}\n`, stderr: '' });
  });

  it('row 11, two files', () => {
    const done = rules(
      'check',
      '--rules',
      file('push.rules'),
      '--rules',
      file('git.rules'),
      '--',
      'git',
      'push',
      'x',
    );
    const output = {
      matchedRules: [found(['git', 'push'], 'prompt'), found(['git'], 'allow')],
      decision: 'prompt',
    };
    expect(done).toEqual({ status: 0, stdout: `${JSON.stringify(output)}\n`, stderr: '' });
  });

  it('over several lines', () => {
    expect(checkTeam('--pretty', '--', 'ls').stdout).toBe('{\n  "matchedRules": []\n}\n');
  });

  it('a broken file and a missing one are status 1, with every place', () => {
    const done = rules('check', '--rules', file('broken.rules'), '--', 'ls');
    expect([done.status, done.stdout]).toEqual([1, '']);
    expect(done.stderr).toContain(
      `sallyport: ${file('broken.rules')}:2:21: pattern is empty\n  | prefix_rule(pattern=[])\n  |                     ^\n`,
    );
    expect(done.stderr).toContain(`${file('broken.rules')}:3:20: decision must be one of`);
    expect(rules('check', '--rules', file('none.rules'), '--', 'ls')).toEqual({
      status: 1,
      stdout: '',
      stderr: `sallyport: ${file('none.rules')}: there is no such file\n`,
    });
  });
});

describe('the rules in force', () => {
  it('are added, listed, checked and looked over', () => {
    const always = join(home, 'rules', 'always.rules');
    const added = rules(
      'add',
      '--decision',
      'forbidden',
      '--justification',
      'by the job only',
      '--',
      'npm',
      'publish',
    );
    const line =
      'prefix_rule(pattern=["npm", "publish"], decision="forbidden", justification="by the job only")';
    expect(added).toEqual({ status: 0, stdout: `${always}:2: ${line}\n`, stderr: '' });
    expect(readFileSync(always, 'utf8').split('\n').slice(1)).toEqual([line, '']);
    expect(rules('list').stdout).toContain(`forbidden  npm publish # by the job only  ${always}:2 (user)`);
    expect(JSON.parse(rules('list', '--json').stdout)).toMatchObject({
      kind: 'prefix_rule',
      decision: 'forbidden',
    });

    const checked = rules('check', '--script', 'npm ci && npm $what && timeout 5 npm publish');
    expect(checked.stdout.split('\n').map((text) => text.split('  ')[0])).toEqual([
      'no rule',
      'prompt',
      '',
      'forbidden',
      '',
      '',
    ]);
    const behind = rules(
      'check',
      '--script',
      'sudo npm publish; nice npm publish; find . -exec npm publish ";"',
    );
    const decisions = behind.stdout.split('\n').filter((text) => /^\w/.test(text));
    expect(decisions.map((text) => text.split(' ')[0])).toEqual(['forbidden', 'forbidden', 'forbidden']);
    const only = ['check', '--rules', file('git.rules'), '--script', 'sudo git push; git push'];
    const [elevated, plain] = rules(...only)
      .stdout.trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(elevated).toMatchObject({
      matchedRules: [{ prefixRuleMatch: { notCounted: expect.stringContaining('started by something') } }],
    });
    expect([elevated.decision, plain.decision]).toEqual([undefined, 'allow']);
    expect(JSON.parse(rules('check', '--json', '--', 'npm', 'publish').stdout)).toMatchObject({
      decision: 'forbidden',
      places: [{ file: always, line: 2 }],
    });
    expect(rules('lint')).toEqual({ status: 0, stdout: '1 rule, nothing to say\n', stderr: '' });

    const wide = rules('add', '--decision', 'allow', '--', 'bash');
    expect([wide.status, wide.stderr]).toEqual([
      0,
      'sallyport: warning: bash runs whatever it is given, so this allows every command\n',
    ]);
    const linted = rules('lint', always, file('broken.rules'), file('none.rules'));
    expect(linted.status).toBe(1);
    expect(linted.stdout).toContain(`${always}:3:1: bash runs whatever it is given`);
    expect(linted.stdout).toContain(`${file('broken.rules')}:2:21: pattern is empty`);
    expect(linted.stdout).toContain(`${file('none.rules')}: there is no such file`);
  });

  it.each([
    [[]],
    [['nonsense']],
    [['check']],
    [['check', '--script', 'ls', '--', 'ls']],
    [['add', '--decision', 'maybe', '--', 'ls']],
    [['add', '--', 'ls']],
  ])('a wrong command line is status 2: %j', (words) => {
    const done = rules(...words);
    expect([done.status, done.stdout]).toEqual([2, '']);
    expect(done.stderr).toMatch(/^sallyport: .*\n {2}see `sallyport rules/);
  });
});
