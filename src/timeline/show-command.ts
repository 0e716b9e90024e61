/**
 * A step of a script as a person is shown it: with the launchers that were opened to reach it. Promises: nothing that
 * stands in front of a command is left out, so that `sudo ls` never looks like `ls`. It is for reading; where a launcher
 * takes a script, only the part of it that this step is stands there.
 */
import type { StepDraft } from '../protocol/index.ts';
import { quoteWords } from './quote-words.ts';

/** A command with what stands in front of it, outermost launcher first. */
export type ShownCommand = Pick<StepDraft, 'text' | 'assignments' | 'wrappers'>;

const SHELL = /^(?:ba|da|z|k|mk|a|rba)?sh$/;
/** Launchers whose own words end with the script that they were given. */
const WITH_SCRIPT = /^(.*?\s(?:-c|--call|--command))(?:\s|=)/s;

/** A step as written, launchers included. */
export function showCommand(step: ShownCommand): string {
  // as written it has its own assignments already, unless it was taken out of a launcher
  return step.wrappers.length === 0 ? step.text : showInFront(step);
}

/** A command behind its launchers, and in front of all what is set for it and stands in none of them. */
export function showInFront({ text, assignments, wrappers }: ShownCommand): string {
  const command = wrappers.reduceRight((inner, wrapper) => wrap(wrapper, inner), text);
  const set = assignments.map(({ name, value }) => `${name}=${value.text}`);
  const isWritten = (pair: string) => wrappers.some((wrapper) => ` ${wrapper} `.includes(` ${pair} `));
  return [...withoutLeading(set, text).filter((pair) => !isWritten(pair)), command].join(' ');
}

function wrap(wrapper: string, inner: string): string {
  const [first = '', ...rest] = wrapper.split(' ');
  const name =
    first
      .replace(/["'\\]/g, '')
      .split('/')
      .at(-1) ?? '';
  if (name === 'trap') return ['trap', quoteWords([inner]), ...rest].join(' ');
  if (name === 'eval') return `${wrapper} ${quoteWords([inner])}`;
  if (name === 'su' || name === 'runuser') return `${wrapper} -c ${quoteWords([inner])}`;
  if (SHELL.test(name)) {
    const isGiven = rest.some((word) => /^-[a-zA-Z]*c[a-zA-Z]*$/.test(word));
    return `${wrapper} ${isGiven ? '' : '<<< '}${quoteWords([inner])}`;
  }
  const given = /^(?:flock|npx|bunx|npm|pnpm|yarn|bun)$/.test(name)
    ? WITH_SCRIPT.exec(wrapper)?.[1]
    : undefined;
  return given === undefined ? `${wrapper} ${inner}` : `${given} ${quoteWords([inner])}`;
}

/** What is set, without those that the text itself begins with. */
function withoutLeading(set: readonly string[], text: string): string[] {
  const left = [...set];
  let rest = text;
  for (let at = findLeading(left, rest); at >= 0; at = findLeading(left, rest)) {
    rest = rest.slice((left[at]?.length ?? 0) + 1).trimStart();
    left.splice(at, 1);
  }
  return left;
}

function findLeading(set: readonly string[], text: string): number {
  return set.findIndex((pair) => text === pair || text.startsWith(`${pair} `));
}
