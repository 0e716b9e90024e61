import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Larger configurations do not come from git; they count as ones that must be looked at. */
const MAX_CONFIG_BYTES = 64 * 1024;

/**
 * Keys of git's configuration whose values are programs, or lead to further configuration:
 * https://git-scm.com/docs/git-config
 */
const RUNS = [
  /^core\.(fsmonitor|sshcommand|hookspath|pager|editor|askpass|gitproxy|attributesfile|worktree|alternaterefscommand)$/,
  /^(sequence\.editor|credential\.helper|credential\..*\.helper|pager\..*|gpg\.(.*\.)?program|gpg\.ssh\.defaultkeycommand)$/,
  /^(diff|merge|difftool|mergetool|browser|man)\..*\.?(external|command|textconv|driver|cmd|path)$/,
  /^(diff\.external|interactive\.difffilter|uploadpack\.packobjectshook|sendemail\..*|web\.browser|trailer\..*\.(command|cmd))$/,
  /^filter\..*\.(clean|smudge|process)$/,
  /^remote\..*\.(uploadpack|receivepack|vcs|promisor|proxy)$/,
  /^extensions\.partialclone$/,
  /^(include|includeif\..*)\.path$/,
  /^submodule\..*\.update$/,
  /^(alias\..*|protocol\..*|url\..*)$/,
] as const;

/**
 * What in a git folder makes git run programs or look elsewhere, in words; null when nothing does. A `.git` that is a file
 * only leads to another folder. Whatever cannot be read counts.
 */
export function findObeyed(git: string): string | null {
  try {
    if (!lstatSync(git).isDirectory()) return null;
    for (const name of ['config', 'config.worktree']) {
      const key = findRunningKey(readConfig(join(git, name)));
      if (key !== null) return `"${key}"`;
    }
    const hook = readdirSync(join(git, 'hooks'), { withFileTypes: true }).find(isHook);
    return hook === undefined ? null : `the hook ${hook.name}`;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null;
    return 'something that cannot be read';
  }
}

function isHook(entry: { readonly name: string; isDirectory(): boolean }): boolean {
  return !entry.isDirectory() && !entry.name.endsWith('.sample');
}

function readConfig(file: string): string {
  let fd: number;
  try {
    fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return '';
    throw cause;
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile() || stat.size > MAX_CONFIG_BYTES) throw new Error('it is no plain file of that size');
    return readFileSync(fd, 'utf8');
  } finally {
    closeSync(fd);
  }
}

/** The first key that has a program for its value. Sections with odd letters are read by their plain ones, which is enough. */
function findRunningKey(text: string): string | null {
  let section = '';
  for (const raw of text.replaceAll('\\\n', ' ').split('\n')) {
    let line = raw.trim();
    const head = /^\[\s*([^\]\s"]+)\s*(?:"((?:[^"\\]|\\.)*)")?\s*\]/.exec(line);
    if (head !== null) {
      const [whole, name = '', part] = head;
      section = part === undefined ? name.toLowerCase() : `${name.toLowerCase()}.${part}`;
      // A key may stand on the line of its section.
      line = line.slice(whole.length).trim();
    } else if (line.startsWith('[')) return line.slice(0, 80);
    const [key = ''] = /^[a-z][a-z0-9-]*/i.exec(line) ?? [];
    if (key === '') continue;
    const full = `${section}.${key.toLowerCase()}`;
    if (RUNS.some((pattern) => pattern.test(full))) return full.slice(0, 80);
  }
  return null;
}
