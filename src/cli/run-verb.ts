import { showLine } from '../timeline/index.ts';
import { usageFault } from './command-line.ts';

/** What a command such as `sallyport rules` can do, by its second word, in the order that people are told. */
export interface Verbs {
  /** `rules`. */
  readonly noun: string;
  readonly verbs: Readonly<Record<string, (words: readonly string[]) => number | Promise<number>>>;
  showHelp(): number;
}

/** Does what the first of the words says. Throws a `user` fault that lists the verbs where it is none of them. */
export async function runVerb({ noun, verbs, showHelp }: Verbs, words: readonly string[]): Promise<number> {
  const [verb, ...rest] = words;
  if (verb === '-h' || verb === '--help') return showHelp();
  const run = verb !== undefined && Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
  if (run !== undefined) return run(rest);
  const names = Object.keys(verbs);
  const list = (joint: string): string => `${names.slice(0, -1).join(', ')} ${joint} ${names.at(-1) ?? ''}`;
  throw usageFault(
    verb === undefined
      ? `${noun} needs ${list('or')}`
      : `${noun} has no ${showLine(verb, 40)}; it has ${list('and')}`,
    `sallyport ${noun}`,
  );
}
