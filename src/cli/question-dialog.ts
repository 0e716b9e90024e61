import type { Approval, ApprovalAnswer, GrantScope } from '../protocol/index.ts';
import { showLine } from '../timeline/index.ts';
import {
  MORE_KEYS,
  needsTypedId,
  type QuestionView,
  renderKeys,
  renderQuestion,
  SCOPE_KEYS,
} from './question-text.ts';
import { wrapWords } from './wrap-lines.ts';

/** What to do after a line was typed: show text and read on, or answer. */
export type DialogTurn =
  | { readonly kind: 'say'; readonly text: string; readonly prompt: string }
  | { readonly kind: 'answer'; readonly answer: ApprovalAnswer }
  /** Leave this question for later. */
  | { readonly kind: 'skip' };

type DialogState =
  | { at: 'key' }
  | { at: 'aside' }
  | { at: 'id'; scope: GrantScope }
  | { at: 'feedback'; scope: 'once' | 'session' }
  | { at: 'text' }
  | { at: 'line'; answer: ApprovalAnswer; confirm: string };

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

  /** From now on nothing that is typed is an answer, until an Enter by itself brings the keys back. */
  setAside(): void {
    this.#state = { at: 'aside' };
  }

  /** Takes a whole line, without its end. */
  take(line: string): DialogTurn {
    const word = line.trim();
    switch (this.#state.at) {
      case 'key':
        return this.#takeKey(word);
      case 'aside':
        return this.#comeBack(line);
      case 'id':
        return this.#takeId(word, this.#state.scope);
      case 'feedback':
        return { kind: 'answer', answer: this.#rejection(word, this.#state.scope) };
      case 'text':
        return this.#takeText(line);
      case 'line':
        return this.#takeConfirmation(word, this.#state);
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
    if (key === 'r') return this.#askFeedback('once');
    if (MORE_KEYS.some((row) => row.key === key && row.isOffered(this.#approval))) return this.#takeMore(key);
    if (key === 'v') return this.#say(renderQuestion(this.#approval, { ...this.#view(), isFull: true }));
    if (key === 'n' && this.#options.maySkip === true) return { kind: 'skip' };
    if (key === '?') return this.#say(`${this.#help()}\n  ${this.#keys()}`);
    return this.#say(word === '' ? `  ${this.#keys()}` : `That is none of the keys:\n  ${this.#keys()}`);
  }

  #comeBack(line: string): DialogTurn {
    if (line !== '')
      return {
        kind: 'say',
        text: 'Nothing was answered: Enter by itself comes back to the question.',
        prompt: '',
      };
    this.#state = { at: 'key' };
    return this.#say(`  ${this.#keys()}`);
  }

  #askFeedback(scope: 'once' | 'session'): DialogTurn {
    this.#state = { at: 'feedback', scope };
    return { kind: 'say', text: '', prompt: 'Feedback for whoever asked (Enter for none): ' };
  }

  #takeMore(key: string): DialogTurn {
    if (key === 'x') return this.#askFeedback('session');
    if (key === 'w')
      return this.#showRule({ outcome: 'allowed', scope: 'always' }, this.#approval.always?.allow);
    if (key === 'f')
      return this.#showRule({ outcome: 'rejected', scope: 'always' }, this.#approval.always?.forbid);
    this.#state = { at: 'text' };
    const text = 'What is typed here is judged and asked about by itself, and runs in its place.';
    return { kind: 'say', text, prompt: 'The text to run instead (Enter for none): ' };
  }

  /** The line is seen before it is saved. */
  #showRule(answer: Exclude<ApprovalAnswer, { outcome: 'edited' }>, line = ''): DialogTurn {
    const isRisky = answer.outcome === 'allowed' && needsTypedId(this.#approval);
    const confirm = isRisky ? this.#approval.approvalId : 'yes';
    this.#state = { at: 'line', answer: { ...answer, rule: line }, confirm };
    const text = `This line is added to ${showLine(this.#approval.always?.file ?? '')}, for every session:\n    ${showLine(line, 8000)}`;
    return { kind: 'say', text, prompt: `Type ${confirm} to save it: ` };
  }

  #takeConfirmation(
    word: string,
    { answer, confirm }: { answer: ApprovalAnswer; confirm: string },
  ): DialogTurn {
    this.#state = { at: 'key' };
    return word === confirm
      ? { kind: 'answer', answer }
      : this.#say('Nothing was saved, and nothing answered.');
  }

  #takeText(line: string): DialogTurn {
    this.#state = { at: 'key' };
    if (line.trim() === '') return this.#say('Nothing was changed, and nothing answered.');
    return { kind: 'answer', answer: { outcome: 'edited', text: line } };
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

  #rejection(feedback: string, scope: 'once' | 'session'): ApprovalAnswer {
    return {
      outcome: 'rejected',
      ...(feedback !== '' && { feedback: feedback.slice(0, 4000) }),
      ...(scope === 'session' && { scope }),
    };
  }
}
