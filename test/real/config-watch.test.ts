import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { realClock } from '../../src/engine/base/index.ts';
import { watchConfig } from '../../src/engine/config/index.ts';
import { makeFolder } from '../support/real-engine.ts';

vi.setConfig({ testTimeout: 60_000 });
const PATIENCE = { timeout: 20_000, interval: 20 };

let home: ReturnType<typeof makeFolder>;
let told: string[];
let watching: { close(): void } | undefined;

beforeEach(() => {
  home = makeFolder('watch');
  told = [];
});
afterEach(() => {
  watching?.close();
  home.remove();
});

function start(): void {
  watching = watchConfig({
    sallyportHome: home.path,
    clock: realClock,
    onChange: (files) => told.push(...files.map((file) => file.slice(home.path.length + 1))),
  });
}

const write = (name: string, text: string): void => writeFileSync(join(home.path, name), text);
/** Waits until exactly these were told; then nothing is left over for the next step. */
async function tells(...names: string[]): Promise<void> {
  await vi.waitFor(() => expect([...new Set(told)].sort()).toEqual([...names].sort()), PATIENCE);
  told = [];
}

describe('watchConfig', () => {
  it('tells of a file that appears, is written, replaced and removed', async () => {
    start();
    write('config.toml', 'a');
    await tells('config.toml');
    write('config.toml', 'ab');
    await tells('config.toml');
    write('next', 'abc');
    renameSync(join(home.path, 'next'), join(home.path, 'config.toml'));
    await tells('config.toml');
    rmSync(join(home.path, 'config.toml'));
    await tells('config.toml');
  });

  it('tells of files of profiles and rules, also of a folder that comes later and is replaced', async () => {
    start();
    write('fast.config.toml', 'a');
    await tells('fast.config.toml');
    mkdirSync(join(home.path, 'rules'));
    write('rules/a.rules', 'a');
    await tells('rules/a.rules');
    renameSync(join(home.path, 'rules'), join(home.path, 'old'));
    mkdirSync(join(home.path, 'rules'));
    write('rules/b.rules', 'b');
    await vi.waitFor(
      () => expect(told).toEqual(expect.arrayContaining(['rules/a.rules', 'rules/b.rules'])),
      PATIENCE,
    );
    told = [];
    write('rules/b.rules', 'bb');
    await tells('rules/b.rules');
  });

  it('follows a link to where the file really lies', async () => {
    mkdirSync(join(home.path, 'dotfiles'));
    write('dotfiles/mine.toml', 'a');
    symlinkSync(join(home.path, 'dotfiles', 'mine.toml'), join(home.path, 'config.toml'));
    start();
    write('dotfiles/mine.toml', 'ab');
    await tells('config.toml');
    write('dotfiles/next', 'abc');
    renameSync(join(home.path, 'dotfiles', 'next'), join(home.path, 'dotfiles', 'mine.toml'));
    await tells('config.toml');
  });

  it('says nothing of other files', async () => {
    start();
    write('history.sqlite', 'a');
    write('rules.txt', 'a');
    write('config.toml', 'a');
    await tells('config.toml');
  });
});
