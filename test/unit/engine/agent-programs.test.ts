import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyPreset } from '../../../src/engine/agents/apply-preset.ts';
import { listPresets } from '../../../src/engine/agents/index.ts';
import { readPreset } from '../../../src/engine/agents/read-preset.ts';
import { readToml } from '../../../src/engine/config/index.ts';
import { ConfigFolder } from './config-folder.ts';

const PRESETS = listPresets(readToml);

let home: string;
beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-agents-')));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function write(path: string, text = ''): void {
  const file = join(home, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function apply(id: string, env: Record<string, string> = {}) {
  const preset = PRESETS.find((one) => one.id === id);
  if (preset === undefined) throw new Error(`no preset ${id}`);
  return applyPreset(preset, { workspace: '/w', home, env, parse: readToml });
}

describe('what a person may start later outside', () => {
  it.each([
    ['claude-code', '.claude', ['local', 'scripts', 'plugins/cache', 'plugins/installed_plugins.json']],
    ['codex', '.codex', ['.env', 'packages', 'skills', 'plugins', 'config.toml']],
    ['gemini', '.gemini', ['.env', 'policies', 'tmp/bin', 'settings.json']],
    ['opencode', '.cache/opencode', ['bin', 'node_modules']],
    ['opencode', '.config/opencode', ['tool', 'plugins', 'node_modules', 'opencode.json']],
    ['opencode', '.local/share/opencode', ['bin']],
  ])('keeps programs of %s in %s as they are: %j', (id, folder, names) => {
    expect(apply(id).protectedPaths).toEqual(
      expect.arrayContaining(names.map((name) => join(home, folder, name))),
    );
  });

  it('keeps programs beside the state of an agent as they are, known by their ending or their beginning', () => {
    for (const name of [
      'statusline.sh',
      'hook.mjs',
      'work.config.toml',
      'notes.md',
      'history.jsonl',
      'a/b.sh',
    ])
      write(`.codex/${name}`);
    write('.codex/plain', '#!/bin/sh\n');
    write('.codex/native', '\u007fELF');
    symlinkSync('elsewhere/x.py', join(home, '.codex/link.py'));
    symlinkSync('elsewhere', join(home, '.codex/link'));
    execFileSync('mkfifo', [join(home, '.codex/pipe')]);
    const before = apply('codex', { CODEX_HOME: join(home, 'none') }).protectedPaths;
    const { protectedPaths } = apply('codex');
    const own = protectedPaths.map((path) => path.slice(join(home, '.codex/').length));
    const listed = before.map((path) => path.slice(join(home, 'none/').length));
    expect(own.filter((name) => !listed.includes(name)).sort()).toEqual(
      ['hook.mjs', 'link.py', 'native', 'plain', 'statusline.sh', 'work.config.toml'].sort(),
    );
  });

  it('keeps links on the way to what the agent obeys', () => {
    mkdirSync(join(home, '.claude'));
    mkdirSync(join(home, 'dotfiles'));
    for (const name of ['skills', 'plugins']) symlinkSync('../dotfiles', join(home, '.claude', name));
    const { protectedPaths } = apply('claude-code');
    for (const name of ['skills', 'plugins', 'plugins/cache'])
      expect(protectedPaths).toContain(join(home, '.claude', name));
  });

  it.each(['a/../b', '/a', 'a//b', 'a/', './a', '..', ''])('is not named by %j', (name) => {
    const text = `name = "A"\nprograms = ["a"]\n[[state]]\npath = "~/.a"\nprotected = ["${name}"]\n`;
    expect(() => readPreset('a', 'a.toml', text, readToml)).toThrow(/a\.toml:5/);
  });
});

describe('a protected path that is a link', () => {
  it('is a place of its own beside what it leads to', () => {
    const folder = new ConfigFolder('protected_paths = ["~/state/skills", "~/state/plain"]\n');
    mkdirSync(join(folder.home, 'state/plain'), { recursive: true });
    mkdirSync(join(folder.home, 'dotfiles'));
    symlinkSync('../dotfiles', join(folder.home, 'state/skills'));
    expect(folder.load().snapshot.protectedPaths).toEqual(
      ['state/skills', 'dotfiles', 'state/plain'].map((name) => join(folder.home, name)),
    );
  });
});
