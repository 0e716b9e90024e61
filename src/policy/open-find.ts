import type { Word } from '../protocol/index.ts';
import type { OpenedWrapper } from './opened-wrapper.ts';

const STARTERS = new Set(['-exec', '-execdir', '-ok', '-okdir']);
/** Actions of find that change or write something without starting a program. */
const OWN_EFFECTS = new Set(['-delete', '-fprint', '-fprint0', '-fprintf', '-fls']);

/** True when find itself removes or writes files, apart from the commands it starts. */
export function hasFindEffect(words: readonly Word[]): boolean {
  return words.some((word) => word.value !== undefined && OWN_EFFECTS.has(word.value));
}

/** Opens the commands of `find … -exec COMMAND {} ;`. The words it fills in have no value. */
export function openFind(name: string, words: readonly Word[]): OpenedWrapper | null {
  if (name !== 'find' && name !== 'gfind') return null;
  const commands: Word[][] = [];
  let position = words.findIndex((word) => word.value !== undefined && STARTERS.has(word.value));
  if (position < 0) return null;
  const base = {
    wrapper: words
      .slice(0, position + 1)
      .map((word) => word.text)
      .join(' '),
    environment: [],
    isDelayed: true,
    isShell: false,
    hasOwnEffect: hasFindEffect(words),
  };
  while (position < words.length) {
    if (!STARTERS.has(words[position]?.value ?? '')) {
      position += 1;
      continue;
    }
    const end = findEnd(words, position + 1);
    if (end < 0) return { ...base, opaque: `the end of ${words[position]?.text ?? '-exec'} is missing` };
    commands.push(words.slice(position + 1, end).map(asFilledWord));
    position = end + 1;
  }
  if (commands.some((command) => command.length === 0))
    return { ...base, opaque: 'find -exec without a command' };
  return { ...base, commands };
}

function findEnd(words: readonly Word[], from: number): number {
  for (let at = from; at < words.length; at += 1) {
    const value = words[at]?.value;
    if (value === ';' || (value === '+' && words[at - 1]?.value === '{}' && at > from)) return at;
  }
  return -1;
}

function asFilledWord(word: Word): Word {
  return word.text.includes('{}') ? { text: word.text } : word;
}
