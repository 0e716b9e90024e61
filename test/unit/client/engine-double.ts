import {
  type ApprovalId,
  Fault,
  type MethodName,
  type NotificationInput,
  type Pipe,
  PROTOCOL_VERSION,
  type RequestHandlers,
  type RowFilter,
  RpcPeer,
  type SessionId,
} from '../../../src/protocol/index.ts';
import { EngineTruth } from './engine-truth.ts';
import { createPipePair } from './pipe-pair.ts';

/** Between two messages about rows, as the real engine has it. */
const ROWS_MS = 30;

interface Page {
  readonly peer: RpcPeer;
  readonly pipe: Pipe;
  isFollowing: boolean;
  watched: SessionId | undefined;
  changed: Set<number>;
  isResting: boolean;
  /** Grows with every wish to watch: only the last one counts. */
  wish: number;
}

/**
 * An engine as a page sees it: truth in plain lists, told through real peers over pipes that deliver late, several
 * lines at once, and can break at any time.
 */
export class EngineDouble extends EngineTruth {
  /** Every request, in its order. */
  readonly calls: { readonly method: MethodName; readonly params: unknown }[] = [];
  protocolVersion = PROTOCOL_VERSION;
  /** Rows that a watch begins with, and how many changed ones are told before it begins anew. */
  firstRows = 200;
  maxChanged = 500;
  isDown = false;
  isSignedOut = false;
  /** It is stopped: it keeps its connections and says nothing. */
  isSilent = false;
  /** Told before an answer is dealt with; may break the connection. */
  onAnswer: () => void = () => undefined;
  readonly #pages = new Set<Page>();

  get connections(): number {
    return this.#pages.size;
  }

  callsOf(method: MethodName): readonly unknown[] {
    return this.calls.filter((call) => call.method === method).map(({ params }) => params);
  }

  connect = async (): Promise<Pipe> => {
    await this.#sleep(3);
    if (this.isSignedOut) throw new Fault({ kind: 'peer', code: 'signed-out', message: 'signed out' });
    if (this.isDown) throw new Fault({ kind: 'remote', code: 'unreachable', message: 'nobody answers' });
    const [mine, theirs] = createPipePair(this.clock, this.random);
    const peer: RpcPeer = new RpcPeer(
      mine,
      this.#handle(() => page),
    );
    const page: Page = {
      ...{ peer, pipe: mine, isFollowing: false, watched: undefined },
      ...{ changed: new Set(), isResting: false, wish: 0 },
    };
    this.#pages.add(page);
    const { send } = mine;
    mine.send = (line) => {
      if (!this.isSilent) send(line);
    };
    peer.onClose(() => this.#pages.delete(page));
    return theirs;
  };

  /** Every connection breaks. */
  drop(): void {
    for (const { peer } of [...this.#pages]) peer.close();
  }

  /** A line that no engine should send. */
  sendRaw(line: string): void {
    for (const { pipe } of this.#pages) pipe.send(line);
  }

  notify<N extends 'overview/changed' | 'rows/changed' | 'output/added'>(
    name: N,
    params: NotificationInput<N>,
  ): void {
    for (const page of this.#pages) page.peer.notify(name, params);
  }

  /** The reader of this session was too slow. */
  cut(sessionId: SessionId): void {
    for (const page of this.#pages) {
      if (page.watched !== sessionId) continue;
      page.watched = undefined;
      const { total, counts } = this.pageOf(sessionId, {}, 0, 1);
      page.peer.notify('rows/changed', { sessionId, rows: [], total, lastSeq: 0, counts, isCut: true });
    }
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.clock.setTimer(resolve, Math.floor(this.random() * (ms + 1))));
  }

  protected override tell(changed: Partial<NotificationInput<'overview/changed'>>): void {
    for (const page of this.#pages) {
      if (!page.isFollowing) continue;
      page.peer.notify('overview/changed', { sessions: [], approvals: [], settled: [], ...changed });
    }
  }

  protected override tellRow(sessionId: SessionId, index: number): void {
    for (const page of this.#pages) {
      if (page.watched !== sessionId) continue;
      page.changed.add(index);
      if (!page.isResting) this.#sendRows(page);
    }
  }

  #sendRows(page: Page): void {
    const sessionId = page.watched;
    if (sessionId === undefined || page.changed.size === 0) return;
    const rows = [...page.changed]
      .sort((a, b) => a - b)
      .flatMap((index) => this.rowsOf(sessionId)[index] ?? []);
    page.changed = new Set();
    const { total, lastSeq, counts } = this.pageOf(sessionId, {}, 0, 1);
    page.peer.notify('rows/changed', { sessionId, rows, total, lastSeq, counts, isCut: false });
    page.isResting = true;
    this.clock.setTimer(() => {
      page.isResting = false;
      this.#sendRows(page);
    }, ROWS_MS);
  }

  #watch(page: Page, sessionId: SessionId, after: number | undefined) {
    const { total, ...end } = this.pageOf(
      sessionId,
      {},
      this.rowsOf(sessionId).length - this.firstRows,
      this.firstRows,
    );
    page.watched = sessionId;
    page.changed = new Set();
    const [head] = this.headsOf(sessionId);
    if (head === undefined) throw new Error('a session without a head');
    const changed = this.rowsOf(sessionId).filter((row) => row.changedSeq > (after ?? 0));
    const isReset = after === undefined || after > end.lastSeq || changed.length > this.maxChanged;
    const rows = isReset ? {} : { rows: changed, from: changed[0]?.index ?? total };
    return { ...end, total, head, isReset, ...rows };
  }

  #handle(page: () => Page): RequestHandlers {
    const log =
      <P, R>(method: MethodName, answer: (params: P) => R) =>
      async (params: P): Promise<R> => {
        this.calls.push({ method, params });
        await this.#sleep(6);
        return answer(params);
      };
    return {
      'engine/hello': log('engine/hello', () => ({
        ...{
          protocolVersion: this.protocolVersion,
          engineVersion: '1',
          engineId: 'e',
          pid: 1,
          openSessions: 0,
        },
      })),
      'overview/watch': log('overview/watch', () => {
        page().isFollowing = true;
        const sessions = [...this.heads.values()].sort(
          (a, b) => b.openedAt - a.openedAt || (a.sessionId < b.sessionId ? 1 : -1),
        );
        return {
          about: {
            ...{
              version: '1',
              engineId: 'e',
              pid: 1,
              platform: 'linux',
              wall: 'bubblewrap',
              wallVersion: 'b 1',
            },
            ...{ gate: 'kernel' as const, home: '/h', hasHistory: true },
          },
          sessions,
          approvals: [...this.approvals.values()],
        };
      }),
      'session/watch': async (params) => {
        page().wish += 1;
        const mine = page().wish;
        page().watched = undefined;
        const { sessionId, after } = params;
        return await log('session/watch', () => {
          if (mine === page().wish) return this.#watch(page(), sessionId, after);
          throw new Fault({ kind: 'peer', code: 'watch-replaced', message: 'another was asked for' });
        })(params);
      },
      'session/unwatch': (params) => {
        page().wish += 1;
        page().watched = undefined;
        return log('session/unwatch', () => ({}))(params);
      },
      'session/rows': log(
        'session/rows',
        ({
          sessionId,
          filter,
          at,
          before,
          limit,
        }: {
          sessionId: SessionId;
          filter: RowFilter;
          at?: number | undefined;
          before?: number | undefined;
          limit: number;
        }) => {
          const fitting = this.pageOf(sessionId, filter, 0, Number.POSITIVE_INFINITY).rows;
          const end =
            before === undefined ? fitting.length : fitting.filter((row) => row.index < before).length;
          const from = at ?? Math.max(0, end - limit);
          const count = at === undefined ? Math.min(limit, end - from) : limit;
          return this.pageOf(sessionId, filter, from, count);
        },
      ),
      'session/map': log(
        'session/map',
        ({
          sessionId,
          filter,
          stretches,
        }: {
          sessionId: SessionId;
          filter: RowFilter;
          stretches: number;
        }) => {
          const { total } = this.pageOf(sessionId, filter, 0, 1);
          return {
            total,
            marks: Array.from({ length: stretches }, () =>
              total > 0 ? ('row' as const) : ('none' as const),
            ),
          };
        },
      ),
      'approval/answer': log('approval/answer', (params: Parameters<EngineDouble['takeAnswer']>[0]) => {
        this.onAnswer();
        return this.takeAnswer(params);
      }),
      'approval/context': log('approval/context', ({ approvalId }: { approvalId: ApprovalId }) => ({
        context: null,
        approval: this.approvals.get(approvalId) ?? null,
        settled: this.settled.get(approvalId) ?? null,
      })),
      'grant/list': log('grant/list', () => ({ grants: [...this.grants] })),
    };
  }
}
