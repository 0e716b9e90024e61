import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findWay } from '../../../src/engine/session/path-way.ts';
import { doubtPlainScript, splitScript } from '../../../src/policy/index.ts';
import { ConfigFolder } from './config-folder.ts';

const RULE = 'prefix_rule(["make"], sandbox="none")\n';

function loadWith(required: string): ConfigFolder {
  const folder = new ConfigFolder();
  folder.write('etc/requirements.toml', `${required}\n`);
  folder.write('.sallyport/rules/own.rules', RULE);
  return folder;
}

describe('requirements', () => {
  it.each([
    ['allowed modes', 'allowed_sandbox_modes = ["read-only", "workspace-write"]', 25],
    ['a mode', 'sandbox_mode = "workspace-write"', 16],
    ['what needs a wall', 'protect_secrets = true', 19],
    ['allowed profiles', 'allowed_permission_profiles = [":workspace"]', 31],
  ])('let no rule take the wall away: %s', (_name, required, column) => {
    const folder = loadWith(required);
    const { snapshot, warnings } = folder.load();
    expect(snapshot.rules.prefix.map(({ pattern, sandbox }) => [pattern, sandbox])).toEqual([
      [['make'], undefined],
    ]);
    expect(warnings.map((text) => text.replaceAll(folder.home, 'HOME'))).toContain(
      `HOME/.sallyport/rules/own.rules:1:1: sandbox="none" does not count: this machine demands a wall (HOME/etc/requirements.toml:1:${column})`,
    );
  });

  it('leave such rules where they allow sessions without a wall', () => {
    const folder = loadWith('allowed_sandbox_modes = ["workspace-write", "danger-full-access"]');
    expect(folder.load().snapshot.rules.prefix[0]?.sandbox).toBe('none');
  });
});

describe('a plain script', () => {
  const doubt = (script: string): string | null => doubtPlainScript(script, splitScript(script));

  it.each([
    'make',
    'make a && make b || exit 1; true | cat',
    'set -euo pipefail\nmake\nmake install',
    'CI=1 make ~/x "two words"',
  ])('is %j', (script) => expect(doubt(script)).toBeNull());

  it.each([
    'make &',
    'make; # note',
    '! make',
    '(make)',
    '{ make; }',
    'make $(true)',
    'make *',
    'make > log',
    'make <<< x',
    'for x in a b; do make; done',
    'case a in a) make;; esac',
    '[[ -e a ]] && make',
    'make() { true; }; make',
    'eval make',
    'cd sub; make',
    'set -a; make',
    'set -- x; make',
    'A=$(b) make',
    'sh -c make',
    '~/bin/make',
    'make ~other/x',
    'make "unclosed',
    'make; '.repeat(70),
  ])('is not %j', (script) => expect(doubt(script)).not.toBeNull());
});

describe('the way to a file', () => {
  function place(): string {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'way-')));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    mkdirSync(join(folder, 'a', 'b'), { recursive: true });
    mkdirSync(join(folder, 'c'));
    writeFileSync(join(folder, 'a', 'b', 'file'), '');
    return folder;
  }

  it('names each folder that a link leads through', async () => {
    const folder = place();
    symlinkSync('../a/b/../b/file', join(folder, 'c', 'link'));
    symlinkSync(join(folder, 'c', 'link'), join(folder, 'top'));
    const way = await findWay(join(folder, 'top'));
    expect(way?.real).toBe(join(folder, 'a', 'b', 'file'));
    expect(way?.folders).toEqual(expect.arrayContaining([folder, join(folder, 'c'), join(folder, 'a', 'b')]));
    const plain = await findWay(join(folder, 'a', 'b', 'file'));
    expect(plain?.folders).not.toContain(join(folder, 'c'));
  });

  it('is none for what is not there, or goes round', async () => {
    const folder = place();
    symlinkSync('round', join(folder, 'round'));
    expect(await findWay(join(folder, 'missing'))).toBeNull();
    expect(await findWay(join(folder, 'round'))).toBeNull();
  });
});
