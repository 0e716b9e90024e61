import { randomBytes } from 'node:crypto';
import type { AnswerRequest } from '../../src/engine/approvals/index.ts';
import type { Engine, OpenerStreams, OpenSession } from '../../src/engine/engine.ts';
import {
  type AnswerResult,
  type Approval,
  createIdMaker,
  type Event,
  type EventBody,
  type OutputNotice,
  type SessionExecResult,
  type SessionId,
} from '../../src/protocol/index.ts';

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
}

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
  const engine: FakeEngine = {
    engineId: 'fake-engine',
    version: '0.0.0',
    calls: [],
    answerers: new Set(),
    approvals: [],
    answers: [],
    openSessionCount: () => sessions.size,
    onSessionCount: (listener) => listen(countListeners, listener),
    openSession: async (params, streams) => {
      const sessionId = ids.session();
      engine.calls.push(`open ${params.cwd}`);
      const session: OpenSession = {
        sessionId,
        exec: (script) => runScript(streams, script, engine),
        signal: (name) => void engine.calls.push(`signal ${name}`),
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
    revokeGrant: async () => false,
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
    },
    addOutput: (notice) => {
      for (const listener of outputListeners) listener(notice);
    },
  };
  return engine;
}
