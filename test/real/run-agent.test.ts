import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { SandboxMode } from '../../src/protocol/index.ts';
import { makeFolder, type RealEngine, startRealEngine } from '../support/real-engine.ts';
import { type ProgramOptions, startProgram } from '../support/run-program.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** A program in the agent's name that tells what it was given and tries what an agent does. */
const PROBE = `#!/bin/sh
printf 'word <%s>\\n' "$@"
echo "key <$OPENAI_API_KEY> other <$GEMINI_API_KEY>"
cat "$HOME/.codex/auth.json" 2>/dev/null || echo 'no codex login'
cat "$HOME/.gemini/oauth_creds.json" 2>/dev/null || echo 'no gemini login'
(echo state > "$HOME/.codex/state.txt") 2>/dev/null || echo 'no state'
(echo out > "$HOME/outside.txt") 2>/dev/null || echo 'no outside'
`;

describe.skipIf(process.platform !== 'linux')('an agent by its preset (Linux)', () => {
  let real: RealEngine;
  let base: ReturnType<typeof makeFolder>;
  let home: string;
  let env: Record<string, string>;
  let cwd: string;

  beforeAll(async () => {
    real = await startRealEngine();
    base = makeFolder('sallyport-agent', '/var/tmp');
    home = join(base.path, 'home');
    cwd = join(base.path, 'work');
    const bin = join(base.path, 'bin');
    for (const folder of [home, cwd, bin, join(home, '.gemini')]) mkdirSync(folder, { recursive: true });
    for (const name of ['codex', 'other']) {
      writeFileSync(join(bin, name), PROBE);
      chmodSync(join(bin, name), 0o755);
    }
    writeFileSync(join(home, '.gemini/oauth_creds.json'), 'gemini-login\n');
    env = { HOME: home, PATH: `${bin}:/usr/bin:/bin`, OPENAI_API_KEY: 'sk-own', GEMINI_API_KEY: 'g-other' };
  });
  beforeEach(() => {
    mkdirSync(join(home, '.codex'), { recursive: true });
    writeFileSync(join(home, '.codex/auth.json'), 'codex-login\n');
  });
  afterAll(async () => {
    await real.stop();
    base.remove();
  });

  async function run(argv: readonly string[], agent?: string, more: Partial<ProgramOptions> = {}) {
    const program = await startProgram(real, argv, {
      ...{ cwd, env, policy: 'never' },
      ...(agent !== undefined && { agent }),
      ...more,
    });
    const { exitCode } = await program.result;
    await program.close();
    return { exitCode, out: program.stdout().toString().split('\n'), program };
  }

  test('has its arguments, its key, its login and its folder, and those of no other', async () => {
    const { exitCode, out, program } = await run(['codex', 'exec', 'a b']);
    expect(exitCode).toBe(0);
    expect(out).toContain('word <sandbox_mode="danger-full-access">');
    expect(out.indexOf('word <exec>')).toBeGreaterThan(out.indexOf('word <approval_policy="on-request">'));
    expect(out).toContain('word <a b>');
    expect(out).toContain('key <sk-own> other <>');
    expect(out).toContain('codex-login');
    expect(out).toContain('no gemini login');
    expect(readFileSync(join(home, '.codex/state.txt'), 'utf8')).toBe('state\n');
    expect(out).toContain('no outside');
    expect(existsSync(join(home, 'outside.txt'))).toBe(false);
    const said = program.summary.filter((line) => line.startsWith('preset codex'));
    expect(said).toHaveLength(1);
    expect(said[0]).toContain(join(home, '.codex/auth.json'));
    expect(program.events.find((event) => event.type === 'session/opened')).toMatchObject({
      agentName: 'Codex',
    });
    expect(program.events.find((event) => event.type === 'config/snapshot')).toMatchObject({
      warnings: said,
      content: { network: { allow: ['api.openai.com', 'auth.openai.com', 'chatgpt.com'] } },
    });
  });

  test.each([
    ['another program', ['other', 'x'], undefined],
    ['no preset', ['codex', 'x'], 'none'],
  ])('%s has nothing of it', async (_name, argv, agent) => {
    const { out, program } = await run(argv, agent);
    expect(out.slice(0, 5)).toEqual([
      'word <x>',
      'key <> other <>',
      'no codex login',
      'no gemini login',
      'no state',
    ]);
    expect(program.summary.join()).not.toContain('preset');
  });

  test('cannot change what the person starts later, and what is new of it is told', async () => {
    const state = join(home, '.claude');
    for (const folder of ['local', 'plugins']) mkdirSync(join(state, folder), { recursive: true });
    for (const file of ['local/claude', 'statusline.sh']) writeFileSync(join(state, file), 'own\n');
    mkdirSync(join(base.path, 'dotfiles'));
    symlinkSync(join(base.path, 'dotfiles'), join(state, 'skills'));
    const attack = `#!/bin/sh
cd "$HOME/.claude" || exit 1
for path in local/claude local/new statusline.sh settings.json; do (echo evil > $path) 2>/dev/null && echo "wrote $path"; done
mv local away 2>/dev/null && echo moved
mkdir -p projects && echo kept > projects/kept && mkdir plugins/store && echo worked
/usr/bin/python3 prepare.py
`;
    // In a program of its own: of commands that are known, each is judged before it runs.
    const prepare = `import os
os.remove('skills')
for folder in ('skills', 'plugins/cache'):
    os.mkdir(folder)
    open(folder + '/evil', 'w').write('evil')
print('prepared')
`;
    writeFileSync(join(state, 'prepare.py'), prepare);
    writeFileSync(join(base.path, 'bin', 'claude'), attack, { mode: 0o755 });
    const { out, program } = await run(['claude']);
    expect(out.filter((line) => line !== '')).toEqual(['worked', 'prepared']);
    expect(readFileSync(join(state, 'local/claude'), 'utf8')).toBe('own\n');
    const told = program.events.flatMap((event) =>
      event.type === 'message/added' && event.role === 'system' ? [event.text] : [],
    );
    expect(told.find((text) => text.startsWith(`${state}/skills: It led to`))).toContain('was replaced');
    expect(told.find((text) => text.startsWith(`${state}/plugins/cache: `))).toContain(
      'the preset of an agent',
    );
    expect(told.filter((text) => text.startsWith(`${state}/plugins/store`))).toEqual([]);
  });

  test('a program of another name may be given one', async () => {
    const { out } = await run(['other', 'x'], 'codex');
    expect(out).toContain('codex-login');
  });

  describe('a file that is only called after an agent', () => {
    let bins: string;
    beforeAll(() => {
      bins = join(cwd, 'node_modules/.bin');
      mkdirSync(bins, { recursive: true });
      for (const file of [join(cwd, 'codex'), join(bins, 'codex')]) {
        writeFileSync(file, PROBE);
        chmodSync(file, 0o755);
      }
      symlinkSync(join(cwd, 'codex'), join(base.path, 'bin/gemini'));
      mkdirSync(join(cwd, 'deep'));
      symlinkSync(join(base.path, 'bin'), join(cwd, 'deep/out'));
      symlinkSync(join(cwd, 'made-later'), join(base.path, 'dangling'));
      mkdirSync(join(base.path, 'empty'));
    });

    const inFront = (folder: string): string => `${folder}:${env['PATH'] ?? ''}`;
    const NOTHING = ['key <> other <>', 'no codex login', 'no gemini login', 'no state'];

    test.each<[string, () => readonly string[], (() => string)?, SandboxMode?]>([
      ['by a path from here', () => ['./codex', 'x']],
      ['by its whole path', () => [join(cwd, 'codex'), 'x']],
      ['in a session that only reads', () => ['./codex', 'x'], () => env['PATH'] ?? '', 'read-only'],
      ['on PATH', () => ['codex', 'x'], () => inFront(bins)],
      ['on a relative PATH', () => ['codex', 'x'], () => inFront('node_modules/.bin')],
      ['in an empty part of PATH', () => ['codex', 'x'], () => inFront('')],
      ['by a link outside', () => ['gemini', 'x']],
      ['by a link in the workspace', () => [join(cwd, 'deep/out/codex'), 'x']],
      [
        'with a folder in front in which it can be made',
        () => ['codex', 'x'],
        () => inFront(join(cwd, 'deep')),
      ],
      ['with one in front that can be made', () => ['codex', 'x'], () => inFront(join(cwd, 'a/b'))],
      [
        'with a link in front that leads to one',
        () => ['codex', 'x'],
        () => inFront(join(base.path, 'dangling')),
      ],
      ['with one in the shared folder', () => ['codex', 'x'], () => inFront('/tmp/nobody-has-this')],
    ])('has nothing of it, and why is said: %s', async (_name, argv, searchPath, mode) => {
      const { out, program } = await run(argv(), undefined, {
        ...(searchPath && { env: { ...env, PATH: searchPath() } }),
        ...(mode && { mode }),
      });
      expect(out.slice(0, 5)).toEqual(['word <x>', ...NOTHING]);
      expect(program.summary.join()).not.toContain('preset codex');
      expect(program.warnings.join()).toMatch(
        /^no preset: .* programs of a session can write, .*`--agent \w+` takes/,
      );
    });

    test('is taken where the preset is named', async () => {
      const { out, program } = await run(['./codex', 'x'], 'codex');
      expect(out).toContain('codex-login');
      expect(program.warnings).toEqual([]);
    });

    test.each([
      ['an empty folder out of reach', 'empty'],
      ['one that is not there', 'gone/bin'],
    ])('does not matter behind %s', async (_name, folder) => {
      const { out } = await run(['codex', 'x'], undefined, {
        env: { ...env, PATH: `${inFront(join(base.path, folder))}:${bins}` },
      });
      expect(out).toContain('codex-login');
    });

    test('by its whole path out of reach it is the agent', async () => {
      const { out } = await run([join(base.path, 'bin/codex'), 'x']);
      expect(out).toContain('codex-login');
    });
  });

  test('a preset that is not known is said, with those that are', async () => {
    await expect(run(['codex'], 'codx')).rejects.toThrow('no preset "codx"');
  });
});
