import type { Approval, ApprovalId } from '../protocol/index.ts';
import type { ApprovalListener } from './approval-feed.ts';
import type { ScreenWatch } from './screen-watch.ts';

export interface ScreenQuestionPorts {
  readonly watch: ScreenWatch;
  /** Asks on the terminal. */
  readonly asker: ApprovalListener;
  /** To the terminal. */
  write(text: string): void;
  setTimer(callback: () => void, delayMs: number): () => void;
}

/** A program that never ends its sequence must not keep a question from being asked. */
const HALF_SEQUENCE_MS = 300;
/** Some sequences end by the first, some by the second. */
const CANCEL_SEQUENCE = '\x18\x1b\\';
const KEEP_TITLE = '\x1b[22;2t';
const GIVE_TITLE_BACK = '\x1b[23;2t';

/**
 * Asks on a terminal that a program writes to. While the program has the screen for itself, questions wait: the title
 * says so, the bell rings, and somebody can answer on the page or by `sallyport approvals`; when the program lets go
 * of the screen, what still waits is asked here.
 */
export class ScreenQuestions implements ApprovalListener {
  readonly #ports: ScreenQuestionPorts;
  readonly #waiting = new Map<ApprovalId, Approval>();
  #isTitleOurs = false;
  #cancelTimer: (() => void) | undefined;
  #work: (() => void)[] = [];

  constructor(ports: ScreenQuestionPorts) {
    this.#ports = ports;
    ports.watch.onFed(() => this.#look());
  }

  onAsked(approval: Approval): void {
    if (!this.#ports.watch.isOwned) {
      this.#whenBetween(() => this.#ports.asker.onAsked(approval));
      return;
    }
    this.#waiting.set(approval.approvalId, approval);
    this.#showTitle(true);
  }

  onSettled(approvalId: ApprovalId, how: string): void {
    if (this.#waiting.delete(approvalId)) this.#showTitle(false);
    else this.#whenBetween(() => this.#ports.asker.onSettled(approvalId, how));
  }

  /** Nothing is asked any more, and the title is what it was. */
  end(): void {
    this.#waiting.clear();
    this.#work = [];
    this.#cancelTimer?.();
    if (this.#isTitleOurs) this.#ports.write(GIVE_TITLE_BACK);
    this.#isTitleOurs = false;
  }

  #look(): void {
    const { watch } = this.#ports;
    if (watch.isBetween) this.#doWork();
    if (watch.isOwned || this.#waiting.size === 0) return;
    const approvals = [...this.#waiting.values()];
    this.#waiting.clear();
    this.#showTitle(false);
    for (const approval of approvals) this.#whenBetween(() => this.#ports.asker.onAsked(approval));
  }

  #showTitle(isNew: boolean): void {
    this.#whenBetween(() => {
      const count = this.#waiting.size;
      if (count === 0) {
        if (this.#isTitleOurs) this.#ports.write(GIVE_TITLE_BACK);
        this.#isTitleOurs = false;
        return;
      }
      const title = count === 1 ? 'a question waits' : `${count} questions wait`;
      const keep = this.#isTitleOurs ? '' : KEEP_TITLE;
      this.#isTitleOurs = true;
      this.#ports.write(`${keep}\x1b]2;sallyport: ${title}\x07${isNew ? '\x07' : ''}`);
    });
  }

  /** Now, or as soon as no sequence of the program's is half written. */
  #whenBetween(act: () => void): void {
    if (this.#ports.watch.isBetween) {
      act();
      return;
    }
    this.#work.push(act);
    this.#cancelTimer ??= this.#ports.setTimer(() => {
      this.#ports.write(CANCEL_SEQUENCE);
      this.#doWork();
    }, HALF_SEQUENCE_MS);
  }

  #doWork(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    for (const act of this.#work.splice(0)) act();
  }
}
