import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listSecretNames } from '../../../src/engine/sandbox/secret-names.ts';

describe.skipIf(process.platform === 'win32')('listSecretNames', () => {
  let base = '';
  const at = (name: string): string => join(base, name);
  beforeAll(() => {
    base = realpathSync(mkdtempSync(join(tmpdir(), 'secret-names-')));
    for (const folder of ['home', 'dots/cargo']) mkdirSync(at(folder), { recursive: true });
    writeFileSync(at('dots/pgpass'), '');
    symlinkSync('../dots/pgpass', at('home/.pgpass'));
    symlinkSync('../dots/not-there', at('home/.netrc'));
    symlinkSync('.other', at('home/.my.cnf'));
    symlinkSync('../dots/not-there-either', at('home/.other'));
    symlinkSync('../dots/cargo', at('home/.cargo'));
    symlinkSync('.vault-token', at('home/.vault-token'));
    symlinkSync('..', at('home/.boto'));
  });
  afterAll(() => rmSync(base, { recursive: true, force: true }));

  test('names what is missing, also with its folders', () => {
    const names = listSecretNames(at('home'));
    expect(names).toEqual(
      expect.arrayContaining(['/etc/shadow', at('home/.npmrc'), at('home/.docker/config.json')]),
    );
    expect(names.filter((name) => /[*$]|Library/.test(name))).toEqual([]);
  });

  test('follows links by all their names to one that may be missing', () => {
    expect(listSecretNames(at('home'))).toEqual(
      expect.arrayContaining([
        ...[at('home/.pgpass'), at('dots/pgpass'), at('home/.netrc'), at('dots/not-there')],
        ...[at('home/.my.cnf'), at('home/.other'), at('dots/not-there-either')],
        ...[at('home/.cargo/credentials'), at('dots/cargo/credentials')],
      ]),
    );
  });

  test('ends where links go round, and names neither the home nor the root', () => {
    const names = listSecretNames(at('home'));
    expect(names).toContain(at('home/.vault-token'));
    expect(names).not.toContain(at('home'));
    expect(names).not.toContain('/');
  });
});
