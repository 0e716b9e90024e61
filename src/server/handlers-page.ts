import type { Engine, RowsView } from '../engine/index.ts';
import type { CheckedParams, MethodName, RowsPage, SessionId } from '../protocol/index.ts';
import type { DispatchContext, HandlersOf } from './dispatch-context.ts';

type PageMethod = Extract<
  MethodName,
  | 'overview/watch'
  | 'session/watch'
  | 'session/unwatch'
  | 'session/rows'
  | 'session/map'
  | 'session/find'
  | 'run/output'
  | 'run/explain'
  | 'session/start'
  | 'session/preview'
  | 'session/pause'
  | 'folder/list'
  | 'approval/context'
  | 'demo/start'
>;

type Rows = RowsView['rows'];

/** What a page asks for. */
export function createPageHandlers(context: DispatchContext, person: () => string): HandlersOf<PageMethod> {
  const { engine, overview, rowWatch } = context;
  return {
    'overview/watch': ({ mayAnswer }) => {
      if (mayAnswer) context.becomeAnswerer();
      return overview.start();
    },
    'session/watch': ({ sessionId, after }) => rowWatch.watch(sessionId, after),
    'session/unwatch': () => {
      rowWatch.end();
      return {};
    },
    'session/rows': (params) => readRows(engine, params.sessionId, (rows) => selectRows(rows, params)),
    'session/map': ({ sessionId, filter, stretches }) =>
      readRows(engine, sessionId, (rows) => ({
        total: rows.countMatches(filter),
        marks: [...rows.map(filter, stretches)],
      })),
    'session/find': ({ sessionId, filter, from, direction, what }) =>
      readRows(engine, sessionId, (rows) => {
        const found = rows.find(filter, from, { direction, kind: what });
        return { position: found?.position ?? null, row: found?.row ?? null };
      }),
    'run/output': (params) => engine.readRunOutput(params),
    'run/explain': (params) => engine.explainRun(params),
    'session/start': (params) => engine.startSession(params),
    'session/preview': (params) => engine.previewSession(params),
    'session/pause': async ({ sessionId, isPaused }) => {
      await engine.pauseSession(sessionId, isPaused, person());
      return {};
    },
    'folder/list': ({ typed }) => engine.listFolders(typed),
    'approval/context': ({ approvalId }) => engine.describeApproval(approvalId),
    'demo/start': () => engine.startDemo(),
  };
}

/** Reads from the rows of one session and lets go of them. */
async function readRows<T>(engine: Engine, sessionId: SessionId, read: (rows: Rows) => T): Promise<T> {
  const view = await engine.openRows(sessionId);
  try {
    return read(view.rows);
  } finally {
    view.release();
  }
}

function selectRows(rows: Rows, params: CheckedParams<'session/rows'>): RowsPage {
  const { filter, before, after, at, limit } = params;
  const total = rows.countMatches(filter);
  let from = total - limit;
  let to = total;
  if (before !== undefined) {
    to = rows.positionOf(filter, before);
    from = to - limit;
  } else if (after !== undefined) from = rows.positionOf(filter, after + 1);
  else if (at !== undefined) from = at;
  from = Math.max(0, Math.min(from, total));
  return {
    rows: [...rows.listMatches(filter, from, Math.max(0, Math.min(limit, to - from)))],
    total,
    from,
    lastSeq: rows.lastSeq,
    counts: rows.counts,
  };
}
