import { randomBytes } from 'node:crypto';
import type { AnswerRequest } from '../../src/engine/approvals/index.ts';
import type { Engine, OpenerStreams, OpenSession } from '../../src/engine/engine.ts';
import {
  type AnswerResult,
  type Approval,
  createIdMaker,
  type Event,
  type EventBody,
  Fault,
  type MethodResult,
  type OutputNotice,
  type SessionExecResult,
  type SessionHead,
  SessionId,
} from '../../src/protocol/index.ts';
import { createRowIndex, EMPTY_HEAD, foldHead, type HeadFold } from '../../src/timeline/index.ts';

export type FakeScript = (
  streams: OpenerStreams,
  script: string,
  engine: FakeEngine,
) => Promise<SessionExecResult>;

/** An engine without sandbox, policy or file: enough to test what carries words to and from one. */
export interface FakeEngine extends Engine {
  readonly calls: string[];
  readonly answerers: Set<symbol>;
  addEvents(sessionId: SessionId, bodies: readonly EventBody[]): void;
  addOutput(notice: OutputNotice): void;
  approvals: Approval[];
  answers: AnswerRequest[];
  /** Views of rows that nobody has released yet. */
  openViews: number;
}

const ABOUT: MethodResult<'overview/watch'>['about'] = {
  version: '0.0.0',
  engineId: 'fake-engine',
  pid: 1,
  platform: 'linux',
  wall: 'bubblewrap',
  wallVersion: 'bubblewrap 0.8.0',
  gate: 'kernel',
  home: '/h',
  hasHistory: true,
};

const PREVIEW: MethodResult<'session/preview'> = {
  workspace: '/w',
  sandboxMode: 'workspace-write',
  approvalPolicy: 'on-request',
  write: [],
  protected: [],
  maskedCount: 0,
  network: 'off',
  wall: 'bubblewrap',
  gate: 'kernel',
  notices: [],
  warnings: [],
  steps: [],
  stepCount: 0,
};

export function createFakeEngine(
  runScript: FakeScript = async () => ({ outcome: 'ran', exitCode: 0 }),
): FakeEngine {
  const ids = createIdMaker(() => 1_800_000_000_000, randomBytes);
  const sessions = new Map<SessionId, OpenSession>();
  const history = new Map<SessionId, Event[]>();
  const countListeners = new Set<(count: number) => void>();
  const eventListeners = new Set<(events: readonly Event[]) => void>();
  const outputListeners = new Set<(notice: OutputNotice) => void>();
  const tellCount = () => {
    for (const listener of countListeners) listener(sessions.size);
  };
  const listen = <T>(set: Set<T>, listener: T) => {
    set.add(listener);
    return () => {
      set.delete(listener);
    };
  };
  const headListeners = new Set<(head: SessionHead) => void>();
  const heads = new Map<SessionId, HeadFold>();
  const listHeads = (): SessionHead[] =>
    [...heads.values()].flatMap(({ head }) => (head === undefined ? [] : [head])).reverse();
  const needHistory = (sessionId: SessionId): readonly Event[] => {
    const events = history.get(sessionId);
    if (events !== undefined) return events;
    throw new Fault({ kind: 'peer', code: 'no-such-session', message: `no session ${sessionId}` });
  };
  const needHead = (sessionId: SessionId): SessionHead => {
    needHistory(sessionId);
    const head = heads.get(sessionId)?.head;
    if (head === undefined) throw new Error(`session ${sessionId} was never opened`);
    return head;
  };
  const engine: FakeEngine = {
    engineId: 'fake-engine',
    version: '0.0.0',
    calls: [],
    answerers: new Set(),
    approvals: [],
    answers: [],
    openViews: 0,
    about: () => ABOUT,
    listSessions: async () => listHeads(),
    readHead: async (sessionId) => needHead(sessionId),
    onSessionHead: (listener) => listen(headListeners, listener),
    openRows: async (sessionId) => {
      const rows = createRowIndex();
      rows.apply(needHistory(sessionId));
      const listeners = new Set<(indices: readonly number[]) => void>();
      const stop = listen(eventListeners, (events) => {
        const changed = rows.apply(events.filter((event) => event.sessionId === sessionId));
        if (changed.length > 0) for (const listener of listeners) listener(changed);
      });
      engine.openViews += 1;
      return {
        rows,
        onChanged: (listener) => listen(listeners, listener),
        release: () => {
          stop();
          engine.openViews -= 1;
        },
      };
    },
    startSession: async (params) => {
      engine.calls.push(`start ${params.folder}`);
      return { sessionId: ids.session(), warnings: [] };
    },
    previewSession: async () => PREVIEW,
    pauseSession: async (_sessionId, isPaused, by) =>
      void engine.calls.push(`${isPaused ? 'pause' : 'resume'} by ${by}`),
    listFolders: async (typed) => ({ folders: [`${typed}/a`], exists: true }),
    describeApproval: async () => ({ context: null, approval: null, settled: null }),
    explainRun: () => ({ explanation: null }),
    readRunOutput: async ({ offset }) => ({ text: 'printed', offset, size: 7, cutBytes: 0 }),
    setSession: async ({ sessionId, key, value, by }) => {
      engine.calls.push(`set ${key}=${value ?? ''} by ${by}`);
      return { sessionId: SessionId.parse(sessionId), digest: 'digest', warnings: [] };
    },
    startDemo: async () => ({ sessionId: ids.session(), folder: '/tmp/demo' }),
    openSessionCount: () => sessions.size,
    onSessionCount: (listener) => listen(countListeners, listener),
    openSession: async (params, streams) => {
      const sessionId = ids.session();
      engine.calls.push(`open ${params.cwd}`);
      const session: OpenSession = {
        sessionId,
        exec: (script) => runScript(streams, script, engine),
        run: (argv) => runScript(streams, argv.join(' '), engine),
        drive: ({ text }) => runScript(streams, text, engine),
        propose: async ({ tool }) => ({ tool, outcome: 'ran', message: 'done' }),
        terminal: undefined,
        signal: (name) => void engine.calls.push(`signal ${name}`),
        stopInFront: (name) => void engine.calls.push(`stop in front by ${name}`),
        resize: ({ columns, rows }) => void engine.calls.push(`resize ${columns}x${rows}`),
        close: async (reason) => {
          if (!sessions.delete(sessionId)) return;
          engine.calls.push(`close ${reason}`);
          tellCount();
        },
      };
      sessions.set(sessionId, session);
      tellCount();
      return { session, warnings: ['a warning'], summary: [] };
    },
    findSession: (sessionId) => sessions.get(sessionId),
    listApprovals: () => engine.approvals,
    answerApproval: async (request): Promise<AnswerResult> => {
      engine.answers.push(request);
      return { result: 'unknown', approvalId: request.approvalId };
    },
    listGrants: () => [],
    revokeGrant: async (grantId, by) => {
      engine.calls.push(`revoke ${grantId} by ${by}`);
      return false;
    },
    readEvents: async (sessionId, after, limit) =>
      (history.get(sessionId) ?? []).filter((event) => event.seq > after).slice(0, limit),
    subscribe: (listener) => listen(eventListeners, listener),
    subscribeOutput: (listener) => listen(outputListeners, listener),
    addAnswerer: () => {
      const key = Symbol('answerer');
      engine.answerers.add(key);
      return () => {
        engine.answerers.delete(key);
      };
    },
    stop: async () => {
      for (const session of sessions.values()) await session.close('engine-stopped');
      engine.calls.push('stop');
    },
    addEvents: (sessionId, bodies) => {
      const events = history.get(sessionId) ?? [];
      history.set(sessionId, events);
      const added = bodies.map((body, index) => ({
        seq: events.length + index + 1,
        at: 1,
        sessionId,
        ...body,
      }));
      events.push(...added);
      for (const listener of eventListeners) listener(added);
      const fold = added.reduce(foldHead, heads.get(sessionId) ?? EMPTY_HEAD);
      heads.set(sessionId, fold);
      const { head } = fold;
      if (head !== undefined) for (const listener of headListeners) listener(head);
    },
    addOutput: (notice) => {
      for (const listener of outputListeners) listener(notice);
    },
  };
  return engine;
}
