/**
 * The paths that a step is known to name, so that the facts about them can be collected before it is judged. Promises:
 * bounded, and nothing that the shell would still expand. Does not promise to be complete: what a program opens on its
 * own account is the wall's business.
 */
import type { PathFact, StepDraft, Word } from '../protocol/index.ts';
import { type NamedWord, nameCurlUploads, nameSpecialArguments } from './named-paths-special.ts';
import { PATH_GRAMMARS, type PathGrammar } from './named-paths-table.ts';
import { namePath } from './named-paths-word.ts';
import { baseOf } from './path-access-join.ts';

type Use = PathFact['use'];

/** A path as the step writes it; relative to its folder, `~` for the home folder. */
export interface StepPath {
  readonly text: string;
  readonly use: Use;
}

/** The most that facts are collected for. */
export const MAX_NAMED_PATHS = 64;

/** An option in any of the forms `-o V`, `-oV`, `--long V`, `--long=V`. */
interface ReadOption {
  readonly name: string;
  readonly inline: string | null;
}

function readOption(value: string): ReadOption {
  const cut = value.indexOf('=');
  if (value.startsWith('--'))
    return cut < 0
      ? { name: value, inline: null }
      : { name: value.slice(0, cut), inline: value.slice(cut + 1) };
  return { name: value, inline: null };
}

/** Operands and path options of a command line, by its grammar. */
function readOperands(
  args: readonly Word[],
  grammar: PathGrammar,
): { operands: Word[]; found: NamedWord[]; seen: Set<string> } {
  const operands: Word[] = [];
  const found: NamedWord[] = [];
  const seen = new Set<string>();
  let hasEnded = false;
  for (let index = 0; index < args.length; index += 1) {
    const word = args[index];
    if (word === undefined) break;
    const value = word.value;
    if (hasEnded || value === undefined || !value.startsWith('-') || value === '-') {
      operands.push(word);
      continue;
    }
    if (value === '--') {
      hasEnded = true;
      continue;
    }
    const option = readOption(value);
    const skips = noteOption({ option, value, next: args[index + 1] }, grammar, found, seen);
    if (skips) index += 1;
  }
  return { operands, found, seen };
}

/** Notes one option; true when it takes the next word as its value. */
function noteOption(
  at: { option: ReadOption; value: string; next: Word | undefined },
  grammar: PathGrammar,
  found: NamedWord[],
  seen: Set<string>,
): boolean {
  const { option, value, next } = at;
  seen.add(option.name);
  const short = value.startsWith('--') ? '' : value.slice(0, 2);
  if (short !== '') for (const letter of value.slice(1)) seen.add(`-${letter}`);
  const use = grammar.paths?.[option.name] ?? grammar.paths?.[value];
  if (use !== undefined) {
    if (option.inline !== null) found.push({ word: { text: option.inline, value: option.inline }, use });
    else if (next !== undefined) found.push({ word: next, use });
    return option.inline === null;
  }
  const attached = grammar.paths?.[short];
  if (attached !== undefined && value.length > 2) {
    found.push({ word: { text: value.slice(2), value: value.slice(2) }, use: attached });
    return false;
  }
  return readsValue(value, option, grammar);
}

function readsValue(value: string, option: ReadOption, grammar: PathGrammar): boolean {
  if (option.inline !== null) return false;
  if (grammar.valued?.includes(value)) return true;
  const last = `-${value.slice(-1)}`;
  return (
    !value.startsWith('--') &&
    value.length > 2 &&
    grammar.valued?.includes(last) === true &&
    grammar.valued.includes(value.slice(0, 2)) === false
  );
}

function nameByGrammar(args: readonly Word[], grammar: PathGrammar): NamedWord[] {
  const { operands, found, seen } = readOperands(args, grammar);
  let use: Use | 'none' = grammar.operands ?? 'none';
  for (const [option, switched] of Object.entries(grammar.switches ?? {}))
    if (seen.has(option)) use = switched;
  const skip = grammar.skipUnless?.some((option) => seen.has(option)) ? 0 : (grammar.skip ?? 0);
  const paths = operands.slice(skip);
  const hasTarget = Object.keys(grammar.paths ?? {}).some(
    (option) => option.startsWith('-t') && seen.has(option),
  );
  paths.forEach((word, index) => {
    const isLast = grammar.last !== undefined && !hasTarget && paths.length > 1 && index === paths.length - 1;
    const wordUse = isLast ? (grammar.last ?? use) : use;
    if (wordUse !== 'none') found.push({ word, use: wordUse });
  });
  return found;
}

function nameArguments(name: string, args: readonly Word[]): NamedWord[] {
  const special = nameSpecialArguments(name, args);
  if (special !== null) return special;
  const grammar = PATH_GRAMMARS.get(name);
  if (grammar === undefined) return [];
  const found = nameByGrammar(args, grammar);
  return name === 'curl' ? [...found, ...nameCurlUploads(args)] : found;
}

/** Remote operands of rsync and scp, and the URLs of anything, are no paths. */
function isRemote(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text) || /^[^/~.][^/]*:/.test(text);
}

const NAMED = new WeakMap<StepDraft, readonly StepPath[]>();

/** Every path that the step is known to name, without the bound. Read once: facts and judgement both need them. */
export function listNamedPaths(step: StepDraft): readonly StepPath[] {
  const known = NAMED.get(step) ?? readNamedPaths(step);
  NAMED.set(step, known);
  return known;
}

function readNamedPaths(step: StepDraft): StepPath[] {
  const found: NamedWord[] = step.redirects.flatMap((redirect): NamedWord[] =>
    redirect.effect === 'none' ? [] : [{ word: redirect.target, use: redirect.effect }],
  );
  const name = baseOf(step.words[0]?.value ?? '');
  if (step.form !== 'opaque') found.push(...nameArguments(name, step.words.slice(1)));
  const paths = new Map<string, StepPath>();
  for (const { word, use } of found) {
    const named = namePath(word);
    if (
      named === null ||
      named.text === '-' ||
      (isRemote(named.text) && (name === 'scp' || name === 'rsync'))
    )
      continue;
    const text = named.text === '' ? '.' : named.text;
    const effective = use === 'delete' && !named.isWhole ? 'write' : use;
    paths.set(`${effective} ${text}`, { text, use: effective });
  }
  return [...paths.values()];
}

/** The paths that the step names, at most {@link MAX_NAMED_PATHS}; relative ones belong to the folder it runs in. */
export function namedPaths(step: StepDraft): StepPath[] {
  return listNamedPaths(step).slice(0, MAX_NAMED_PATHS);
}
