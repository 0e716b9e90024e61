import type { SessionHead, SessionId } from '../../protocol/index.ts';
import { Fault } from '../../protocol/index.ts';
import type { Engine } from '../engine.ts';
import type { HistoryReader } from './history-reader.ts';
import type { Journal } from './journal.ts';
import { maskHead } from './mask-shown.ts';
import { RowViews } from './row-views.ts';
import { SessionHeads } from './session-heads.ts';

/** What the engine shows of its history: heads and rows of sessions, and what their runs printed. */
export class HistoryViews {
  readonly #reader: HistoryReader;
  readonly #heads: SessionHeads;
  readonly #rows: RowViews;
  readonly #stop: () => void;

  /** Made before anything is appended, so that no event is missed. */
  constructor(journal: Pick<Journal, 'subscribe'>, reader: HistoryReader) {
    this.#reader = reader;
    this.#heads = new SessionHeads(reader);
    this.#rows = new RowViews(reader);
    this.#stop = journal.subscribe((events) => {
      this.#heads.take(events);
      this.#rows.take(events);
    });
  }

  hasHistory(): boolean {
    return this.#reader.hasSessions();
  }

  async listSessions(): Promise<readonly SessionHead[]> {
    return (await this.#heads.list()).map(maskHead);
  }

  onSessionHead(listener: (head: SessionHead) => void): () => void {
    return this.#heads.onChanged((head) => listener(maskHead(head)));
  }

  async readHead(sessionId: SessionId): Promise<SessionHead> {
    const head = this.#heads.read(sessionId);
    if (head !== undefined) return maskHead(head);
    throw new Fault({
      kind: 'peer',
      code: 'no-such-session',
      message: `the history has no session ${sessionId}`,
    });
  }

  openRows(sessionId: SessionId): ReturnType<Engine['openRows']> {
    return this.#rows.open(sessionId);
  }

  async readRunOutput(params: Parameters<Engine['readRunOutput']>[0]): ReturnType<Engine['readRunOutput']> {
    return this.#reader.readOutputPart(params);
  }

  /** Call it before the reader is closed. */
  close(): void {
    this.#stop();
    this.#rows.close();
  }
}
