import type { AnswerResult, Approval, ApprovalAnswer, ApprovalId } from '../protocol/index.ts';
import { showLine } from '../timeline/index.ts';
import { LineEditor } from './line-editor.ts';
import { CLEAR_BELOW, PLAIN_TERMINAL } from './plain-terminal.ts';
import { QuestionDialog } from './question-dialog.ts';

/** What a terminal is to the questions asked on it. */
export interface QuestionTerminal {
  write(text: string): void;
  /** Its width now; `undefined` when it is not known. */
  columns(): number | undefined;
  /** From now on every key comes here and nothing else writes; call the result to end that. */
  capture(onKeys: (text: string) => void): () => void;
  /** To whatever reads this terminal beside the questions; nothing where nobody does. */
  typeForScript(keys: string): void;
}

export interface QuestionPorts {
  readonly terminal: QuestionTerminal;
  answer(approval: Approval, answer: ApprovalAnswer): Promise<AnswerResult>;
  /** Ctrl-C while a question is shown. */
  onInterrupt(): void;
  /** Ctrl-Z while a question is shown; without it, nothing. */
  onSuspend?(): void;
  setTimer(callback: () => void, delayMs: number): () => void;
  /** Offers `n`: leave a question for the next one. */
  readonly maySkip?: boolean;
}

/** What is typed so soon after a question appeared was not meant for it. */
const GRACE_MS = 300;

/** Of what is typed behind an answer, so much is kept. */
const MAX_AHEAD_CHARS = 4000;

/** So long what a key has reached may take to end and take its question back, before it is said that it still stands. */
const SETTLE_MS = 500;

interface ShownQuestion {
  readonly approval: Approval;
  readonly dialog: QuestionDialog;
  isAnswering: boolean;
}

/** Asks one question after the other on a terminal, and takes back those that were answered elsewhere. */
export class TerminalQuestions {
  readonly #ports: QuestionPorts;
  readonly #waiting: Approval[] = [];
  readonly #editor: LineEditor;
  #shown: ShownQuestion | undefined;
  #release: (() => void) | undefined;
  #cancelGrace: (() => void) | undefined;
  #isInGrace = false;
  /** Lines that were typed behind an answer while what came of it was still to come. */
  #ahead = '';
  #cancelReminder: (() => void) | undefined;

  constructor(ports: QuestionPorts) {
    this.#ports = ports;
    this.#editor = new LineEditor({
      echo: (text) => this.#write(text),
      onLine: (line) => this.#takeLine(line),
      onInterrupt: () => this.#passOn('Ctrl-C', '^C'),
      onSuspend: () => this.#passOn('Ctrl-Z', '^Z'),
    });
  }

  /** Adds a question; one that is known already is not added twice. */
  ask(approval: Approval): void {
    const { approvalId } = approval;
    if (this.#shown?.approval.approvalId === approvalId) return;
    if (this.#waiting.some((other) => other.approvalId === approvalId)) return;
    this.#waiting.push(approval);
    this.#showNext();
  }

  /** A question is settled, here or elsewhere; `how` is a phrase such as `allowed (once) by cli`. */
  settle(approvalId: ApprovalId, how: string): void {
    const index = this.#waiting.findIndex((approval) => approval.approvalId === approvalId);
    if (index !== -1) this.#waiting.splice(index, 1);
    if (this.#shown?.approval.approvalId !== approvalId) return;
    // Of an answer that was given here the result is still to come, and to be said before the next question.
    if (this.#shown.isAnswering) return;
    this.#write(`\r\n${approvalId}: ${showLine(how)}\r\n`);
    this.#finish();
  }

  /** Takes every question back. */
  end(): void {
    this.#waiting.length = 0;
    this.#finish();
  }

  #write(text: string): void {
    this.#ports.terminal.write(text);
  }

  #showNext(): void {
    if (this.#shown !== undefined) return;
    const approval = this.#waiting.shift();
    if (approval === undefined) {
      this.#giveBack();
      return;
    }
    // it may have been meant for the one that was answered, never for one that was not seen yet
    this.#ahead = '';
    const maySkip = this.#ports.maySkip === true && this.#waiting.length > 0;
    const columns = (): number | undefined => this.#ports.terminal.columns();
    const dialog = new QuestionDialog(approval, { maySkip, columns });
    this.#shown = { approval, dialog, isAnswering: false };
    this.#release ??= this.#ports.terminal.capture((text) => this.#takeKeys(text));
    this.#editor.clear();
    const { text, prompt } = dialog.open();
    this.#write(`${PLAIN_TERMINAL}\r\n${CLEAR_BELOW}`);
    this.#writeLines(text);
    this.#isInGrace = true;
    this.#cancelGrace = this.#ports.setTimer(() => {
      this.#isInGrace = false;
      this.#write(prompt);
    }, GRACE_MS);
  }

  /** Nothing is asked any more: whatever is typed, and was since the answer, is for the script. */
  #giveBack(): void {
    this.#release?.();
    this.#release = undefined;
    if (this.#ahead !== '') this.#ports.terminal.typeForScript(this.#ahead);
    this.#ahead = '';
  }

  #writeLines(text: string): void {
    this.#write(`${text.replaceAll('\n', '\r\n')}\r\n`);
  }

  #takeKeys(text: string): void {
    if (!this.#isInGrace) this.#editor.feed(text);
    else if (text.includes('\x03')) this.#passOn('Ctrl-C', '^C');
    else if (text.includes('\x1a')) this.#passOn('Ctrl-Z', '^Z');
  }

  /**
   * Such a key is for what asks, and never a part of an answer. Whoever typed it believes to be done with the question:
   * what is typed next must not answer it.
   */
  #passOn(key: 'Ctrl-C' | 'Ctrl-Z', echo: string): void {
    const { onSuspend } = this.#ports;
    if (key === 'Ctrl-Z' && onSuspend === undefined) return;
    if (key === 'Ctrl-C') this.#ports.onInterrupt();
    else onSuspend?.();
    const shown = this.#shown;
    if (shown === undefined || shown.isAnswering) return;
    this.#endTimers();
    this.#editor.clear();
    shown.dialog.setAside();
    this.#write(`${echo}\r\n`);
    this.#cancelReminder = this.#ports.setTimer(() => {
      const then = key === 'Ctrl-Z' ? ', and what asks can stop only when it is settled' : '';
      this.#writeLines(
        `${shown.approval.approvalId}: ${key} was passed on; the question still stands${then}.\n` +
          '  Enter comes back to it.',
      );
    }, SETTLE_MS);
  }

  #endTimers(): void {
    this.#cancelGrace?.();
    this.#cancelReminder?.();
    this.#isInGrace = false;
  }

  #takeLine(line: string): void {
    const shown = this.#shown;
    if (shown === undefined) return;
    if (shown.isAnswering) {
      this.#ahead = `${this.#ahead}${line}\r`.slice(0, MAX_AHEAD_CHARS);
      return;
    }
    const turn = shown.dialog.take(line);
    if (turn.kind === 'say') {
      if (turn.text !== '') this.#writeLines(turn.text);
      this.#write(turn.prompt);
    } else if (turn.kind === 'skip') {
      this.#waiting.push(shown.approval);
      this.#finish();
    } else {
      shown.isAnswering = true;
      void this.#answer(shown, turn.answer);
    }
  }

  async #answer(shown: ShownQuestion, answer: ApprovalAnswer): Promise<void> {
    let said: string;
    try {
      said = describeResult(await this.#ports.answer(shown.approval, answer), answer);
    } catch (thrown) {
      said = `not answered: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
    }
    this.#ahead = (this.#ahead + this.#editor.line).slice(0, MAX_AHEAD_CHARS);
    // who sees the result may type at once: by then the keys are not read here any more
    if (this.#shown === shown && this.#waiting.length === 0) this.#finish();
    this.#writeLines(`${shown.approval.approvalId}: ${showLine(said)}`);
    if (this.#shown === shown) this.#finish();
  }

  #finish(): void {
    this.#endTimers();
    this.#shown = undefined;
    this.#showNext();
  }
}

function describeAccepted(answer: ApprovalAnswer): string {
  if (answer.outcome === 'allowed') return `allowed (${answer.scope})`;
  if (answer.outcome === 'edited') return 'edited: the new text is judged by itself';
  return answer.scope === undefined || answer.scope === 'once' ? 'rejected' : `rejected (${answer.scope})`;
}

/** What came of an answer, as a phrase. */
export function describeResult(result: AnswerResult, answer: ApprovalAnswer): string {
  switch (result.result) {
    case 'accepted':
      return describeAccepted(answer);
    case 'already-settled': {
      const by = result.by === undefined ? '' : ` by ${result.by}`;
      return `already answered: ${result.outcome}${by}`;
    }
    case 'changed':
      return 'the question has changed: nothing was answered';
    case 'unknown':
      return 'there is no such question any more';
    case 'scope-not-offered':
      return `that scope is not offered; these are: ${result.scopes.join(', ')}`;
    case 'not-possible':
      return result.message;
  }
}
