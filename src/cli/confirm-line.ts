import { createInterface } from 'node:readline/promises';
import type { Approval, ApprovalAnswer } from '../protocol/index.ts';
import { quoteWords, showLine } from '../timeline/index.ts';
import { usageFault } from './command-line.ts';

export interface LineTerminal {
  readonly isTerminal: boolean;
  /** Shows the text and returns the line that is typed. */
  ask(text: string): Promise<string>;
}

export type LineToSave = { readonly line: string; readonly file: string };

/** The line that an answer for always would save; undefined for every other answer. */
export function lineToSave(answer: ApprovalAnswer, { always }: Approval): LineToSave | undefined {
  if (answer.outcome === 'edited' || answer.scope !== 'always' || always === undefined) return undefined;
  const line = answer.rule ?? (answer.outcome === 'allowed' ? always.allow : always.forbid);
  return line === undefined ? undefined : { line, file: always.file };
}

/**
 * No line is saved that was not seen: one that was typed with `--rule` was; any other is shown and asked about. False
 * when it is not wanted. Throws a `user` fault where nobody can be asked.
 */
export async function confirmLine(
  answer: ApprovalAnswer,
  approval: Approval,
  terminal: LineTerminal,
): Promise<boolean> {
  const saved = lineToSave(answer, approval);
  if (saved === undefined || answer.outcome === 'edited' || answer.rule !== undefined) return true;
  if (!terminal.isTerminal)
    throw usageFault(
      `always saves a line for every session; to save it add: --rule ${quoteWords([showLine(saved.line, 8000)])}`,
      'sallyport approvals',
    );
  const where = `This line is added to ${showLine(saved.file)}, for every session:`;
  const typed = await terminal.ask(`${where}\n    ${showLine(saved.line, 8000)}\nSave it? [y/n] `);
  return ['y', 'yes'].includes(typed.trim().toLowerCase());
}

/** Asks on stderr, reads from standard input; both must be a terminal. */
export const OWN_LINE_TERMINAL: LineTerminal = {
  isTerminal: process.stdin.isTTY === true && process.stderr.isTTY === true,
  ask: async (text) => {
    const reader = createInterface({ input: process.stdin, output: process.stderr });
    // at the end of the input nothing was typed
    const ended = new Promise<string>((settle) => reader.once('close', () => settle('')));
    const typed = await Promise.race([reader.question(text), ended]);
    reader.close();
    return typed;
  },
};
