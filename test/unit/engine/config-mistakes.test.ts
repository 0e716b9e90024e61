import { chmodSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { getuid } from 'node:process';
import { rootCertificates } from 'node:tls';
import { describe, expect, it } from 'vitest';
import flagMistakes from '../../cases/config/flag-mistakes.json' with { type: 'json' };
import mistakes from '../../cases/config/mistakes.json' with { type: 'json' };
import warnings from '../../cases/config/warnings.json' with { type: 'json' };
import { ConfigFolder } from './config-folder.ts';

describe('a mistake in the user file is one error with its place and the way out', () => {
  it.each(mistakes)('$name', ({ toml, error, hint }) => {
    expect(new ConfigFolder(toml).fault()).toEqual({ error, hint });
  });

  it.each([
    ['has no certificate in it', 'not one\n'],
    ['has no certificate in it', ''],
    ['has no certificate in it', '-----BEGIN CERTIFICATE-----\nbm9uZQ==\n-----END CERTIFICATE-----\n'],
    ['has no certificate in it', '-----BEGIN PRIVATE KEY-----\nbm9uZQ==\n-----END PRIVATE KEY-----\n'],
    ['cannot be read', undefined],
  ])('a file of certificates that %s', (problem, content) => {
    const folder = new ConfigFolder('[network]\nca_file = "~/ca.pem"\n');
    if (content !== undefined) folder.write('ca.pem', content);
    expect(folder.fault()).toEqual({
      error: `FILE:2:11: network.ca_file ~/ca.pem ${problem}`,
      hint: 'Name a file with certificates in PEM form, or leave the key out',
    });
    folder.write('ca.pem', `# of the company\n${rootCertificates[0]}\n`);
    expect(folder.load().snapshot.network.caFile).toBe(join(folder.home, 'ca.pem'));
  });

  it('not UTF-8', () => {
    const folder = new ConfigFolder();
    folder.write('.sallyport/config.toml', Buffer.from('tmp = "private"\nshell = "\xe4"\n', 'latin1'));
    expect(folder.fault()).toEqual({
      error: 'FILE:2:10: the file is not UTF-8 text',
      hint: 'Save it in UTF-8',
    });
  });

  it('too large', () => {
    const folder = new ConfigFolder(`# ${'x'.repeat(1024 * 1024)}`);
    expect(folder.fault()).toEqual({
      error: 'FILE: is 1048578 bytes long; at most 1048576 are read',
      hint: 'Make it shorter',
    });
  });

  it('a folder in its place', () => {
    const folder = new ConfigFolder();
    mkdirSync(folder.userFile, { recursive: true });
    expect(folder.fault()).toEqual({
      error: 'FILE: is not a regular file',
      hint: 'Put a regular file there, or remove it',
    });
  });

  it('a link to itself', () => {
    const folder = new ConfigFolder('');
    rmSync(folder.userFile);
    symlinkSync(folder.userFile, folder.userFile);
    expect(folder.fault().error).toBe('FILE: cannot be read: its symbolic links form a loop');
  });

  it.skipIf(getuid?.() === 0)('unreadable', () => {
    const folder = new ConfigFolder('tmp = "private"');
    chmodSync(folder.userFile, 0);
    expect(folder.fault().error).toBe('FILE: cannot be read: permission denied');
  });

  it('a home that is not absolute', () => {
    expect(new ConfigFolder().fault({}, { SALLYPORT_HOME: 'here' }).error).toBe(
      'SALLYPORT_HOME must be an absolute path, but is "here"',
    );
  });
});

describe('a mistake in a flag is an error that names the flag', () => {
  it.each(flagMistakes)('$name', ({ flags, error, hint }) => {
    expect(new ConfigFolder().fault(flags)).toEqual({ error, hint });
  });
});

describe('what is passed over or stands wider than it looks is said', () => {
  it.each(warnings)('$name', ({ toml, flags, warnings: expected }) => {
    expect(new ConfigFolder(toml).warnings(flags)).toEqual(expected);
  });
});

describe('a writable root that was swapped for a link', () => {
  it('in the file: refused with the place', () => {
    const folder = new ConfigFolder();
    const root = join(folder.workspace, 'out');
    folder.write(
      '.sallyport/config.toml',
      `[sandbox_workspace_write]\nwritable_roots = [${JSON.stringify(root)}]\n`,
    );
    symlinkSync('/etc', join(folder.workspace, 'out'));
    expect(folder.fault().error).toMatch(
      /^FILE:2:19: the writable root .*\/out lies in the workspace but leads to \/etc$/,
    );
  });

  it('as a flag: refused', () => {
    const folder = new ConfigFolder('');
    symlinkSync('/etc', join(folder.workspace, 'out'));
    expect(folder.fault({ addDirs: ['out'] }).error).toMatch(
      /^--add-dir out: the writable root .* leads to \/etc$/,
    );
  });
});
