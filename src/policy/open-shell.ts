import type { Word } from '../protocol/index.ts';
import type { OpenedWrapper } from './opened-wrapper.ts';

const SHELLS = new Set(['sh', 'bash', 'dash', 'zsh', 'ksh', 'mksh', 'ash', 'rbash']);
/**
 * One-letter options that change how a shell runs a script, not which script. The files that a login or interactive
 * shell reads before are the person's own, and protected where a session could write them.
 */
const SHELL_FLAGS = /^[-+][abefhiklmnprtuvxBCEHPT]*[cs]?[abefhiklmnprtuvxBCEHPT]*$/;
/** With one dash bash takes these as their long forms too; the one that reads as known letters. */
const LONG_WITH_ONE_DASH = '-rcfile';

export function isShellName(name: string): boolean {
  return SHELLS.has(name);
}

/** What a call of a shell runs: a script in its words, a file, or its input. */
export type ShellCall =
  | { kind: 'script'; script: Word; wordCount: number }
  | { kind: 'file'; wordCount: number }
  | { kind: 'input'; wordCount: number }
  | { kind: 'odd'; word: string };

/** Reads the words of a shell's command line; an option that is not known for certain is `odd`. */
export function readShellCall(words: readonly Word[]): ShellCall {
  const options = readShellOptions(words);
  if (typeof options === 'string') return { kind: 'odd', word: options };
  const { letters, wordCount } = options;
  const next = words[wordCount];
  // What is typed at an interactive shell is not read as a script is (`!`), and does not end it.
  if (letters.includes('i') && !letters.includes('c') && (letters.includes('s') || next === undefined))
    return { kind: 'odd', word: '-i' };
  if (letters.includes('c')) {
    return next === undefined ? { kind: 'odd', word: '-c' } : { kind: 'script', script: next, wordCount };
  }
  return { kind: letters.includes('s') || next === undefined ? 'input' : 'file', wordCount };
}

/** The letters of all options and the place where they end; or the option that is not known. */
function readShellOptions(words: readonly Word[]): { letters: string; wordCount: number } | string {
  let letters = '';
  let at = 1;
  for (let value = words[at]?.value; value !== undefined; value = words[at]?.value) {
    const count = countOptionWords(value);
    if (count === null) return value;
    // A shell takes `+c` as `-c`.
    if (/^[-+][^-]/.test(value)) letters += value;
    at += count;
    if (count === 0 || value === '--' || value === '-') break;
  }
  return { letters, wordCount: at };
}

/** How many words an option takes: 0 for what is none, null for one that is not known. */
function countOptionWords(value: string): number | null {
  if (!/^[-+]/.test(value)) return 0;
  if (value === LONG_WITH_ONE_DASH) return null;
  if (value === '-' || /^--(?:norc|noprofile|posix|login|noediting|restricted|verbose)?$/.test(value))
    return 1;
  if (/^[-+]O$/.test(value) || /^[-+][abefhiklmnprtuvxBCEHPT]*c?[abefhiklmnprtuvxBCEHPT]*o$/.test(value))
    return 2;
  return SHELL_FLAGS.test(value) ? 1 : null;
}

/** Opens `bash -c SCRIPT`, `sh` with its commands on its input; a script file stays a command of its own. */
export function openShell(name: string, words: readonly Word[]): OpenedWrapper | null {
  if (!SHELLS.has(name)) return null;
  const only = words.length === 2 ? words[1]?.value : undefined;
  if (only === '--version' || only === '--help') return null;
  const call = readShellCall(words);
  if (call.kind === 'file') return null;
  const base = {
    wrapper: words
      .slice(0, call.kind === 'odd' ? 1 : call.wordCount)
      .map((word) => word.text)
      .join(' '),
    environment: [],
    isDelayed: true,
    isShell: false,
    hasOwnEffect: false,
  };
  if (call.kind === 'odd')
    return { ...base, opaque: `an option of ${name} is not understood (${call.word})` };
  if (call.kind === 'input') return { ...base, isFromInput: true };
  if (call.script.value === undefined) {
    return { ...base, opaque: `the script given to ${name} is only known when it runs` };
  }
  return { ...base, script: call.script.value };
}

const SU_FLAGS = new Set([
  '-',
  '-l',
  '--login',
  '-m',
  '-p',
  '--preserve-environment',
  '-P',
  '--pty',
  '-f',
  '--fast',
]);

/** Opens `su [options] [user] -c SCRIPT`. */
export function openSu(name: string, words: readonly Word[]): OpenedWrapper | null {
  if (name !== 'su' && name !== 'runuser') return null;
  // `runuser -u USER COMMAND` starts a command, no shell.
  if (name === 'runuser' && words.some(({ value }) => /^(?:-u|--user(?:=|$))/.test(value ?? ''))) return null;
  const base = { environment: [], isDelayed: true, isShell: false, hasOwnEffect: false };
  let operands = 0;
  for (let at = 1; at < words.length; at += 1) {
    const value = words[at]?.value;
    const wrapper = words
      .slice(0, at)
      .map((word) => word.text)
      .join(' ');
    if (value !== undefined && SU_SCRIPT.test(value)) return { ...base, wrapper, ...readSuScript(words, at) };
    if (value === undefined || (value.startsWith('-') && !SU_FLAGS.has(value)) || operands > 1) {
      return { ...base, wrapper, opaque: `the arguments of ${name} are not understood` };
    }
    if (!value.startsWith('-')) operands += 1;
  }
  return { ...base, wrapper: name, opaque: `${name} starts a shell that reads its commands from its input` };
}

const SU_SCRIPT = /^(?:-[lmpPf]*c$|--command(?:=|$))/;

function readSuScript(words: readonly Word[], at: number): { script: string } | { opaque: string } {
  const option = words[at]?.value ?? '';
  const equals = option.indexOf('=');
  const script = equals < 0 ? words[at + 1]?.value : option.slice(equals + 1);
  return script === undefined
    ? { opaque: `the script given to ${words[0]?.text ?? 'su'} is only known when it runs` }
    : { script };
}
