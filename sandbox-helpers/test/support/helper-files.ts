import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const sources = fileURLToPath(new URL('../..', import.meta.url));

/** Who runs the helpers: when the tests are root, an ordinary person too. */
export interface TestUser {
  readonly name: string;
  readonly ids: { readonly uid: number; readonly gid: number } | undefined;
}

export const users: readonly TestUser[] =
  process.getuid?.() === 0
    ? [
        { name: 'root', ids: undefined },
        { name: 'an ordinary user', ids: { uid: 1001, gid: 1001 } },
      ]
    : [{ name: 'this user', ids: undefined }];

/** A fresh folder that `user` owns and may reach, removed by `removeFolders`. */
export function makeFolder(user?: TestUser): string {
  const folder = mkdtempSync(join(tmpdir(), 'helpers-'));
  folders.push(folder);
  chmodSync(folder, 0o755);
  own(folder, user);
  return folder;
}

export function own(path: string, user: TestUser | undefined): void {
  if (user?.ids !== undefined) execFileSync('chown', ['-R', `${user.ids.uid}:${user.ids.gid}`, path]);
}

const folders: string[] = [];

export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** Builds the helpers when needed and copies them to where every user may run them. */
export function buildHelpers(): { folder: string; path(name: string): string } {
  execFileSync(process.execPath, [join(sources, 'build.mjs')], { stdio: 'inherit' });
  const machine = process.arch === 'arm64' ? 'arm64' : 'x64';
  const folder = makeFolder();
  cpSync(join(sources, '..', 'build', 'helpers', `linux-${machine}`), folder, {
    recursive: true,
    filter: (path) => !path.includes('.building-'),
  });
  return { folder, path: (name) => join(folder, name) };
}

/** Compiles one of the small test programs. */
export function compileProgram(name: string, folder: string, flags: readonly string[] = []): string {
  const output = join(folder, name);
  mkdirSync(folder, { recursive: true });
  const source = join(sources, 'test', 'programs', `${name}.c`);
  execFileSync('cc', [
    '-O1',
    '-Wall',
    '-Werror',
    '-D_GNU_SOURCE',
    '-pthread',
    ...flags,
    '-o',
    output,
    source,
  ]);
  chmodSync(output, 0o755);
  return output;
}

export function copyProgram(from: string, to: string): string {
  copyFileSync(from, to);
  chmodSync(to, 0o755);
  return to;
}

/** One field of a command line to a helper. */
export function encodeField(text: string): string {
  if (text === '') return '%';
  return [...Buffer.from(text)]
    .map((byte) => {
      const char = String.fromCharCode(byte);
      return /[A-Za-z0-9/._-]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}
