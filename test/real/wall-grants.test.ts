/** Grants into a running sandbox, and their end. */
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { giveTo, listTestUsers, makeUserFolder, shareHelpers } from '../support/as-user.ts';
import { type DriverStep, describeSession, runSteps, type StepResult } from '../support/sandbox-steps.ts';

function listSteps(base: string): DriverStep[] {
  const run = (id: string, script: string, more: object = {}): DriverStep => ({
    kind: 'launch',
    id,
    argv: ['/bin/bash', '--norc', '--noprofile', '-c', script],
    gate: 'exec,write',
    ...more,
  });
  const outside = join(base, 'outside');
  return [
    run('denied', `echo $$ once; echo no > ${outside}/no; echo "status $?"`),
    run(
      'held',
      `echo once >> count; echo yes > ${outside}/yes; echo "status $?"
       echo evil > ${outside}/.git/planted; mv ${outside}/sub ${outside}/away; mkdir -p ${outside}/sub/.git; echo evil > ${outside}/sub/.git/planted
       cat ${outside}/token; echo later >> ${outside}/yes`,
      { grantOnWrite: outside },
    ),
    run(
      'later',
      `echo more >> ${outside}/yes; echo "status $?"; echo evil > ${outside}/.codex/planted; cat ${outside}/token`,
      { gate: 'none' },
    ),
    { kind: 'revoke', id: 'revoked', path: outside },
    run('after', `echo evil >> ${outside}/yes; echo "status $?"`),
    { kind: 'grant', id: 'own', path: `${base}/home/.sallyport`, mode: 'rw' },
    { kind: 'grant', id: 'missing', path: `${base}/nowhere`, mode: 'rw' },
    { kind: 'grant', id: 'link', path: `${base}/link`, mode: 'rw' },
    { kind: 'grant', id: 'file', path: `${base}/one/file`, mode: 'rw' },
    run('one file', `echo granted > ${base}/one/file; echo evil > ${base}/one/other`, { gate: 'none' }),
    { kind: 'grant', id: 'git', path: `${base}/ws/.git`, mode: 'rw' },
    run(
      'commit',
      'git -c user.name=t -c user.email=t@localhost commit -q --allow-empty -m second && git log --oneline | wc -l; echo evil > .git/hooks/planted; git config a.b evil; mkdir -p .git/modules/planted',
      { gate: 'none' },
    ),
    { kind: 'grant', id: 'around', path: `${base}/nest`, mode: 'rw' },
    { kind: 'grant', id: 'within', path: `${base}/nest/.git`, mode: 'rw' },
    run('covered', `cat ${base}/keys/one`, { gate: 'none' }),
    { kind: 'grant', id: 'one key', path: `${base}/keys/one`, mode: 'ro' },
    run('one', showKeys(base), { gate: 'none' }),
    { kind: 'grant', id: 'deep key', path: `${base}/keys/sub/deep`, mode: 'rw' },
    run('both', `echo more >> ${base}/keys/sub/deep; ${showKeys(base)}`, { gate: 'none' }),
    { kind: 'grant', id: 'above', path: `${base}/keys`, mode: 'ro' },
    run('all', showKeys(base), { gate: 'none' }),
    { kind: 'revoke', id: 'above', path: `${base}/keys` },
    { kind: 'revoke', id: 'no key', path: `${base}/keys/one` },
    run('deep', showKeys(base), { gate: 'none' }),
    { kind: 'revoke', id: 'no deep', path: `${base}/keys/sub/deep` },
    run('none', `stat -c %a ${base}/keys; ${showKeys(base)}`, { gate: 'none' }),
    run(
      'nested',
      `cd ${base}/nest; for p in new .git/new .git/config .git/hooks/planted .codex/planted; do echo x > $p && echo $p; done`,
      { gate: 'none' },
    ),
    ...['hollow', 'without-config', 'linked'].map(
      (name): DriverStep => ({ kind: 'grant', id: name, path: `${base}/${name}/.git`, mode: 'rw' }),
    ),
    run(
      'unfinished',
      `cd ${base}; for p in hollow/.git/hooks/planted hollow/.git/config without-config/.git/config; do echo evil > $p; done
       rm linked/.git/hooks; mkdir hollow/.git/hooks/x; echo end`,
      { gate: 'none' },
    ),
  ];
}

/** What can be read of a folder that is hidden as a whole, and what can be listed. */
function showKeys(base: string): string {
  return `cd ${base}; cat keys/one keys/two keys/sub/deep 2> /dev/null; ls keys 2> /dev/null; ls keys/sub 2> /dev/null; { echo evil > keys/one; echo evil > keys/new; } 2> /dev/null; echo`;
}

describe.skipIf(process.platform !== 'linux').each(listTestUsers())('grants as $name', (user) => {
  const folder = makeUserFolder(user);
  const base = folder.path;
  let result: (id: string) => StepResult | undefined;

  beforeAll(async () => {
    for (const path of ['home', 'ws/.git/objects', 'ws/.git/refs', 'outside/sub/.git', 'one'])
      mkdirSync(join(base, path), { recursive: true });
    writeFileSync(join(base, 'ws/.git/HEAD'), 'ref: refs/heads/main\n');
    writeFileSync(join(base, 'ws/.git/config'), '[core]\n\trepositoryformatversion = 0\n');
    for (const name of ['without-config', 'linked', 'nest']) {
      for (const part of ['objects', 'refs']) mkdirSync(join(base, name, '.git', part), { recursive: true });
      writeFileSync(join(base, name, '.git/HEAD'), 'ref: refs/heads/main\n');
    }
    mkdirSync(join(base, 'hollow/.git/hooks'), { recursive: true });
    for (const name of ['linked', 'nest']) writeFileSync(join(base, name, '.git/config'), '');
    symlinkSync(join(base, 'one'), join(base, 'linked/.git/hooks'));
    for (const file of ['outside/token', 'one/file', 'one/other'])
      writeFileSync(join(base, file), 'original\n');
    mkdirSync(join(base, 'keys/sub'), { recursive: true });
    for (const key of ['one', 'two', 'sub/deep']) writeFileSync(join(base, 'keys', key), `${key} `);
    const session = describeSession(user, base, shareHelpers(base));
    giveTo(user, base);
    const secretPaths = [join(base, 'outside/token'), join(base, 'keys')];
    result = await runSteps({ ...session, settings: { secretPaths }, steps: listSteps(base) });
  }, 60_000);
  afterAll(folder.remove);

  it('holds a write and refuses it', () => {
    expect(result('denied write')?.path).toBe(join(base, 'outside/no'));
    expect(result('denied')?.stdout).toMatch(/status 1\n$/);
    expect(result('denied')?.stderr).toContain('sallyport: refused by the test');
    expect(existsSync(join(base, 'outside/no'))).toBe(false);
  });

  it('holds a write, grants it, and the same process goes on', () => {
    expect(result('held')?.stdout).toBe('status 0\n');
    expect(readFileSync(join(base, 'ws/count'), 'utf8')).toBe('once\n');
    expect(readFileSync(join(base, 'outside/yes'), 'utf8')).toBe('yes\nlater\nmore\n');
  });

  it('keeps protected paths and secrets in a granted folder', () => {
    for (const path of ['outside/.git/planted', 'outside/sub/.git/planted', 'outside/.codex/planted']) {
      expect(existsSync(join(base, path))).toBe(false);
    }
    expect(`${result('held')?.stdout}${result('later')?.stdout}`).not.toContain('original');
  });

  it('holds again after a revoke', () => {
    expect(result('later')?.stdout).toBe('status 0\n');
    expect(result('revoked')?.outcome).toEqual({ kind: 'granted' });
    expect(result('after write')?.path).toBe(join(base, 'outside/yes'));
    expect(result('after')?.stdout).toBe('status 1\n');
  });

  it('never grants our own folder, what is missing, or a link', () => {
    expect(result('own')?.outcome).toMatchObject({ kind: 'failed', step: 'policy' });
    expect(result('missing')?.outcome).toMatchObject({ kind: 'failed', errno: 'ENOENT' });
    expect(result('link')?.outcome).toMatchObject({ kind: 'failed', errno: 'ENOENT' });
  });

  it('grants one file without its neighbours', () => {
    expect(readFileSync(join(base, 'one/file'), 'utf8')).toBe('granted\n');
    expect(readFileSync(join(base, 'one/other'), 'utf8')).toBe('original\n');
  });

  it('opens one file of a folder that is hidden as a whole, and hides it again', () => {
    for (const id of ['one key', 'deep key', 'above', 'no key', 'no deep'])
      expect([id, result(id)?.outcome]).toEqual([id, { kind: 'granted' }]);
    expect(result('covered')?.stdout).toBe('');
    expect(result('one')?.stdout).toBe('one \n');
    expect(result('both')?.stderr).toBe('');
    expect(result('both')?.stdout).toBe('one sub/deep more\n\n');
    expect(result('all')?.stdout).toBe('one two sub/deep more\none\nsub\ntwo\ndeep\n\n');
    expect(result('deep')?.stdout).toBe('sub/deep more\n\n');
    expect(result('none')?.stdout).toBe('0\n\n');
    expect(readFileSync(join(base, 'keys/one'), 'utf8')).toBe('one ');
    expect(existsSync(join(base, 'keys/new'))).toBe(false);
  });

  it('grants .git for commits without hooks and configuration', () => {
    expect(result('commit')?.stdout).toBe('1\n');
    expect(existsSync(join(base, 'ws/.git/hooks/planted'))).toBe(false);
    expect(existsSync(join(base, 'ws/.git/modules/planted'))).toBe(false);
    expect(readFileSync(join(base, 'ws/.git/config'), 'utf8')).not.toContain('evil');
  });

  it('keeps a .git open in later launches that was granted inside a granted folder', () => {
    expect(result('within')?.outcome).toEqual({ kind: 'granted' });
    expect(result('nested')?.stdout).toBe('new\n.git/new\n');
  });

  it('grants no .git that is not finished or has a link where git looks for programs', () => {
    const unfinished = { kind: 'failed', step: 'unfinished repository' };
    expect(result('hollow')?.outcome).toMatchObject(unfinished);
    expect(result('without-config')?.outcome).toMatchObject(unfinished);
    expect(result('linked')?.outcome).toMatchObject({ kind: 'failed', errno: 'ELOOP' });
    expect(result('unfinished')?.stdout).toBe('end\n');
    for (const path of ['hollow/.git/hooks/planted', 'hollow/.git/hooks/x', 'hollow/.git/config'])
      expect(existsSync(join(base, path))).toBe(false);
    expect(existsSync(join(base, 'without-config/.git/config'))).toBe(false);
    expect(existsSync(join(base, 'linked/.git/hooks'))).toBe(true);
  });
});
