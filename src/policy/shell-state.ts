import { type Command, forEachChild, type SyntaxNode } from 'unbash';
import type { StepDraft } from '../protocol/index.ts';
import { isShellBuiltin } from './shell-builtins.ts';

/** A piece of text put into the script at an offset, in place of the next `removes` code units. */
export type TextEdit = { at: number; order: number; text: string; removes?: number };

const SAVED_PIPE_STATUS = '__sallyport_p';
/** Commands that look at the last status though their words do not show it. */
const STATUS_READERS = /^(?:exit|return|eval|source|\.|command)$/;

/** True when the text looks at `$?`, `$_` or PIPESTATUS, which the question in front of it would change. */
export function mentionsStatus(text: string, draft: StepDraft): boolean {
  if (/\$\{?[#!]?(?:\?|_(?!\w))|PIPESTATUS/.test(text)) return true;
  if (draft.form === 'builtin' || draft.form === 'opaque') {
    const name = draft.words[0]?.value;
    // A call of a function has the form of a builtin; its body may begin with `$?`.
    return name === undefined || STATUS_READERS.test(name) || !isShellBuiltin(name);
  }
  return draft.wrappers.some((wrapper) => wrapper === 'eval');
}

/** Edits that make a command read the saved pipe statuses instead of those of the question. */
export function renamePipeStatus(command: Command): TextEdit[] {
  const edits: TextEdit[] = [];
  const stack: SyntaxNode[] = [];
  forEachChild(command, (child) => stack.push(child));
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.type === 'CommandExpansion' || node.type === 'ProcessSubstitution') continue;
    if (node.type === 'ParameterExpansion' && node.parameter === 'PIPESTATUS') {
      const removes = node.parameterEnd - node.parameterPos;
      edits.push({ at: node.parameterPos, order: 0, text: SAVED_PIPE_STATUS, removes });
    }
    if (node.type === 'SimpleExpansion' && node.text === '$PIPESTATUS') {
      edits.push({ at: node.pos, order: 0, text: `$${SAVED_PIPE_STATUS}`, removes: node.end - node.pos });
    }
    forEachChild(node, (child) => stack.push(child));
  }
  return edits;
}

/**
 * A test that is true when a command with an unknown name will start a program file, which the kernel holds anyway;
 * null when the name cannot be looked at without side effects.
 */
export function guardByName(command: Command): string | null {
  const word = command.name?.text ?? '';
  const array = /^"?\$\{([A-Za-z_]\w*)\[[@*]\]\}"?$/.exec(word);
  if (array !== null) return testForFile(`__sallyport_n="\${${array[1]}[@]:0:1}"`);
  if (/^"?\$[@*]"?$/.test(word)) return testForFile('__sallyport_n="${@:1:1}"');
  if (/^"(?:[\w./-]|\$[A-Za-z_]\w*|\$\{[A-Za-z_]\w*\}|\$\d)+"$/.test(word))
    return testForFile(`__sallyport_n=${word}`);
  if (!/^(?:[\w./-]|\$[A-Za-z_]\w*|\$\{[A-Za-z_]\w*\}|\$\d)+$/.test(word)) return null;
  // A value of several words is split as the shell does it; an empty one leaves the name to the next word.
  const next = command.args[0]?.text ?? '';
  const text = /^[\w./-]+$/.test(next) ? `${word}" ${next}"` : word;
  return testForFile(`read -r __sallyport_n __sallyport_r <<< ${text}`);
}

function testForFile(readName: string): string {
  return `[[ "$(exec 2> /dev/null; ${readName}; type -t -- "$__sallyport_n")" == file ]]`;
}
