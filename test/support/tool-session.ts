import { PassThrough, Writable } from 'node:stream';
import { vi } from 'vitest';
import type { OpenSession } from '../../src/engine/index.ts';
import {
  type Approval,
  type ApprovalAnswer,
  type Event,
  type EventOf,
  type EventType,
  Proposal,
  type ProposalResult,
  type ProposalTool,
} from '../../src/protocol/index.ts';
import { eventsOf } from './events-of.ts';
import { openParams, type RealEngine, type ScriptOptions } from './real-engine.ts';

const NEVER = new AbortController().signal;

/** A session of a real engine whose tools are called as an agent calls them. */
export interface ToolSession {
  readonly session: OpenSession;
  readonly events: Event[];
  /** Every question that was asked, in order. */
  readonly questions: Approval[];
  propose(tool: ProposalTool, input: unknown, gone?: AbortSignal): Promise<ProposalResult>;
  eventsOf<T extends EventType>(type: T): EventOf<T>[];
  /** The open question, once so many were asked. */
  asked(count?: number): Promise<Approval>;
  answer(approval: Approval, answer: ApprovalAnswer): Promise<unknown>;
  stdout(): string;
  close(): Promise<void>;
}

export async function openToolSession(
  { engine }: RealEngine,
  options: Omit<ScriptOptions, 'onEvent'>,
): Promise<ToolSession> {
  const events: Event[] = [];
  const questions: Approval[] = [];
  const printed: Buffer[] = [];
  let sessionId: string | undefined;
  const unsubscribe = engine.subscribe((batch) => {
    for (const event of batch) {
      if (sessionId !== undefined && event.sessionId !== sessionId) continue;
      events.push(event);
      if (event.type !== 'approval/asked') continue;
      questions.push(event);
      const answer = options.answer?.(event, questions.length - 1);
      if (answer) void answerWith(event, answer);
    }
  });
  const answerWith = ({ approvalId }: Pick<Approval, 'approvalId'>, answer: ApprovalAnswer) =>
    engine.answerApproval({ approvalId, requestKey: approvalId, by: 'test', answer });
  const sink = (pieces?: Buffer[]): Writable =>
    new Writable({
      write(piece: Buffer, _encoding, done) {
        pieces?.push(piece);
        done();
      },
    });
  const stdin = new PassThrough();
  stdin.end();
  const { session } = await engine.openSession(openParams(options), {
    stdin,
    stdout: sink(printed),
    stderr: sink(),
  });
  sessionId = session.sessionId;
  return {
    session,
    events,
    questions,
    propose: (tool, input, gone = NEVER) => session.propose(Proposal.parse({ tool, input }), gone),
    eventsOf: (type) => eventsOf(events, type),
    asked: (count = 1) =>
      vi.waitFor(
        () => {
          const open = engine.listApprovals().find((each) => each.sessionId === sessionId);
          if (questions.length < count || open === undefined) throw new Error('nothing is asked');
          return open;
        },
        { timeout: 20_000, interval: 20 },
      ),
    answer: answerWith,
    stdout: () => Buffer.concat(printed).toString('utf8'),
    close: async () => {
      await session.close('finished');
      unsubscribe();
    },
  };
}
