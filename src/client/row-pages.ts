import type { RowFilter, RowsPage, SessionId, TimelineRow } from '../protocol/index.ts';
import { toFault } from '../protocol/index.ts';
import { isEmptyFilter, keyOfFilter, matchesRow } from '../timeline/index.ts';
import type { EngineClient } from './engine-client.ts';
import type { LivePorts } from './live-ports.ts';
import { type Paced, pace } from './pace.ts';
import { RowWindow } from './row-window.ts';

const PAGE_ROWS = 200;
/** Requests for pages that may be open at once. */
const MAX_FLIGHTS = 4;
/** More is never looked at at once. */
const MAX_LOOK = 1000;
/** Between two readings of what fits a filter. */
const REREAD_MS = 250;

export interface RowPagesPorts {
  readonly sessionId: SessionId;
  readonly setTimer: LivePorts['setTimer'];
  /** The rows, their number or the filter in force are others. */
  onChanged(): void;
  onFilter(): void;
  onFailed(message: string): void;
}

/**
 * The rows of a session that are kept: those around what is looked at, fetched in pages, among those that fit a filter.
 *
 * Promises: no page is fetched twice at the same time; what is kept is bounded; a row never goes back to an older form;
 * under a filter, rows, their number and the filter change together.
 */
export class RowPages {
  readonly #ports: RowPagesPorts;
  readonly #window = new RowWindow();
  readonly #reread: Paced;
  /** Where the pages begin that are on their way. */
  readonly #flights = new Set<number>();
  /** Pages that did not bring what was missing; tried again when somebody looks again. */
  readonly #inVain = new Set<number>();
  #client: EngineClient | undefined;
  #filter: RowFilter = {};
  /** A filter that was asked for and is not in force yet. */
  #wanted: RowFilter | undefined;
  #total = 0;
  /** Rows of the session, whether they fit or not. */
  #known = 0;
  #look: { readonly from: number; readonly to: number } | undefined;
  /** Grows when positions do not mean any more what they meant. */
  #epoch = 0;

  constructor(ports: RowPagesPorts) {
    this.#ports = ports;
    this.#reread = pace(ports.setTimer, REREAD_MS, () => this.#readFitting());
  }

  get filter(): RowFilter {
    return this.#filter;
  }

  /** Rows that fit. */
  get total(): number {
    return this.#total;
  }

  get rows(): ReadonlyMap<number, TimelineRow> {
    return this.#window.snapshot();
  }

  /** The rows of the end, in place of all that was kept. */
  reset(client: EngineClient, end: Pick<RowsPage, 'rows' | 'from' | 'total'>): void {
    this.#known = end.total;
    this.#forget();
    if (isEmptyFilter(this.#filter)) {
      this.#window.clear();
      this.#total = end.total;
      if (this.#look === undefined || this.#look.from > end.total) this.#window.lookAt(end.total);
      end.rows.forEach((row, place) => {
        this.#window.put(end.from + place, row);
      });
    }
    this.resume(client);
  }

  /** Goes on where a connection ended; what has changed meanwhile was told by `change`. */
  resume(client: EngineClient): void {
    this.#client = client;
    if (this.#wanted !== undefined || !isEmptyFilter(this.#filter)) this.#reread.ask();
    else this.#fetchMissing();
  }

  /** Waits for the next connection. */
  pause(): void {
    this.#client = undefined;
    this.#reread.cancel();
    this.#forget();
  }

  /** A row is new or not what it was. */
  change(row: TimelineRow): void {
    const isNew = row.index >= this.#known;
    this.#known = Math.max(this.#known, row.index + 1);
    if (this.#wanted !== undefined) this.#reread.ask();
    if (!isEmptyFilter(this.#filter)) {
      this.#changeFitting(row, isNew);
      return;
    }
    this.#total = this.#known;
    this.#window.put(row.index, row);
  }

  /** There are that many rows in the session now. */
  grow(known: number): void {
    this.#known = Math.max(this.#known, known);
    if (isEmptyFilter(this.#filter)) this.#total = this.#known;
  }

  /** These positions are looked at. */
  lookAt(from: number, to: number): void {
    const first = Math.max(0, Math.floor(from));
    this.#look = { from: first, to: Math.min(Math.ceil(to), first + MAX_LOOK) };
    this.#window.lookAt(Math.floor((this.#look.from + this.#look.to) / 2));
    this.#inVain.clear();
    this.#fetchMissing();
  }

  /** Puts a filter in force as soon as its rows are there; until then everything stays as it is. */
  setFilter(filter: RowFilter): void {
    if (keyOfFilter(filter) === keyOfFilter(this.#wanted ?? this.#filter)) return;
    this.#wanted = filter;
    this.#reread.cancel();
    if (this.#client !== undefined) this.#reread.ask();
  }

  #changeFitting(row: TimelineRow, isNew: boolean): void {
    const position = this.#window.positionOf(row.index);
    const fits = matchesRow(row, this.#filter);
    if (position !== undefined && fits) this.#window.put(position, row);
    else if (position !== undefined || fits || (!isNew && canChangeFit(this.#filter))) this.#reread.ask();
  }

  #forget(): void {
    this.#epoch += 1;
    this.#flights.clear();
    this.#inVain.clear();
  }

  #fetchMissing(): void {
    const client = this.#client;
    if (client === undefined || this.#look === undefined || this.#wanted !== undefined) return;
    const { from } = this.#look;
    const to = Math.min(this.#look.to, this.#total);
    for (let start = from - (from % PAGE_ROWS); start < to; start += PAGE_ROWS) {
      if (this.#flights.size >= MAX_FLIGHTS) return;
      if (this.#flights.has(start) || this.#inVain.has(start)) continue;
      const isMissing = this.#window.lacks(Math.max(start, from), Math.min(start + PAGE_ROWS, to));
      if (isMissing) void this.#fetchPage(client, start);
    }
  }

  async #fetchPage(client: EngineClient, at: number): Promise<void> {
    const epoch = this.#epoch;
    this.#flights.add(at);
    try {
      const page = await this.#ask(client, this.#filter, at);
      if (epoch !== this.#epoch) return;
      this.#takePage(page);
      this.#ports.onChanged();
    } catch (thrown) {
      if (epoch !== this.#epoch) return;
      this.#ports.onFailed(toFault(thrown).message);
    }
    this.#flights.delete(at);
    this.#inVain.add(at);
    this.#fetchMissing();
  }

  #takePage(page: RowsPage): void {
    // under a filter another number means that a row has begun or ceased to fit; then its change is told, too
    this.grow(page.total);
    page.rows.forEach((row, place) => {
      this.#window.put(page.from + place, row);
    });
  }

  #ask(client: EngineClient, filter: RowFilter, at: number | undefined): Promise<RowsPage> {
    const place = at === undefined ? {} : { at };
    const { sessionId } = this.#ports;
    return client.call('session/rows', { sessionId, filter, limit: PAGE_ROWS, ...place });
  }

  /** Reads what fits anew: where one looks, or at the end when the filter is another. */
  async #readFitting(): Promise<void> {
    const client = this.#client;
    if (client === undefined) return;
    this.#forget();
    const epoch = this.#epoch;
    const wanted = this.#wanted;
    const filter = wanted ?? this.#filter;
    const starts = wanted === undefined ? listPages(this.#look, this.#total) : [undefined];
    try {
      const pages = await Promise.all(starts.map((at) => this.#ask(client, filter, at)));
      if (epoch !== this.#epoch || wanted !== this.#wanted) return;
      this.#takeFitting(filter, pages, wanted !== undefined);
    } catch (thrown) {
      if (epoch !== this.#epoch || wanted !== this.#wanted) return;
      this.#wanted = undefined;
      this.#ports.onFailed(toFault(thrown).message);
    }
  }

  #takeFitting(filter: RowFilter, pages: readonly RowsPage[], isOther: boolean): void {
    const newer = pages.flatMap(({ rows }) =>
      rows.flatMap(({ index, changedSeq }) => {
        const kept = this.#window.rowOf(index);
        return kept !== undefined && kept.changedSeq > changedSeq ? [kept] : [];
      }),
    );
    this.#filter = filter;
    this.#wanted = undefined;
    this.#total = Math.max(...pages.map((page) => page.total));
    if (isOther) this.#look = undefined;
    if (this.#look === undefined) this.#window.lookAt(this.#total);
    this.#window.clear();
    for (const { rows, from } of pages) {
      rows.forEach((row, place) => {
        this.#window.put(from + place, row);
      });
    }
    for (const row of newer) this.#putNewer(row);
    if (isOther) this.#ports.onFilter();
    this.#ports.onChanged();
    this.#fetchMissing();
  }

  #putNewer(row: TimelineRow): void {
    const position = this.#window.positionOf(row.index);
    if (position === undefined) return;
    if (matchesRow(row, this.#filter)) this.#window.put(position, row);
    else this.#reread.ask();
  }
}

/** A row that did not fit may fit later, or the other way round. The kind of a row stays. */
function canChangeFit({ outcomes, hasApproval, minRisk, words }: RowFilter): boolean {
  return Boolean(outcomes?.length || words?.length) || hasApproval !== undefined || minRisk !== undefined;
}

/** The beginnings of the pages around what is looked at, with room for rows that come behind it. */
function listPages(
  look: { readonly from: number; readonly to: number } | undefined,
  total: number,
): readonly (number | undefined)[] {
  if (look === undefined) return [undefined];
  const starts: number[] = [];
  const last = Math.min(look.to, total) + PAGE_ROWS;
  for (let start = look.from - (look.from % PAGE_ROWS); start < last; start += PAGE_ROWS) starts.push(start);
  return starts;
}
