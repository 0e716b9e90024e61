/**
 * Every kind of mistake in configuration, permission profiles and rules, with what is said of it: `file:line:column`, what
 * is wrong, the way out, and the exit status. Each row is read in this process; some go through the program itself.
 */

import { spawnSync } from 'node:child_process';
import { describe, expect, it, vi } from 'vitest';
import { describeFault, exitStatusOf, toFault } from '../../src/cli/report-fault.ts';
import { describeMistake, parseRules } from '../../src/policy/index.ts';
import catalogue from '../cases/config/error-catalogue.json' with { type: 'json' };
import { PROGRAM } from '../support/program.ts';
import { ConfigFolder } from '../unit/engine/config-folder.ts';

vi.setConfig({ testTimeout: 60_000 });
const named = catalogue.map((row) => ({ ...row, name: JSON.stringify(row.text) }));
const settings = named.filter(({ kind }) => kind !== 'rules');
const rules = named.filter(({ kind }) => kind === 'rules');

function run(folder: ConfigFolder, words: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...words], {
    encoding: 'utf8',
    cwd: folder.workspace,
    env: { PATH: process.env['PATH'], HOME: folder.home },
  });
  return { status, said: folder.shorten(stdout + stderr) };
}

describe('the catalogue of mistakes', () => {
  it('has sixty rows and more, each with its place', () => {
    expect(catalogue.length).toBeGreaterThan(60);
    for (const { says, name } of named) expect(says, name).toMatch(/^FILE:\d+:\d+: ./);
    for (const { says, name } of settings) expect(says.split('\n'), name).toHaveLength(2);
    expect(new Set(catalogue.map(({ text }) => text)).size).toBe(catalogue.length);
  });

  it.each(settings)('$kind: $name', ({ text, says, status }) => {
    const folder = new ConfigFolder(text);
    try {
      folder.load();
      expect.unreachable('it loads');
    } catch (thrown) {
      const fault = toFault(thrown);
      expect(folder.shorten(describeFault(fault))).toBe(`sallyport: ${says}\n`);
      expect(exitStatusOf(fault, 'tool')).toBe(status);
    }
  });

  it.each(rules)('rules: $name', ({ text, says }) => {
    const { rules: read, mistakes } = parseRules(text, { file: 'FILE', layer: 'user' });
    expect(mistakes.map(describeMistake)[0]).toBe(says);
    expect(mistakes[0]?.hint).not.toBe('');
    expect(read.prefix.filter(({ decision }) => decision === 'allow')).toEqual([]);
  });

  const every = <T>(rows: readonly T[], step: number): T[] =>
    rows.filter((_row, index) => index % step === 0);

  it.each(every(settings, 28))('through the program: $kind $name', ({ text, says, status }) => {
    const folder = new ConfigFolder(text);
    expect(run(folder, ['config', 'get'])).toEqual({ status, said: `sallyport: ${says}\n` });
    expect(run(folder, ['exec', 'true']).status).toBe(2);
  });

  it.each(every(rules, 10))('through the program: rules $name', ({ text, says, status }) => {
    const folder = new ConfigFolder();
    const file = folder.write('my.rules', text);
    const linted = run(folder, ['rules', 'lint', file]);
    expect(linted.status).toBe(status);
    expect(linted.said).toContain(says.replace('FILE', 'HOME/my.rules'));
  });
});
