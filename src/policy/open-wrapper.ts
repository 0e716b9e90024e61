import type { Word } from '../protocol/index.ts';
import { baseName } from './base-name.ts';
import { openFind } from './open-find.ts';
import { openShell, openSu } from './open-shell.ts';
import type { OpenedWrapper } from './opened-wrapper.ts';
import { findWrapperGrammar } from './wrapper-grammar.ts';
import { WrapperReader } from './wrapper-reader.ts';

/** Takes the outermost launcher off a command; null when the command is itself what runs. */
export function openWrapper(words: readonly Word[]): OpenedWrapper | null {
  const first = words[0]?.value;
  if (first === undefined) return null;
  const name = baseName(first);
  const shell =
    openShell(name, words) ?? openSu(name, words) ?? openFind(name, words) ?? openDebugger(name, words);
  if (shell !== null) return shell;
  const found = findWrapperGrammar(name, words[1]?.value);
  if (found === null) return null;
  return new WrapperReader(words, found.grammar).read(found.nameLength);
}

/** Opens `gdb … --args COMMAND`; its own commands may do anything, so it is a step too. */
function openDebugger(name: string, words: readonly Word[]): OpenedWrapper | null {
  const at = words.findIndex(({ value }) => value === '--args' || value === '-args');
  if (name !== 'gdb' || at < 0 || at + 1 >= words.length) return null;
  const wrapper = words
    .slice(0, at + 1)
    .map((word) => word.text)
    .join(' ');
  return {
    wrapper,
    environment: [],
    commands: [words.slice(at + 1)],
    isDelayed: true,
    isShell: false,
    hasOwnEffect: true,
  };
}
