import { createStore, type StoreApi } from 'zustand/vanilla';
import type { LiveActions, LiveView } from '../../src/client/index.ts';
import { type Approval, Fault, type SessionId, type TimelineRow } from '../../src/protocol/index.ts';
import { CANNED_EXPLANATION } from './canned-explanation.ts';
import { fitsFilter } from './canned-filter.ts';
import { NOW, sessionIdOf } from './canned-parts.ts';
import { NOTHING, watchRows } from './canned-rows.ts';
import type { RowSource, Scene } from './scene.ts';

/** How long a canned engine takes to answer. */
const ANSWER_MS = 50;

const later = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, ANSWER_MS));

/** While it is held no page of rows comes: for tests that look at what stands in their place. */
export const pageGate = { isHeld: false };

async function pageComes(): Promise<void> {
  do await later();
  while (pageGate.isHeld);
}

interface Canned {
  readonly store: StoreApi<LiveView>;
  readonly sources: Map<SessionId, RowSource>;
}

/** The view without a question that was answered, and the row of it as it is then. */
function settle(
  { store, sources }: Canned,
  approval: Approval,
  answer: Parameters<LiveActions['answer']>[1],
): void {
  const { approvalId, sessionId } = approval;
  const scope = answer.outcome === 'allowed' ? { scope: answer.scope } : {};
  const feedback =
    answer.outcome === 'rejected' && answer.feedback !== undefined ? { feedback: answer.feedback } : {};
  const source = sources.get(sessionId);
  if (source !== undefined) {
    const at = (index: number): TimelineRow | undefined => {
      const row = source.at(index);
      return row?.approvalId === approvalId
        ? { ...row, outcome: answer.outcome, by: 'you', ...scope, ...feedback }
        : row;
    };
    sources.set(sessionId, { total: source.total, at });
  }
  store.setState((view) => {
    const answers = new Map(view.answers);
    answers.delete(approvalId);
    const approvals = view.approvals.filter((other) => other.approvalId !== approvalId);
    const open = approvals.filter((other) => other.sessionId === sessionId).length;
    return {
      answers,
      approvals,
      sessions: view.sessions.map((head) =>
        head.sessionId === sessionId ? { ...head, openApprovals: open } : head,
      ),
      settled: [
        {
          approvalId,
          sessionId,
          outcome: answer.outcome,
          by: 'you',
          settledAt: NOW,
          ...scope,
          ...feedback,
          approval,
        },
        ...view.settled,
      ],
      watched: view.watched?.sessionId === sessionId ? watchRows({ sources }, view.watched) : view.watched,
    };
  });
}

function rowActions(canned: Canned): Pick<LiveActions, 'watch' | 'setFilter' | 'need' | 'find' | 'locate'> {
  const { store, sources } = canned;
  const fitting = (): readonly TimelineRow[] => {
    const { watched } = store.getState();
    if (watched === undefined) return [];
    const source = sources.get(watched.sessionId) ?? NOTHING;
    return Array.from({ length: source.total }, (_, index) => source.at(index)).filter(
      (row) => row !== undefined && fitsFilter(row, watched.filter),
    ) as TimelineRow[];
  };
  return {
    watch: (sessionId) => {
      if (sessionId === undefined) return store.setState({ watched: undefined });
      const empty = { all: 0, commands: 0, files: 0, network: 0, approvals: 0 };
      const loading = {
        sessionId,
        state: 'loading',
        filter: {},
        total: 0,
        counts: empty,
        lastSeq: 0,
      } as const;
      store.setState({ watched: { ...loading, rows: new Map(), map: [], liveTail: undefined } });
      void later().then(() => store.setState({ watched: watchRows(canned, { sessionId, filter: {} }) }));
    },
    setFilter: (filter) => {
      const { watched } = store.getState();
      if (watched === undefined) return;
      const { sessionId } = watched;
      void later().then(() => store.setState({ watched: watchRows(canned, { sessionId, filter }) }));
    },
    need: (from, to) => {
      const { watched } = store.getState();
      if (
        watched === undefined ||
        (watched.rows.has(from) && watched.rows.has(Math.min(to, watched.total) - 1))
      )
        return;
      void pageComes().then(() => store.setState({ watched: watchRows(canned, watched, from) }));
    },
    find: async (from, direction, what) => {
      await later();
      const rows = fitting();
      const stride = direction === 'forward' ? 1 : -1;
      for (let position = from + stride; position >= 0 && position < rows.length; position += stride) {
        const row = rows[position];
        const isIt = what === 'waiting' ? row?.outcome === 'waiting' : row?.approvalId !== undefined;
        if (row !== undefined && isIt) return { position, row };
      }
      return undefined;
    },
    locate: async (approvalId) => {
      await later();
      const position = fitting().findIndex((row) => row.approvalId === approvalId);
      return position < 0 ? undefined : position;
    },
  };
}

function checkReady(store: StoreApi<LiveView>): void {
  if (store.getState().connection.state === 'ready') return;
  throw new Fault({ kind: 'peer', code: 'connection-closed', message: 'The engine is not connected.' });
}

/** A page's engine, out of a can: what it is asked settles after a moment, in the view alone. */
export function createCannedLive(scene: Scene): Canned & { readonly actions: LiveActions } {
  const canned: Canned = { store: createStore<LiveView>(() => scene.view), sources: new Map(scene.rows) };
  const { store } = canned;
  const change = async (parts: (view: LiveView) => Partial<LiveView>): Promise<void> => {
    checkReady(store);
    await later();
    store.setState(parts);
  };
  const actions: LiveActions = {
    ...rowActions(canned),
    answer: async (approval, answer) => {
      checkReady(store);
      const { approvalId } = approval;
      store.setState((view) => ({
        answers: new Map(view.answers).set(approvalId, { state: 'sending', answer }),
      }));
      await later();
      settle(canned, approval, answer);
      return { result: 'accepted', approvalId };
    },
    context: async (approvalId) => {
      await later();
      const view = store.getState();
      return {
        context: scene.contexts.get(approvalId),
        approval: view.approvals.find((approval) => approval.approvalId === approvalId),
        settled: view.settled.find((settled) => settled.approvalId === approvalId),
      };
    },
    explain: async () => {
      await later();
      return CANNED_EXPLANATION;
    },
    output: async ({ offset = 0 }) => {
      await later();
      const text = 'line of output\n'.repeat(400);
      return {
        text: text.slice(Math.max(0, offset)),
        offset: Math.max(0, offset),
        size: text.length,
        cutBytes: 0,
      };
    },
    watchTerminal: (_sessionId, follower) => {
      void later().then(() => {
        follower.onBegin({ size: { columns: 80, rows: 24 }, mayResize: false, offset: 0 });
        follower.onData(0, btoa('$ npm test\r\n\u001b[32m42 passed\u001b[0m\r\n$ '));
      });
      return () => undefined;
    },
    type: async () => await change(() => ({})),
    resizeTerminal: async () => await change(() => ({})),
    start: async () => {
      await change(() => ({}));
      return { sessionId: scene.view.sessions[0]?.sessionId ?? sessionIdOf(1), warnings: [] };
    },
    preview: async (params) => {
      await later();
      return {
        workspace: params.folder,
        sandboxMode: params.sandbox ?? 'workspace-write',
        approvalPolicy: params.askForApproval ?? 'on-request',
        write: [params.folder, '/tmp'],
        protected: ['.git', '.codex', '.vscode'],
        maskedCount: 14,
        network: params.network === true ? 'on' : 'asked',
        wall: params.sandbox === 'danger-full-access' ? 'none' : 'bubblewrap',
        gate: 'kernel',
        notices: [],
        warnings: [],
        steps: params.text
          .split('\n')
          .filter((line) => line.trim() !== '')
          .map((text) => ({
            text,
            verdict: text.includes('rm') ? 'ask' : 'allow',
            category: 'inside',
            risk: null,
            reasons: [],
          })),
        stepCount: params.text.split('\n').length,
      };
    },
    folders: async (typed) => {
      await later();
      const folders = ['/home/ada/work/docs-site', '/home/ada/work/infra', '/home/ada/work/payments-api'];
      return {
        folders: folders
          .filter((folder) => folder.startsWith(typed))
          .map((folder) => folder.slice(folder.lastIndexOf('/') + 1)),
        exists: folders.includes(typed),
      };
    },
    startDemo: async () => {
      await change(() => ({}));
      return {
        sessionId: scene.view.sessions[0]?.sessionId ?? sessionIdOf(1),
        folder: '/tmp/sallyport-demo',
      };
    },
    pause: (sessionId, isPaused) =>
      change(({ sessions }) => ({
        sessions: sessions.map((head) => (head.sessionId === sessionId ? { ...head, isPaused } : head)),
      })),
    close: (sessionId) =>
      change(({ sessions }) => ({
        sessions: sessions.map((head) =>
          head.sessionId === sessionId ? { ...head, state: 'closed', closedAt: NOW } : head,
        ),
      })),
    revoke: async (grantId) => {
      await change(({ grants }) => ({ grants: grants.filter((grant) => grant.grantId !== grantId) }));
      return true;
    },
    retryNow: () => store.setState({ connection: { state: 'connecting' } }),
  };
  return { ...canned, actions };
}
