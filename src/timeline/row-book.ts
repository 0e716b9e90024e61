import type { RowCounts, TimelineRow } from '../protocol/index.ts';
import { hasQuestion } from './match-row.ts';
import { cutRowText } from './row-texts.ts';

/** A row before it has its place. */
export type NewRow = Omit<TimelineRow, 'index' | 'changedSeq' | 'at' | 'isCut'>;
export type RowChange = Partial<Omit<TimelineRow, 'index' | 'rowId' | 'kind' | 'changedSeq' | 'at'>>;

interface Moment {
  readonly seq: number;
  readonly at: number;
}

/** Changes that are kept beyond the last one of each row before the list of changes is made shorter. */
const SPARE_CHANGES = 4096;

/** The rows of a session as far as its events were folded: what they are, how many of each, which changed when. */
export class RowBook {
  readonly #rows: TimelineRow[] = [];
  readonly #counts = { all: 0, commands: 0, files: 0, network: 0, approvals: 0 };
  /** Rows of which more is to come. */
  readonly #live = new Set<number>();
  /** In order of time; a row stands in it once for each batch that changed it. */
  #changes: { readonly index: number; readonly seq: number }[] = [];
  /** Rows that are new or changed in the batch that is being folded. */
  #batch = new Set<number>();

  get rows(): readonly TimelineRow[] {
    return this.#rows;
  }

  get counts(): RowCounts {
    return { ...this.#counts };
  }

  /** The rows that wait or run, in their order. */
  get live(): readonly number[] {
    return [...this.#live];
  }

  /** Puts a row at the end; gives its place. */
  add(moment: Moment, row: NewRow): number {
    const index = this.#rows.length;
    const { text, ...rest } = row;
    const whole = { index, changedSeq: moment.seq, at: moment.at, ...rest, ...cutRowText(text) };
    this.#rows.push(whole);
    this.#count(whole);
    this.#note(whole);
    return index;
  }

  /** Changes some fields of a row; one that does not exist is left alone. */
  change(moment: Moment, index: number, change: RowChange): void {
    const before = this.#rows[index];
    if (before === undefined) return;
    const isNewQuestion = change.approvalId !== undefined && !hasQuestion(before);
    // a row that was handed out stays as it was; one that is new in this batch nobody has seen
    const row = this.#batch.has(index) ? before : { ...before };
    const { text } = change;
    Object.assign(row, change, text !== undefined && cutRowText(text), { changedSeq: moment.seq });
    this.#rows[index] = row;
    if (isNewQuestion) this.#counts.approvals += 1;
    this.#note(row);
  }

  /** Ends a batch of events: the places that are new or changed in it, in their order. */
  takeChanged(): readonly number[] {
    const changed = [...this.#batch].sort((a, b) => a - b);
    this.#batch = new Set();
    const inTime = [...changed].sort((a, b) => this.#changedSeqOf(a) - this.#changedSeqOf(b));
    for (const index of inTime) this.#changes.push({ index, seq: this.#changedSeqOf(index) });
    if (this.#changes.length > 2 * this.#rows.length + SPARE_CHANGES) {
      // only the last change of a row is ever asked for
      this.#changes = this.#changes.filter(({ index, seq }) => this.#changedSeqOf(index) === seq);
    }
    return changed;
  }

  /** Rows that changed behind an event, oldest change first; `undefined` when there are more than `limit`. */
  changedAfter(seq: number, limit: number): readonly TimelineRow[] | undefined {
    const found: TimelineRow[] = [];
    for (let at = this.#changes.length - 1; at >= 0; at--) {
      const change = this.#changes[at];
      if (change === undefined || change.seq <= seq) break;
      const row = this.#rows[change.index];
      if (row?.changedSeq !== change.seq) continue;
      if (found.length === limit) return undefined;
      found.push(row);
    }
    return found.reverse();
  }

  #changedSeqOf(index: number): number {
    return this.#rows[index]?.changedSeq ?? 0;
  }

  #count({ kind, approvalId }: TimelineRow): void {
    this.#counts.all += 1;
    if (kind === 'command') this.#counts.commands += 1;
    if (kind === 'edit' || kind === 'denial') this.#counts.files += 1;
    if (kind === 'network') this.#counts.network += 1;
    if (approvalId !== undefined) this.#counts.approvals += 1;
  }

  #note({ index, outcome }: TimelineRow): void {
    this.#batch.add(index);
    if (outcome === 'waiting' || outcome === 'running') this.#live.add(index);
    else this.#live.delete(index);
  }
}
