import { describe, expect, it } from 'vitest';
import type { EventBody, RowFilter, TimelineRow } from '../../../src/protocol/index.ts';
import { TimelineRow as Row, RowKind, RowOutcome } from '../../../src/protocol/index.ts';
import { createRowIndex, matchesRow, type RowIndex } from '../../../src/timeline/index.ts';
import { OPENING, OPENING_ROWS, ROW_CASES } from '../../cases/rows/row-story.ts';
import { makeRandomSession } from '../../support/random-session.ts';
import { makeRandom, type Random } from '../../support/seeded-random.ts';
import { ids, makeEvents, turnId } from './event-sample.ts';

const session = ids.session();

function foldAll(bodies: readonly EventBody[]): RowIndex {
  const index = createRowIndex();
  index.apply(makeEvents(session, bodies));
  return index;
}

function allRows(index: RowIndex): readonly TimelineRow[] {
  return index.listMatches({}, 0, index.total);
}

/** Whole numbers from 0 to below `end`. */
function below(random: Random, end: number): number {
  return Math.floor(random() * end);
}

describe('a row', () => {
  it.each(ROW_CASES)('$what', ({ bodies, rows }) => {
    const index = foldAll([...OPENING, ...bodies]);
    const found = allRows(index);
    expect(found.map((row) => ({ kind: row.kind, text: row.text }))).toHaveLength(
      OPENING_ROWS.length + rows.length,
    );
    for (const [place, wanted] of [...OPENING_ROWS, ...rows].entries()) {
      const fields = Object.keys(wanted) as (keyof TimelineRow)[];
      expect(Object.fromEntries(fields.map((field) => [field, found[place]?.[field]]))).toEqual(wanted);
    }
    for (const row of found) expect(Row.parse(row)).toEqual(row);
  });

  it('of a script tells how it ended', () => {
    const [, , root] = OPENING;
    if (root?.type !== 'step/proposed') throw new Error('the opening has no script');
    const { stepId } = root;
    const runId = ids.run();
    const started: EventBody = { type: 'step/started', stepId, runId };
    const turnAfter = (...bodies: EventBody[]) => foldAll([...OPENING, ...bodies]).rowsAt([1])[0];
    expect(turnAfter()?.outcome).toBe('none');
    expect(turnAfter(started)?.outcome).toBe('running');
    expect(turnAfter(started, { type: 'turn/ended', turnId, outcome: 'lost' })?.outcome).toBe('lost');
    expect(turnAfter({ type: 'turn/ended', turnId, outcome: 'stopped' })?.outcome).toBe('cancelled');
    const ended: EventBody = { type: 'step/finished', stepId, runId, outcome: 'ran', exitCode: 3 };
    expect(turnAfter(started, ended, { type: 'turn/ended', turnId, outcome: 'finished' })).toMatchObject({
      outcome: 'ran',
      exitCode: 3,
    });
  });

  it('that was handed out does not change any more', () => {
    const [, asked] = ROW_CASES;
    const [, , answered] = ROW_CASES;
    const events = makeEvents(session, [...OPENING, ...(answered?.bodies ?? [])]);
    const index = createRowIndex();
    index.apply(events.slice(0, OPENING.length + (asked?.bodies.length ?? 0)));
    const before = index.rowsAt([2])[0];
    const copy = structuredClone(before);
    index.apply(events);
    expect(before).toEqual(copy);
    expect(index.rowsAt([2])[0]).toMatchObject({ outcome: 'ran', index: 2, rowId: before?.rowId });
  });
});

describe('an index', () => {
  const seeds = Array.from({ length: 25 }, (_, seed) => seed + 1);

  it.each(seeds)('is the same however the events were parted (seed %i)', (seed) => {
    const random = makeRandom(seed);
    const events = makeRandomSession(session, random, { scripts: 8, isEnded: random() < 0.5 });
    const whole = createRowIndex();
    whole.apply(events);
    const parted = createRowIndex();
    const told = new Map<number, TimelineRow>();
    const watched = { kinds: ['command'], outcomes: ['ran', 'waiting'] } satisfies RowFilter;
    for (let from = 0; from < events.length; ) {
      const to = from + 1 + below(random, 12);
      // some come twice
      const changed = parted.apply(events.slice(Math.max(0, from - below(random, 5)), to));
      for (const row of parted.rowsAt(changed)) told.set(row.index, row);
      parted.countMatches(watched);
      from = to;
    }
    const rows = allRows(whole);
    expect(allRows(parted)).toEqual(rows);
    expect([...told.values()].sort((a, b) => a.index - b.index)).toEqual(rows);
    expect(parted.counts).toEqual(whole.counts);
    expect(parted.lastSeq).toBe(events.length);
    for (const row of rows) expect(Row.parse(row)).toEqual(row);
  });

  it.each(seeds)('finds what a search through all rows finds (seed %i)', (seed) => {
    const random = makeRandom(seed);
    const events = makeRandomSession(session, random, { scripts: 10, isEnded: false });
    const index = createRowIndex();
    // lists are made early, and must be kept right while rows come and change
    const filters = Array.from({ length: 6 }, () => makeFilter(random));
    for (let from = 0; from < events.length; from += 20) {
      index.apply(events.slice(from, from + 20));
      for (const filter of filters) index.countMatches(filter);
    }
    const rows = allRows(index);
    for (const filter of filters) {
      const fitting = rows.filter((row) => matchesRow(row, filter));
      expect(index.countMatches(filter)).toBe(fitting.length);
      expect(index.listMatches(filter, 0, rows.length)).toEqual(fitting);
      const at = below(random, rows.length + 2);
      expect(index.listMatches(filter, at, 3)).toEqual(fitting.slice(at, at + 3));
      const position = fitting.findIndex((row) => row.index >= at);
      expect(index.positionOf(filter, at)).toBe(position < 0 ? fitting.length : position);
      expectFound(index, filter, fitting, at - 1);
    }
  });

  function expectFound(
    index: RowIndex,
    filter: RowFilter,
    fitting: readonly TimelineRow[],
    from: number,
  ): void {
    for (const kind of ['waiting', 'approval'] as const) {
      const isIt = (row: TimelineRow): boolean =>
        kind === 'waiting' ? row.outcome === 'waiting' : row.approvalId !== undefined;
      const next = fitting.findIndex((row, position) => position > from && isIt(row));
      const last = fitting.findLastIndex((row, position) => position < from && isIt(row));
      expect(index.find(filter, from, { direction: 'forward', kind })?.position ?? -1).toBe(next);
      expect(index.find(filter, from, { direction: 'backward', kind })?.position ?? -1).toBe(last);
    }
  }

  it.each(seeds)('tells what changed behind an event (seed %i)', (seed) => {
    const random = makeRandom(seed);
    const events = makeRandomSession(session, random, { scripts: 6, isEnded: true });
    const index = createRowIndex();
    for (let from = 0; from < events.length; from += 7) index.apply(events.slice(from, from + 7));
    const seq = below(random, events.length);
    const changed = allRows(index).filter((row) => row.changedSeq > seq);
    const told = index.changedAfter(seq, changed.length);
    expect(told?.map((row) => row.changedSeq)).toEqual(
      changed.map((row) => row.changedSeq).sort((a, b) => a - b),
    );
    expect([...(told ?? [])].sort((a, b) => a.index - b.index)).toEqual(changed);
    if (changed.length > 0) expect(index.changedAfter(seq, changed.length - 1)).toBeUndefined();
    expect(index.changedAfter(events.length, 10)).toEqual([]);
  });

  it('counts what each chip would show', () => {
    const index = foldAll([...OPENING, ...ROW_CASES.flatMap((row) => row.bodies)]);
    const rows = allRows(index);
    expect(index.counts).toEqual({
      all: rows.length,
      commands: index.countMatches({ kinds: ['command'] }),
      files: index.countMatches({ kinds: ['edit', 'denial'] }),
      network: index.countMatches({ kinds: ['network'] }),
      approvals: index.countMatches({ hasApproval: true }),
    });
    for (const count of Object.values(index.counts)) expect(count).toBeGreaterThan(0);
  });

  it('of no rows gives nothing', () => {
    const index = createRowIndex();
    expect(index.listMatches({}, 0, 10)).toEqual([]);
    expect(index.listMatches({}, -3, 2)).toEqual([]);
    expect(index.rowsAt([0, -1, 5])).toEqual([]);
    expect(index.map({}, 3)).toEqual([]);
    expect(index.find({}, -1, { direction: 'forward', kind: 'waiting' })).toBeUndefined();
    expect(index.changedAfter(0, 5)).toEqual([]);
  });
});

function makeFilter(random: Random): RowFilter {
  const some = <T>(options: readonly T[]): T[] => options.filter(() => random() < 0.4);
  return {
    ...(random() < 0.5 && { kinds: some(RowKind.options) }),
    ...(random() < 0.4 && { outcomes: some(RowOutcome.options) }),
    ...(random() < 0.3 && { hasApproval: random() < 0.5 }),
    ...(random() < 0.3 && { minRisk: below(random, 11) }),
    ...(random() < 0.3 && { words: some(['CP', 'step', 'run-', 'b', 'page', 'nowhere']) }),
  };
}

describe('the minimap', () => {
  const marks = (outcomes: readonly EventBody[], stretches: number) => foldAll(outcomes).map({}, stretches);
  const message = (): EventBody => ({ type: 'message/added', turnId, role: 'agent', text: 'x' });
  const denied: EventBody = { type: 'wall/denied', op: 'write', path: '/x', rule: 'no' };

  it('shows the most telling thing of each stretch', () => {
    const bodies = [message(), message(), denied, message(), message(), message()];
    expect(marks(bodies, 3)).toEqual(['row', 'blocked', 'row']);
    expect(marks(bodies, 1)).toEqual(['blocked']);
  });

  it('has one mark for each of few rows', () => {
    expect(marks([message(), denied], 6)).toEqual(['row', 'blocked']);
    expect(marks([], 4)).toEqual([]);
  });

  it('knows questions by what came of them, also when their run has ended', () => {
    const markOf = (what: string): string | undefined => {
      const found = ROW_CASES.find((row) => row.what.startsWith(what));
      if (found === undefined) throw new Error(`no case ${what}`);
      return foldAll([...OPENING, ...found.bodies]).map({ kinds: ['command'] }, 1)[0];
    };
    expect(markOf('a question lives')).toBe('waiting');
    expect(markOf('a run keeps')).toBe('allowed');
    expect(markOf('a rejection')).toBe('rejected');
    expect(markOf('what nobody')).toBe('rejected');
    expect(markOf('a refusal')).toBe('blocked');
    expect(markOf('an allowed run')).toBe('row');
  });
});
