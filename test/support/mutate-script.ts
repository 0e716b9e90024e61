import type { Random } from './seeded-random.ts';

const FRAGMENTS: readonly [string, ...string[]] = [
  '$(',
  ')',
  '`',
  '"',
  "'",
  '{',
  '}',
  '((',
  '))',
  '[[',
  ']]',
  '${',
  '<<E\n',
  '\nE\n',
  ';;',
  ';&',
  '&&',
  '||',
  '|&',
  '&',
  '!',
  'if ',
  ' then ',
  ' fi',
  ' do ',
  ' done',
  'case ',
  ' esac',
  'function f ',
  'f() ',
  'time ',
  'coproc ',
  'select x in ',
  '\\',
  '\\\n',
  '\n',
  '\t',
  '\0',
  '\u202e',
  '\ud83d',
  '>',
  '>>',
  '<',
  '<>',
  '>&',
  '2>&1',
  '&>',
  '<(',
  '>(',
  '$((',
  '$[',
  "$'\\x41",
  '$"',
  '#',
  '~',
  '*',
  '?(',
  '@(a|b)',
  '{a,b}',
  '{1..9}',
  '=',
  '+=(',
  'a[',
  ']=',
  '${x:=',
  '${!x}',
  '${x@Q}',
];

/** Breaks a script in a few places: the result is mostly no script any more. */
export function mutateScript(script: string, random: Random): string {
  let text = script;
  const below = (limit: number): number => Math.floor(random() * limit);
  const count = 1 + below(4);
  for (let at = 0; at < count; at += 1) {
    const place = below(text.length + 1);
    const length = below(12);
    const fragment = FRAGMENTS[below(FRAGMENTS.length)] ?? FRAGMENTS[0];
    const kind = below(6);
    if (kind === 0) text = text.slice(0, place) + text.slice(place + length);
    else if (kind === 1)
      text = text.slice(0, place) + text.slice(place, place + length).repeat(2) + text.slice(place);
    else if (kind === 2) text = text.slice(place) + text.slice(0, place);
    else if (kind === 3) text = text.slice(0, place) + fragment.repeat(1 + below(40)) + text.slice(place);
    else text = text.slice(0, place) + fragment + text.slice(place);
  }
  return text;
}
