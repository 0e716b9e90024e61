/** The arguments of one call, by the names they have. */
import { showText } from '../judge-show.ts';
import type { Call, Literal } from './read-calls.ts';
import { RuleProblem } from './rule-mistake.ts';

/** What a call takes: names in their order; those behind `isNamed` only by name. */
export interface CallForm {
  readonly names: readonly string[];
  readonly needed: readonly string[];
  /** Only by name: ours, which other readers of such files do not know. */
  readonly named?: readonly string[];
}

export type Arguments = ReadonlyMap<string, Literal>;

const KIND_WORDS: Record<Literal['kind'], string> = {
  string: 'a string',
  list: 'a list',
  dict: 'a table',
  none: 'None',
  bool: 'True or False',
  number: 'a number',
};

/** Gives each argument its name. Throws for one that is unknown, doubled or missing. `None` counts as left out. */
export function readArguments(call: Call, form: CallForm): Arguments {
  const known = [...form.names, ...(form.named ?? [])];
  const found = new Map<string, Literal>();
  call.arguments.forEach((argument, index) => {
    const name = argument.name ?? form.names[index];
    if (name === undefined)
      throw new RuleProblem(
        argument.at,
        `${call.name} takes at most ${form.names.length} arguments without a name`,
        `Name it: ${known.join(', ')}`,
      );
    if (!known.includes(name))
      throw new RuleProblem(
        argument.at,
        `${call.name} has no argument ${showText(name, 60)}`,
        `It takes ${known.join(', ')}`,
      );
    if (found.has(name)) throw new RuleProblem(argument.at, `${name} is given twice`, 'Keep one of them');
    found.set(name, argument.value);
  });
  for (const [name, literal] of found) if (literal.kind === 'none') found.delete(name);
  const missing = form.needed.find((name) => !found.has(name));
  if (missing !== undefined)
    throw new RuleProblem(call.at, `${call.name} needs ${missing}`, `Add ${missing}=…`);
  return found;
}

/** The problem that a value is of another kind. */
export function wrongKind(literal: Literal, what: string, hint: string): RuleProblem {
  return new RuleProblem(literal.at, `${what}, not ${KIND_WORDS[literal.kind]}`, hint);
}

/** The text of a string; undefined where it was left out. */
export function readText(list: Arguments, name: string): string | undefined {
  const literal = list.get(name);
  if (literal === undefined) return undefined;
  if (literal.kind !== 'string') throw wrongKind(literal, `${name} must be a string`, `Write ${name}="…"`);
  return literal.value;
}

/** One of several words; undefined where it was left out. */
export function readChoice<Word extends string>(
  list: Arguments,
  name: string,
  words: readonly Word[],
): Word | undefined {
  const text = readText(list, name);
  const choices = `${words.length === 1 ? '' : 'one of '}${words.map((word) => `"${word}"`).join(', ')}`;
  if (text === undefined) return undefined;
  const chosen = words.find((word) => word === text);
  if (chosen === undefined)
    throw new RuleProblem(
      list.get(name)?.at ?? 0,
      `${name} must be ${choices}, but is "${showText(text, 60)}"`,
      `Write ${choices}`,
    );
  return chosen;
}

/** The reason that people read; undefined where it was left out. */
export function readJustification(list: Arguments): string | undefined {
  const text = readText(list, 'justification');
  if (text?.trim() === '')
    throw new RuleProblem(
      list.get('justification')?.at ?? 0,
      'justification is empty',
      'Say why, or leave it out',
    );
  return text;
}

/** The strings of a list, each with its place; undefined where it was left out. */
export function readTexts(list: Arguments, name: string): { value: string; at: number }[] | undefined {
  const literal = list.get(name);
  if (literal === undefined) return undefined;
  if (literal.kind !== 'list')
    throw wrongKind(literal, `${name} must be a list of strings`, `Write ${name}=["…"]`);
  return literal.items.map((item) => {
    if (item.kind !== 'string') throw wrongKind(item, `${name} holds strings`, 'Put it in quotes');
    return { value: item.value, at: item.at };
  });
}
