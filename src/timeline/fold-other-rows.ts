import type { EventOf, EventType, RowOutcome, StepId } from '../protocol/index.ts';
import type { StepRows } from './fold-step-rows.ts';
import type { NewRow, RowBook } from './row-book.ts';
import type { RowEventOf } from './row-event.ts';
import { countThings, cutNote, listThings } from './row-texts.ts';

/** Warnings of a configuration that get a row. */
const MAX_WARNINGS = 50;

const CLOSE_WORDS: Readonly<Record<EventOf<'session/closed'>['reason'], string>> = {
  finished: 'finished',
  'closed-by-opener': 'closed by its opener',
  'opener-gone': 'its opener has gone',
  'engine-stopped': 'the engine was stopped',
  fault: 'something went wrong',
};

const NETWORK_OUTCOMES: Readonly<Record<EventOf<'network/judged'>['verdict'], RowOutcome>> = {
  allow: 'allowed',
  ask: 'none',
  refuse: 'refused',
};

type Described = Pick<NewRow, 'kind' | 'text' | 'outcome'> & Partial<NewRow>;

/** Rows about the session itself, and about things that belong to no run of their own. */
export class OtherRows {
  readonly #book: RowBook;
  readonly #steps: StepRows;
  readonly #edits = new Map<StepId, number>();

  constructor(book: RowBook, steps: StepRows) {
    this.#book = book;
    this.#steps = steps;
  }

  #add(event: { seq: number; at: number }, row: Described, suffix = ''): number {
    return this.#book.add(event, { rowId: `${row.kind}-${event.seq}${suffix}`, ...row });
  }

  #addNote(event: { seq: number; at: number }, text: string, note?: string): void {
    this.#add(event, {
      kind: 'note',
      text,
      outcome: 'none',
      ...(note !== undefined && { note: cutNote(note) }),
    });
  }

  opened(event: RowEventOf<'session/opened'>): void {
    this.#addNote(event, 'session opened', `${event.origin} in ${event.workspace}`);
  }

  paused(event: RowEventOf<'session/paused' | 'session/resumed'>): void {
    this.#addNote(
      event,
      event.type === 'session/paused' ? 'session paused' : 'session resumed',
      `by ${event.by}`,
    );
  }

  /** Nothing of a session that has ended waits or runs. */
  ended(event: RowEventOf<'session/closed' | 'session/lost'>): void {
    const isLost = event.type === 'session/lost';
    for (const index of this.#book.live) {
      this.#book.change(event, index, { outcome: isLost ? 'lost' : 'cancelled' });
    }
    if (isLost) this.#addNote(event, 'session lost', 'its engine ended without closing it');
    else this.#addNote(event, 'session closed', event.detail ?? CLOSE_WORDS[event.reason]);
  }

  /** A configuration: a row where it changed while the session was open, and one for each warning. */
  configured(event: RowEventOf<'config/snapshot'>): void {
    if (event.by !== undefined) this.#addNote(event, 'configuration read again', `by ${event.by}`);
    for (const [place, text] of event.warnings.slice(0, MAX_WARNINGS).entries()) {
      this.#add(event, { kind: 'note', text, note: 'configuration', outcome: 'none' }, `-${place}`);
    }
  }

  said(event: RowEventOf<'message/added'>): void {
    this.#add(event, { kind: 'message', text: event.text, note: event.role, outcome: 'none' });
  }

  /** A connection is a row of the network, everything else that the wall stopped is a denial. */
  denied(event: RowEventOf<'wall/denied'>): void {
    const { stepId, runId, op, path, host, rule } = event;
    this.#add(event, {
      kind: host === undefined && op !== 'connect' ? 'denial' : 'network',
      text: `${op} ${path ?? host ?? this.#steps.textOf(stepId)}`,
      note: cutNote(rule),
      outcome: 'blocked',
      ...(stepId !== undefined && { stepId }),
      ...(runId !== undefined && { runId }),
    });
  }

  judgedHost(event: RowEventOf<'network/judged'>): void {
    const { host, port, verdict, rule, runId } = event;
    this.#add(event, {
      kind: 'network',
      text: `${host}:${port}`,
      note: cutNote(rule),
      outcome: NETWORK_OUTCOMES[verdict],
      ...(runId !== undefined && { runId }),
    });
  }

  edit(event: RowEventOf<'edit/proposed' | 'edit/applied'>): void {
    const { stepId } = event;
    const known = this.#edits.get(stepId);
    if (event.type === 'edit/applied' && known !== undefined) {
      this.#book.change(event, known, { outcome: 'ran', endedAt: event.at });
      return;
    }
    const index = this.#add(event, {
      kind: 'edit',
      text: describeFiles(event),
      note: countThings(event.files.length, 'file'),
      outcome: event.type === 'edit/applied' ? 'ran' : 'none',
      stepId,
    });
    this.#edits.set(stepId, index);
    this.#steps.giveRow(stepId, index);
  }
}

function describeFiles(event: RowEventOf<Extract<EventType, 'edit/proposed' | 'edit/applied'>>): string {
  if (event.type === 'edit/applied') return listThings(event.files.map((file) => file.path));
  return listThings(event.files.map((file) => `${file.change} ${file.path}`));
}
