/**
 * The forms in which a command can be spoken of by a rule: the innermost command, and each launcher around it with what
 * it starts. Promises: a rule that forbids `sudo` finds `sudo -u root make`, and one that forbids `make` finds it too;
 * one that allows finds a command only behind launchers that do not change what it is. Without it a word in front would
 * get past every rule, or `sudo` in front of an allowed command be allowed with it.
 */
import type { Facts, StepDraft, Word } from '../protocol/index.ts';
import { outerWrappers } from './outer-wrappers.ts';
import { splitScript } from './split-script.ts';
import { unwrapCommand } from './unwrap-command.ts';

type FormWord = string | null;

/** A command as a rule may name it; `null` stands for words that are not known. */
export interface CommandForm {
  readonly words: readonly FormWord[];
  /** The file of the first word, where it is known. */
  readonly program?: string | null;
  /** So many words in front belong to launchers: a rule that only allows those says nothing of what they start. */
  readonly launcherWords: number;
  /** Also for rules that allow. */
  readonly isSure: boolean;
}

interface Launcher {
  readonly words: readonly FormWord[];
  readonly isPlain: boolean;
  /** What it starts is not behind it as words: the text of a script, or a command line that is put together later. */
  readonly isScript: boolean;
}

const PLAIN =
  /^(?:\/(?:usr\/)?bin\/)?(?:command|builtin|exec|time|nice|ionice|nohup|timeout|stdbuf|setsid|xargs|find|bash|sh|dash|zsh|env|watch|eval|trap)$/;
const SCRIPTED = /^(?:.*\/)?(?:bash|sh|dash|zsh|ksh|fish|eval|trap|su|runuser|script|watch)$/;
const PLAIN_TEXT = /^[\w.,/:@%+=^ -]+$/;
const ASSIGNMENT = /^[A-Za-z_]\w*\+?=/;

function valuesOf(words: readonly Word[]): FormWord[] {
  return words.map(({ value }) => value ?? null);
}

/** The words of a launcher, which is kept as its source text. */
function readLauncherWords(text: string): FormWord[] {
  if (PLAIN_TEXT.test(text)) return text.split(' ').filter((word) => word !== '');
  // Behind `:` nothing is opened, so that its words come back as they are.
  const [step, ...others] = splitScript(`: ${text}`).steps;
  const isRead = step !== undefined && others.length === 0 && step.words[0]?.value === ':';
  return isRead ? valuesOf(step.words.slice(1)) : [null];
}

function readLauncher(text: string): Launcher {
  const words = readLauncherWords(text);
  const name = words[0] ?? '';
  const isEnvironment = /(?:^|\/)env$/.test(name);
  // `env -i`, `env -C`: more than variables set in front, which rules see as such.
  const isOnlySetting = words.slice(1).every((word) => word === null || ASSIGNMENT.test(word));
  return {
    words,
    isPlain: PLAIN.test(name) && (!isEnvironment || isOnlySetting),
    isScript: SCRIPTED.test(name),
  };
}

/** A launcher with everything behind it. */
function joinFrom(launchers: readonly Launcher[], inner: readonly FormWord[]): CommandForm {
  const words: FormWord[] = [];
  for (const launcher of launchers) {
    words.push(...launcher.words);
    if (launcher.isScript)
      return { words: [...words, null], launcherWords: Number.POSITIVE_INFINITY, isSure: true };
  }
  return { words: [...words, ...inner], launcherWords: words.length, isSure: true };
}

/** The launcher with the innermost command, as if it had been typed without options. */
function joinShort(launcher: Launcher, inner: readonly FormWord[]): CommandForm[] {
  const name = launcher.words[0] ?? null;
  if (launcher.isScript || name === null) return [];
  return [{ words: [name, ...inner], launcherWords: 1, isSure: false }];
}

/** Every form of a step's command, from the outermost launcher to the innermost command. */
export function listCommandForms(step: StepDraft, facts: Facts): CommandForm[] {
  const own = unwrapCommand(step.words);
  const isWhole = own.wrappers.length === 0;
  const outer = isWhole
    ? step.wrappers
    : outerWrappers(
        step.wrappers,
        step.words.map((word) => word.value ?? word.text),
      );
  const program = facts.program === undefined ? {} : { program: facts.program };
  const words = valuesOf(step.words);
  if (outer.length === 0 && isWhole) return [{ words, ...program, launcherWords: 0, isSure: true }];
  const launchers = [...outer, ...own.wrappers].map(readLauncher);
  const inner = own.inner === null ? [null] : valuesOf(own.inner);
  const forms: CommandForm[] = [];
  for (let at = 0; at <= launchers.length; at += 1) {
    const isSure = launchers.slice(0, at).every((launcher) => launcher.isPlain);
    const joined = joinFrom(launchers.slice(at), inner);
    const isOwn = at === outer.length;
    forms.push({ ...joined, ...(isOwn && { words, ...program }), isSure });
    const launcher = launchers[at];
    if (launcher !== undefined) forms.push(...joinShort(launcher, inner));
  }
  return forms;
}
