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
  /** Each change as its row, in order of time. */
  #changed: number[] = [];
  #changedSeqs: number[] = [];
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
    const row = this.#rows[index];
    if (row === undefined) return;
    const text = change.text === undefined ? undefined : cutRowText(change.text);
    const changed = { ...row, ...change, ...text, changedSeq: moment.seq };
    this.#rows[index] = changed;
    if (!hasQuestion(row) && hasQuestion(changed)) this.#counts.approvals += 1;
    this.#note(changed);
  }

  /** The places that are new or changed since the last call, in their order. */
  takeChanged(): readonly number[] {
    const changed = [...this.#batch].sort((a, b) => a - b);
    this.#batch = new Set();
    return changed;
  }

  /** Rows that changed behind an event, oldest change first; `undefined` when there are more than `limit`. */
  changedAfter(seq: number, limit: number): readonly TimelineRow[] | undefined {
    const found: TimelineRow[] = [];
    const seen = new Set<number>();
    for (let at = this.#changed.length - 1; at >= 0; at--) {
      const changedSeq = this.#changedSeqs[at] ?? 0;
      if (changedSeq <= seq) break;
      const row = this.#rows[this.#changed[at] ?? -1];
      if (row === undefined || row.changedSeq !== changedSeq) continue;
      // one event may change a row twice
      if (seen.has(row.index)) continue;
      if (found.length === limit) return undefined;
      seen.add(row.index);
      found.push(row);
    }
    return found.reverse();
  }

  #count({ kind, approvalId }: TimelineRow): void {
    this.#counts.all += 1;
    if (kind === 'command') this.#counts.commands += 1;
    if (kind === 'edit' || kind === 'denial') this.#counts.files += 1;
    if (kind === 'network') this.#counts.network += 1;
    if (approvalId !== undefined) this.#counts.approvals += 1;
  }

  #note(row: TimelineRow): void {
    const { index, changedSeq, outcome } = row;
    this.#batch.add(index);
    if (outcome === 'waiting' || outcome === 'running') this.#live.add(index);
    else this.#live.delete(index);
    const last = this.#changed.length - 1;
    if (this.#changed[last] === index && this.#changedSeqs[last] === changedSeq) return;
    this.#changed.push(index);
    this.#changedSeqs.push(changedSeq);
    if (this.#changed.length > 2 * this.#rows.length + SPARE_CHANGES) this.#forgetOldChanges();
  }

  /** Only the last change of a row is ever asked for. */
  #forgetOldChanges(): void {
    const isLast = this.#changed.map((index, at) => this.#rows[index]?.changedSeq === this.#changedSeqs[at]);
    this.#changed = this.#changed.filter((_, at) => isLast[at]);
    this.#changedSeqs = this.#changedSeqs.filter((_, at) => isLast[at]);
  }
}
