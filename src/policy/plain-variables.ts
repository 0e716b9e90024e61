/**
 * Values that agents give to variables which could make programs run other code, and with which they cannot: a pager
 * that prints, an editor that does nothing, a search path of folders that nothing inside can write.
 */
import { isAtOrBelow } from './path-access-join.ts';

const PRINTS = new Set(['', 'cat', '/bin/cat', '/usr/bin/cat']);
const DOES_NOTHING = new Set(['', ':', 'true', '/bin/true', '/usr/bin/true']);
const WORD = /^[\w.-]{0,20}$/;

const PLAIN_VALUES: Readonly<Record<string, (value: string) => boolean>> = {
  PAGER: (value) => PRINTS.has(value),
  GIT_PAGER: (value) => PRINTS.has(value),
  MANPAGER: (value) => PRINTS.has(value),
  EDITOR: (value) => DOES_NOTHING.has(value),
  VISUAL: (value) => DOES_NOTHING.has(value),
  GIT_EDITOR: (value) => DOES_NOTHING.has(value),
  GIT_SEQUENCE_EDITOR: (value) => DOES_NOTHING.has(value),
  GIT_TERMINAL_PROMPT: (value) => WORD.test(value),
  GIT_OPTIONAL_LOCKS: (value) => WORD.test(value),
  PYTHONUNBUFFERED: (value) => WORD.test(value),
  PYTHONDONTWRITEBYTECODE: (value) => WORD.test(value),
  PYTHONIOENCODING: (value) => WORD.test(value),
  PYTHONUTF8: (value) => WORD.test(value),
};

/** What the gate tells of a value at most; a longer one may go on. */
const TOLD_BYTES = 1000;
/** Writable in every session, or not what they are outside. */
const SCRATCH = ['/tmp', '/dev', '/proc', '/run', '/var/run'];

/**
 * True where this value cannot make a program run other code than it would without it.
 * @param writable folders that something inside can write; null where that may be all of them
 */
export function isPlainVariable(name: string, value: string, writable: readonly string[] | null): boolean {
  if (name === 'PATH') return writable !== null && isPlainPath(value, [...writable, ...SCRATCH]);
  return Object.hasOwn(PLAIN_VALUES, name) && PLAIN_VALUES[name]?.(value) === true;
}

function isPlainPath(value: string, writable: readonly string[]): boolean {
  const isWhole = value.length < TOLD_BYTES && /^[\x20-\x7e]*$/.test(value);
  if (!isWhole) return false;
  return value.split(':').every((folder) => {
    const isNormal = folder.startsWith('/') && !/\/\.{0,2}(?:\/|$)/.test(folder);
    return isNormal && !writable.some((root) => isAtOrBelow(folder, root));
  });
}
