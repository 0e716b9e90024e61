/** What the kernel makes of a script file: its first line names the program that really runs. */
import { makeLiteralWord } from './shell-word.ts';
import { unwrapCommand } from './unwrap-command.ts';

const MAX_WORDS = 16;

/** The words of the first line of a script, from its interpreter on; empty when there is none. */
export function readShebang(shebang: string | undefined): string[] {
  const line = (shebang?.split('\n', 1)[0] ?? '').replace(/^#!\s*/, '').trim();
  return line === '' ? [] : line.split(/\s+/).slice(0, MAX_WORDS);
}

/** The commands that a started script is for the rules: its interpreter, and what that starts when it is `env`. */
export function listInterpreterForms(
  interpreter: readonly string[],
  argv: readonly string[],
): (readonly (string | null)[])[] {
  if (interpreter.length === 0) return [];
  const words = [...interpreter, ...argv];
  const { inner, wrappers } = unwrapCommand(words.map(makeLiteralWord));
  if (inner === null || wrappers.length === 0) return [words];
  return [words, inner.map(({ value }) => value ?? null)];
}
