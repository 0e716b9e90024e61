import type { Approval, ApprovalAnswer, GrantScope } from '../protocol/index.ts';
import { needsTypedId, type QuestionView, renderKeys, renderQuestion, SCOPE_KEYS } from './question-text.ts';
import { wrapWords } from './wrap-lines.ts';

/** What to do after a line was typed: show text and read on, or answer. */
export type DialogTurn =
  | { readonly kind: 'say'; readonly text: string; readonly prompt: string }
  | { readonly kind: 'answer'; readonly answer: ApprovalAnswer }
  /** Leave this question for later. */
  | { readonly kind: 'skip' };

type DialogState = { at: 'key' } | { at: 'id'; scope: GrantScope } | { at: 'feedback' };

const HELP = [
  'Type a key, then Enter. Nothing is allowed by anything else, and nothing by waiting.',
  'allow once: this run only; the next one is asked again. For a host, once and a no hold until the script or program ends.',
  'reject: the run does not happen; a line of feedback can be sent to the script or agent.',
  'Another terminal can answer as well: sallyport approvals list. The first answer counts.',
];

export interface DialogOptions {
  /** Offers to leave the question for later. */
  readonly maySkip?: boolean;
  /** The width of the terminal now. */
  readonly columns?: () => number | undefined;
}

/** The conversation about one question, line by line. Knows nothing of terminals. */
export class QuestionDialog {
  readonly #approval: Approval;
  readonly #options: DialogOptions;
  #state: DialogState = { at: 'key' };

  constructor(approval: Approval, options: DialogOptions = {}) {
    this.#approval = approval;
    this.#options = options;
  }

  /** The block and the first prompt. */
  open(): { text: string; prompt: string } {
    const block = renderQuestion(this.#approval, this.#view());
    return { text: `${block}\n└ ${this.#keys()}`, prompt: this.#keyPrompt() };
  }

  /** Takes a whole line, without its end. */
  take(line: string): DialogTurn {
    const word = line.trim();
    switch (this.#state.at) {
      case 'key':
        return this.#takeKey(word);
      case 'id':
        return this.#takeId(word, this.#state.scope);
      case 'feedback':
        return { kind: 'answer', answer: this.#rejection(word) };
    }
  }

  #keys(): string {
    return renderKeys(
      this.#approval,
      this.#view(),
      this.#options.maySkip === true ? ['n next question'] : [],
    );
  }

  #view(): QuestionView {
    return { columns: this.#options.columns?.() };
  }

  #help(): string {
    const columns = this.#view().columns ?? Number.POSITIVE_INFINITY;
    return HELP.flatMap((line) => wrapWords(line, columns)).join('\n');
  }

  #keyPrompt(): string {
    return `Your answer to ${this.#approval.approvalId}: `;
  }

  #say(text: string): DialogTurn {
    return { kind: 'say', text, prompt: this.#keyPrompt() };
  }

  #takeKey(word: string): DialogTurn {
    const key = word.toLowerCase();
    const chosen = SCOPE_KEYS.find((row) => row.key === key);
    if (chosen !== undefined && this.#approval.scopes.includes(chosen.scope))
      return this.#choose(chosen.scope);
    if (key === 'r') {
      this.#state = { at: 'feedback' };
      return { kind: 'say', text: '', prompt: 'Feedback for whoever asked (Enter for none): ' };
    }
    if (key === 'v') return this.#say(renderQuestion(this.#approval, { ...this.#view(), isFull: true }));
    if (key === 'n' && this.#options.maySkip === true) return { kind: 'skip' };
    if (key === '?') return this.#say(`${this.#help()}\n  ${this.#keys()}`);
    return this.#say(word === '' ? `  ${this.#keys()}` : `That is none of the keys:\n  ${this.#keys()}`);
  }

  #choose(scope: GrantScope): DialogTurn {
    if (!needsTypedId(this.#approval)) return { kind: 'answer', answer: { outcome: 'allowed', scope } };
    this.#state = { at: 'id', scope };
    const level = this.#approval.risk?.level ?? 'high';
    return {
      kind: 'say',
      text: '',
      prompt: `The risk is ${level}. Type ${this.#approval.approvalId} to allow it: `,
    };
  }

  #takeId(word: string, scope: GrantScope): DialogTurn {
    this.#state = { at: 'key' };
    if (word === this.#approval.approvalId) return { kind: 'answer', answer: { outcome: 'allowed', scope } };
    return this.#say('That is not its ID: nothing was answered.');
  }

  #rejection(feedback: string): ApprovalAnswer {
    return feedback === ''
      ? { outcome: 'rejected' }
      : { outcome: 'rejected', feedback: feedback.slice(0, 4000) };
  }
}
