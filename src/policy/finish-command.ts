import type {
  Assignment,
  Command,
  CommandArgument,
  HereDoc,
  HereString,
  ParsedScript,
  Redirection,
} from 'unbash';
import type { Redirect, StepDraft, StepForm, Word } from '../protocol/index.ts';
import { baseName } from './base-name.ts';
import { openWrapper } from './open-wrapper.ts';
import type { EnvironmentPair, OpenedWrapper } from './opened-wrapper.ts';
import { parseShell } from './parse-shell.ts';
import { hasWriteRedirect, readRedirect } from './read-redirect.ts';
import { explainHiddenCode, isShellBuiltin } from './shell-builtins.ts';
import { toWord } from './shell-word.ts';
import { type AnalyzedStep, copyContext, type StepScope } from './step-scope.ts';

const MAX_WRAPPERS = 16;

/** What a simple command comes to: its steps, and literal source inside it that is still to be walked. */
export type FinishedCommand = { steps: AnalyzedStep[]; scripts: { node: ParsedScript; scope: StepScope }[] };

/** A command on its way through the launchers around it. */
type Opening = {
  words: Word[];
  wrappers: string[];
  environment: EnvironmentPair[];
  /** The shell itself runs it, so a builtin is a builtin. */
  isInShell: boolean;
  isDelayed: boolean;
};

/** Makes the steps of one simple command, with the launchers around it opened as deep as they go. */
export function finishCommand(node: Command, scope: StepScope): FinishedCommand {
  return new CommandReader(node, scope).read();
}

class CommandReader {
  readonly #node: Command;
  readonly #scope: StepScope;
  readonly #redirects: Redirect[];
  readonly #assignments: EnvironmentPair[];
  readonly #result: FinishedCommand = { steps: [], scripts: [] };

  constructor(node: Command, scope: StepScope) {
    this.#node = node;
    this.#scope = scope;
    this.#redirects = node.redirects.map(readRedirect);
    this.#assignments = node.prefix.filter((part) => part.type === 'Assignment').map(readAssignment);
  }

  read(): FinishedCommand {
    if (this.#node.name === undefined) {
      this.#addBare();
      return this.#result;
    }
    const words = [toWord(this.#node.name), ...this.#node.args.map(readArgument)];
    const queue: Opening[] = [{ words, wrappers: [], environment: [], isInShell: true, isDelayed: false }];
    for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
      if (at.wrappers.length > MAX_WRAPPERS)
        this.#addStep(at, 'opaque', 'too many launchers inside each other');
      else queue.unshift(...this.#open(at));
    }
    return this.#result;
  }

  /** Assignments and redirections without a command. */
  #addBare(): void {
    const form = this.#redirects.length > 0 ? 'redirection' : 'assignment';
    this.#addStep({ words: [], wrappers: [], environment: [], isInShell: true, isDelayed: false }, form);
  }

  #open(at: Opening): Opening[] {
    const name = at.words[0]?.value;
    if (name === undefined) {
      this.#addStep(at, 'opaque', 'the command name is only known when the script runs');
      return [];
    }
    if (at.isInShell && this.#openHiddenCode(at, name)) return [];
    const opened = openWrapper(at.words);
    if (opened === null) {
      this.#addStep(at, at.isInShell && isShellBuiltin(name) ? 'builtin' : 'program');
      return [];
    }
    if (opened.hasOwnEffect) this.#addStep(at, 'program');
    return this.#follow(at, opened);
  }

  #follow(at: Opening, opened: OpenedWrapper): Opening[] {
    if (opened.opaque !== undefined) {
      this.#addStep(at, 'opaque', opened.opaque);
      return [];
    }
    const next = {
      wrappers: [...at.wrappers, opened.wrapper],
      environment: [...at.environment, ...opened.environment],
      isInShell: at.isInShell && opened.isShell,
      isDelayed: at.isDelayed || opened.isDelayed,
    };
    if (opened.commands !== undefined) return opened.commands.map((words) => ({ ...next, words }));
    const script = opened.script ?? this.#findInputScript();
    if (script === null) this.#addStep(at, 'opaque', 'a shell reads its commands from its input');
    else
      this.#openScript(at, {
        script,
        wrappers: next.wrappers,
        environment: next.environment,
        isSameShell: false,
      });
    return [];
  }

  /** `eval` and `trap` with literal text are read like any script; other hidden code is opaque. */
  #openHiddenCode(at: Opening, name: string): boolean {
    const reason = explainHiddenCode(name);
    if (reason === null)
      return isExpandAliases(at.words) && this.#addOpaque(at, 'aliases change what later words mean');
    const rest = at.words.slice(1);
    if (name === 'eval' && rest.every((word) => word.value !== undefined)) {
      const script = rest.map((word) => word.value ?? '').join(' ');
      return this.#openScript(at, {
        script,
        wrappers: [...at.wrappers, 'eval'],
        environment: at.environment,
        isSameShell: true,
      });
    }
    if (name === 'trap') return this.#openTrap(at, rest, reason);
    if ((name === 'alias' || name === 'complete' || name === 'bind') && rest.every((word) => isListing(word)))
      return false;
    return this.#addOpaque(at, reason);
  }

  #openTrap(at: Opening, rest: readonly Word[], reason: string): boolean {
    const operands = rest[0]?.value === '--' ? rest.slice(1) : rest;
    const code = operands[0];
    if (code === undefined || code.value === '' || code.value === '-') return false;
    if (code.value === undefined) return this.#addOpaque(at, reason);
    if (/^-[lp]+$/.test(code.value) || operands.length === 1) return false;
    const wrapper = ['trap', ...operands.slice(1).map((word) => word.text)].join(' ');
    const wrappers = [...at.wrappers, wrapper];
    return this.#openScript(at, {
      script: code.value,
      wrappers,
      environment: at.environment,
      isSameShell: true,
    });
  }

  #addOpaque(at: Opening, reason: string): true {
    this.#addStep(at, 'opaque', reason);
    return true;
  }

  #openScript(
    at: Opening,
    opened: { script: string; wrappers: string[]; environment: EnvironmentPair[]; isSameShell: boolean },
  ): true {
    const parsed = parseShell(opened.script);
    if ('problem' in parsed) return this.#addOpaque(at, parsed.problem);
    if (hasWriteRedirect(this.#redirects)) this.#addStep({ ...at, words: [], wrappers: [] }, 'redirection');
    this.#result.scripts.push({
      node: parsed.script,
      scope: {
        ...this.#scope,
        source: opened.script,
        context: copyContext(this.#scope.context),
        anchor: this.#findRange(),
        wrappers: [...this.#scope.wrappers, ...opened.wrappers],
        environment: [...this.#scope.environment, ...this.#assignments, ...opened.environment],
        isSameShell: this.#scope.isSameShell && opened.isSameShell,
        isWholeJob: false,
        depth: this.#scope.depth + 1,
      },
    });
    return true;
  }

  /** The commands that a shell reads from a here-document or here-string; null when they cannot be known. */
  #findInputScript(): string | null {
    const inputs = this.#node.redirects.filter((redirect) => isInput(redirect));
    const last = inputs[inputs.length - 1];
    if (inputs.length !== 1 || last === undefined) return null;
    if (last.type === 'HereDoc') return readHereDoc(last);
    if (last.type === 'HereString') return readHereString(last);
    return null;
  }

  #findRange(): { start: number; end: number } {
    return this.#scope.anchor ?? { start: this.#node.pos, end: this.#node.end };
  }

  #addStep(at: Opening, form: StepForm, opaque?: string): void {
    const draft: StepDraft = {
      index: 0,
      form,
      text:
        at.wrappers.length === 0
          ? this.#scope.source.slice(this.#node.pos, this.#node.end)
          : this.#joinText(at.words),
      words: at.words,
      assignments: joinLists(this.#scope.environment, this.#assignments, at.environment),
      redirects: this.#redirects,
      wrappers: joinLists(this.#scope.wrappers, at.wrappers),
      source: this.#findRange(),
      context: at.isDelayed ? copyContext(this.#scope.context) : this.#scope.context,
    };
    const argv = readLiterals(at.words);
    if (argv !== null) draft.argv = argv;
    if (opaque !== undefined) draft.opaque = opaque;
    const name = at.words[0]?.value;
    const isPlainCall = at.wrappers.length === 0 && form === 'program' && name !== undefined;
    const mayCallFunction = isPlainCall && this.#scope.isSameShell && name === baseName(name);
    const step: AnalyzedStep = { draft, isWholeJob: this.#scope.isWholeJob, mayCallFunction };
    if (this.#scope.anchor === undefined) step.node = this.#node;
    this.#result.steps.push(step);
  }

  /** The innermost command as written: its words, then the redirections of the whole command. */
  #joinText(words: readonly Word[]): string {
    const filled = words.filter(
      (word, at) => !(at === words.length - 1 && word.text === '{}' && !this.#isWritten(word)),
    );
    const parts = filled.map((word) => word.text);
    for (const redirect of this.#node.redirects)
      parts.push(this.#scope.source.slice(redirect.pos, redirect.end));
    return parts.join(' ');
  }

  #isWritten(word: Word): boolean {
    return this.#node.args.some((argument) => argument.text === word.text);
  }
}

/** The values of all words when each has one and there is at least one. */
function readLiterals(words: readonly Word[]): string[] | null {
  const values: string[] = [];
  for (const { value } of words) {
    if (value === undefined) return null;
    values.push(value);
  }
  return values.length === 0 ? null : values;
}

function joinLists<T>(...lists: (readonly T[])[]): T[] {
  const joined: T[] = [];
  for (const list of lists) if (list.length > 0) joined.push(...list);
  return joined;
}

function readAssignment(node: Assignment): EnvironmentPair {
  const value = node.value;
  if (value.type === 'Word') return { name: node.name, value: toWord(value) };
  return { name: node.name, value: { text: node.text.slice(node.text.indexOf('=') + 1) } };
}

function readArgument(node: CommandArgument): Word {
  if (node.type === 'Word') return toWord(node);
  const value = node.value;
  const literal = value.type === 'Word' && node.index === undefined ? toWord(value).value : undefined;
  if (literal === undefined) return { text: node.text };
  return { text: node.text, value: `${node.name}${node.append === true ? '+' : ''}=${literal}` };
}

function isInput(redirect: Redirection): boolean {
  const isStandardInput =
    redirect.descriptor === undefined ||
    (redirect.descriptor.type === 'FileDescriptor' && redirect.descriptor.value === 0);
  return isStandardInput && /^<(?!>)/.test(redirect.operator);
}

function readHereDoc(node: HereDoc): string | null {
  if (node.delimiter === undefined) return null;
  const text = node.operator === '<<-' ? node.body.text.replace(/^\t+/gm, '') : node.body.text;
  if (node.delimiter.quoted) return text;
  return /[\\$`]/.test(text) ? null : text;
}

function readHereString(node: HereString): string | null {
  return node.target === undefined ? null : (toWord(node.target).value ?? null);
}

function isListing(word: Word): boolean {
  return word.value !== undefined && (word.value === '-p' || /^[\w-]+$/.test(word.value));
}

function isExpandAliases(words: readonly Word[]): boolean {
  return (
    words[0]?.value === 'shopt' &&
    words.some((word) => word.value === 'expand_aliases' || word.value === undefined)
  );
}
