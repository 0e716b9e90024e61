/** Paths in the words of programs whose command line is a language of its own: find, dd, tar, git, curl. */
import type { PathFact, Word } from '../protocol/index.ts';
import { readGitCommand, repositoryCandidates, writesRepository } from './named-paths-git.ts';

type Use = PathFact['use'];

/** A word that names a path, and what for. */
export interface NamedWord {
  readonly word: Word;
  readonly use: Use;
}

function nameFind(args: readonly Word[]): NamedWord[] {
  const roots: Word[] = [];
  for (const word of args) {
    if (word.value !== undefined && /^([-(!]|\\)/.test(word.value)) {
      if (/^-([HLP]|O\d?|D)$/.test(word.value)) continue;
      break;
    }
    roots.push(word);
  }
  const start = roots.length === 0 ? [{ text: '.', value: '.' }] : roots;
  const deletes = args.some((word) => word.value === '-delete');
  return start.map((word) => ({ word, use: deletes ? 'delete' : 'read' }));
}

function nameDd(args: readonly Word[]): NamedWord[] {
  return args.flatMap((word): NamedWord[] => {
    const match = /^(if|of)=(.*)$/su.exec(word.value ?? word.text);
    if (!match) return [];
    const rest = match[2] ?? '';
    const named: Word = word.value === undefined ? { text: rest } : { text: rest, value: rest };
    return [{ word: named, use: match[1] === 'of' ? 'write' : 'read' }];
  });
}

/** What tar does with its archive: the letters of its first word or of its short options. */
function readTarMode(args: readonly Word[]): { isCreating: boolean; isExtracting: boolean } {
  const first = args[0]?.value ?? '';
  const short = args.map((word) => word.value ?? '').filter((value) => /^-[a-zA-Z]+$/.test(value));
  const letters = first.startsWith('-') ? short.join('') : first;
  const has = (option: string) => args.some((word) => word.value === option);
  return {
    isCreating: /[cru]/.test(letters) || has('--create') || has('--append') || has('--update'),
    isExtracting: /x/.test(letters) || has('--extract') || has('--get'),
  };
}

interface TarWord {
  readonly option: string;
  readonly word: Word;
}

const TAR_VALUED = /^-[a-zA-Z]*[fCTXI]$|^--(file|directory|exclude)$/;

/** One word of tar by itself: an option that waits for its value, one that holds it, or an operand. */
function readTarWord(word: Word): TarWord | { pending: string } {
  const text = word.value ?? '';
  const inline = /^(--[a-z-]+)=(.*)$/s.exec(text);
  if (inline) return { option: inline[1] ?? '', word: { text: inline[2] ?? '', value: inline[2] ?? '' } };
  if (text.startsWith('-')) return { pending: TAR_VALUED.test(text) ? text : '' };
  return { option: '', word };
}

/** The words of tar with the option that each is the value of; empty for operands. */
function readTarWords(args: readonly Word[]): TarWord[] {
  const first = args[0]?.value ?? '';
  const isOldStyle = !first.startsWith('-');
  let pending = isOldStyle && first.includes('f') ? 'f' : '';
  const words: TarWord[] = [];
  for (const word of args.slice(isOldStyle ? 1 : 0)) {
    const read = pending === '' ? readTarWord(word) : { option: pending, word };
    pending = 'pending' in read ? read.pending : '';
    if ('word' in read) words.push(read);
  }
  return words;
}

/** tar: the archive by -f, and what goes in, or the folder that it is unpacked to. */
function nameTar(args: readonly Word[]): NamedWord[] {
  const { isCreating, isExtracting } = readTarMode(args);
  const optionUse = (option: string): Use | null => {
    if (option === '') return isCreating ? 'read' : null;
    if (/f$|^--file$/.test(option)) return isCreating ? 'write' : 'read';
    if (/C$|^--directory$/.test(option)) return isExtracting ? 'write' : 'read';
    return null;
  };
  return readTarWords(args).flatMap(({ option, word }) => {
    const use = optionUse(option);
    return use === null || word.value === '-' ? [] : [{ word, use }];
  });
}

/** Data that curl sends from a file: `-d @file`, `-F name=@file`. */
export function nameCurlUploads(args: readonly Word[]): NamedWord[] {
  const found: NamedWord[] = [];
  args.forEach((word, index) => {
    const option = args[index - 1]?.value ?? '';
    const match = /^(?:-d|-F|--data(?:-binary|-raw|-urlencode|-ascii)?|--form|--json|-H)$/.test(option)
      ? /(?:^|=)[@<]([^;]+)/.exec(word.value ?? '')
      : null;
    const file = match?.[1];
    if (file !== undefined && file !== '-') found.push({ word: { text: file, value: file }, use: 'read' });
  });
  return found;
}

function nameGit(args: readonly Word[]): NamedWord[] {
  const command = readGitCommand(args.map((word) => word.value));
  if (command === null) return [];
  const toFound = (text: string, use: Use): NamedWord => ({ word: { text, value: text }, use });
  const base = command.folder === null ? '' : `${command.folder}/`;
  const operands = command.rest.filter((word) => word !== '' && !word.startsWith('-'));
  const found: NamedWord[] = writesRepository(command)
    ? repositoryCandidates(command).map((text) => toFound(text, 'write'))
    : [];
  if (command.name === 'rm' && !command.rest.includes('--cached'))
    found.push(...operands.map((word) => toFound(`${base}${word}`, 'delete')));
  if (command.name === 'mv') found.push(...operands.map((word) => toFound(`${base}${word}`, 'write')));
  if (command.name === 'clone' && operands[1] !== undefined)
    found.push(toFound(`${base}${operands[1]}`, 'write'));
  return found;
}

/** The paths in the words after the program, or null for a program that this file does not know. */
export function nameSpecialArguments(name: string, args: readonly Word[]): NamedWord[] | null {
  switch (name) {
    case 'find':
      return nameFind(args);
    case 'dd':
      return nameDd(args);
    case 'tar':
    case 'bsdtar':
      return nameTar(args);
    case 'git':
      return nameGit(args);
    default:
      return null;
  }
}
