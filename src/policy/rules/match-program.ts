/**
 * Which words of rules a program answers to. Promises: a rule that asks or forbids finds the program under every name
 * it is known by; one that allows finds it only as written, or as a file that is known to be that program. Does not
 * promise what the file holds. Without it `/tmp/git status` would be allowed as `git status`, and `/bin/rm` not be
 * forbidden as `rm`.
 */
import type { HostExecutable } from '../../protocol/index.ts';

/**
 * How programs named by a path are found. `in-force`: as here; `listed`: as Codex does when it resolves programs, any
 * absolute path by its last part, where it is listed if any is; `as-written`: not at all.
 */
export type ProgramMatching = 'in-force' | 'listed' | 'as-written';

/** A word of rules that the program answers to, and the path by which it does. */
export interface ProgramName {
  readonly name: string;
  readonly path?: string;
  /** Also for rules that allow. */
  readonly isSure: boolean;
}

const SYSTEM_FOLDERS =
  /^(?:\/usr(?:\/local)?|\/opt\/homebrew|\/opt\/local)?\/s?bin\/[^/]+$|^\/snap\/bin\/[^/]+$|^[A-Za-z]:[\\/](?:Windows[\\/]System32|Program Files(?: \(x86\))?)[\\/]/;

/** True for a path that only the machine's owner can have put a program at. */
export function isSystemProgram(path: string): boolean {
  return SYSTEM_FOLDERS.test(path) && !/[\\/]\.\.(?:[\\/]|$)/.test(path);
}

function isAbsolute(path: string): boolean {
  return path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(path);
}

function hasFolder(word: string): boolean {
  return word.includes('/') || /^[A-Za-z]:\\/.test(word) || word.startsWith('.\\');
}

/** The last part of a path, without the ending that Windows' programs have. */
function nameOf(path: string): string {
  const last = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  return last.replace(/\.exe$/i, '');
}

function isListed(path: string, executables: ReadonlyMap<string, readonly HostExecutable[]>): boolean | null {
  const entries = executables.get(nameOf(path));
  return entries === undefined ? null : entries.some((entry) => entry.paths.includes(path));
}

export interface NamedProgram {
  /** As written. */
  readonly word: string;
  /** The file that it is, when that is known. */
  readonly program: string | null;
  readonly matching: ProgramMatching;
  readonly executables: ReadonlyMap<string, readonly HostExecutable[]>;
}

/** The names under which rules find a program, the word as written first. */
export function listProgramNames({ word, program, matching, executables }: NamedProgram): ProgramName[] {
  if (matching === 'as-written') return [{ name: word, isSure: true }];
  if (matching === 'listed') {
    const names: ProgramName[] = [{ name: word, isSure: true }];
    if (isAbsolute(word) && isListed(word, executables) !== false)
      names.push({ name: nameOf(word), path: word, isSure: true });
    return names;
  }
  // A bare word whose file is known and is not one of those listed is some other program of that name.
  const isOther =
    !hasFolder(word) &&
    program !== null &&
    executables.has(word) &&
    !(executables.get(word) ?? []).some((entry) => entry.paths.includes(program));
  const names: ProgramName[] = [{ name: word, isSure: !isOther }];
  if (hasFolder(word)) {
    const isSure =
      isAbsolute(word) &&
      !word.includes('/../') &&
      (isListed(word, executables) ?? SYSTEM_FOLDERS.test(word));
    names.push({ name: nameOf(word), path: word, isSure });
  }
  if (program !== null && program !== word) {
    names.push({ name: program, path: program, isSure: true });
    names.push({ name: nameOf(program), path: program, isSure: false });
  }
  return names;
}
