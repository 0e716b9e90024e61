import { vi } from 'vitest';
import type {
  AnswerResult,
  Approval,
  ApprovalAnswer,
  Event,
  EventOf,
  EventType,
  SessionId,
} from '../../src/protocol/index.ts';
import { makeFolder, type RealEngine, startRealEngine } from './real-engine.ts';

export type StartParams = Parameters<RealEngine['engine']['startSession']>[0];

const PATIENCE = { timeout: 20_000, interval: 20 };

/** A real engine as a page uses it, with a folder to work in. */
export class SessionDriver {
  readonly real: RealEngine;
  readonly folder = makeFolder('page', '/var/tmp');
  readonly events: Event[] = [];

  private constructor(real: RealEngine) {
    this.real = real;
    real.engine.subscribe((batch) => this.events.push(...batch));
  }

  static async start(): Promise<SessionDriver> {
    return new SessionDriver(await startRealEngine());
  }

  async stop(): Promise<void> {
    await this.real.stop();
    this.folder.remove();
  }

  form(text: string, changes: Partial<StartParams> = {}): StartParams {
    return { folder: this.folder.path, kind: 'script', text, addDirs: [], ...changes };
  }

  start(text: string, changes: Partial<StartParams> = {}) {
    return this.real.engine.startSession(this.form(text, changes));
  }

  pause(sessionId: SessionId, isPaused: boolean, by = 'page'): Promise<void> {
    return this.real.engine.pauseSession(sessionId, isPaused, by);
  }

  eventsOf<T extends EventType>(type: T, sessionId?: SessionId): EventOf<T>[] {
    return this.events.filter(
      (event): event is EventOf<T> =>
        event.type === type && (sessionId === undefined || event.sessionId === sessionId),
    );
  }

  closed(sessionId: SessionId): Promise<EventOf<'session/closed'>> {
    return vi.waitFor(() => {
      const [event] = this.eventsOf('session/closed', sessionId);
      if (event === undefined) throw new Error('it is still open');
      return event;
    }, PATIENCE);
  }

  /** The oldest open question, once `count` of them were asked. */
  question(sessionId: SessionId, count = 1): Promise<Approval> {
    return vi.waitFor(() => {
      const [open] = this.real.engine.listApprovals().filter((each) => each.sessionId === sessionId);
      const asked = this.eventsOf('approval/asked', sessionId);
      if (asked.length < count || open === undefined) throw new Error('nothing is asked');
      return open;
    }, PATIENCE);
  }

  answer(
    { approvalId, digest }: Approval,
    answer: ApprovalAnswer,
    requestKey: string = approvalId,
  ): Promise<AnswerResult> {
    return this.real.engine.answerApproval({ approvalId, digest, requestKey, by: 'page', answer });
  }
}
