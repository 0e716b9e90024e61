import { existsSync, lstatSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { sweepLeftovers } from '../../../src/engine/config/index.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'sweep-'));
  mkdirSync(join(home, 'rules'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const HEX = '0123456789ab';
/** So much later nothing here is young any more. */
const later = (ms: number): number => Date.now() + ms;

const OURS = [
  `config.toml.${HEX}.new`,
  `work.config.toml.${HEX}.new`,
  `.sallyport-${HEX}.old`,
  `.sallyport-${HEX}.new`,
  `rules/always.rules.${HEX}.new`,
  `rules/.sallyport-${HEX}.old`,
];
const OTHERS = [
  'config.toml',
  'config.toml.old',
  `config.toml.${HEX}.bak`,
  `config.toml.${HEX.slice(1)}.new`,
  `notes.${HEX}.new`,
  `sallyport-${HEX}.old`,
  '.sallyport-mine.old',
  'history.db',
  'rules/always.rules',
];

it('takes away what a killed change of the configuration has left, and nothing else', () => {
  for (const name of [...OURS, ...OTHERS]) writeFileSync(join(home, name), 'x');
  const folder = `.sallyport-${HEX.replace('0', 'f')}.old`;
  const link = `.sallyport-${HEX.replace('0', 'e')}.old`;
  mkdirSync(join(home, folder));
  symlinkSync(join(home, 'config.toml'), join(home, link));
  sweepLeftovers(home, later(30_000));
  expect(OURS.filter((name) => !existsSync(join(home, name)))).toEqual([]);
  sweepLeftovers(home, later(61_000));
  expect(OURS.filter((name) => existsSync(join(home, name)))).toEqual([]);
  expect(OTHERS.filter((name) => !existsSync(join(home, name)))).toEqual([]);
  expect([lstatSync(join(home, folder)).isDirectory(), lstatSync(join(home, link)).isSymbolicLink()]).toEqual(
    [true, true],
  );
});

it('does nothing where there is no such folder', () => {
  expect(() => sweepLeftovers(join(home, 'none'), later(61_000))).not.toThrow();
});
