import {
  type Approval,
  type ApprovalAnswer,
  type ApprovalId,
  Fault,
  type MethodResult,
  toFault,
} from '../protocol/index.ts';
import type { EngineClient } from './engine-client.ts';
import type { LivePorts } from './live-ports.ts';
import type { AnswerReply, AnswerState, LiveView } from './live-view.ts';

/** An answer on its way. */
interface Sent {
  readonly approval: Approval;
  readonly answer: ApprovalAnswer;
  readonly requestKey: string;
  readonly reply: Promise<AnswerReply>;
  settle(reply: AnswerReply): void;
  fail(fault: Fault): void;
}

export interface AnswerDeskPorts {
  readonly random: LivePorts['random'];
  /** Who answers, as the engine is told. */
  readonly by: string;
  readonly read: () => Pick<LiveView, 'approvals' | 'answers'>;
  readonly show: (answers: LiveView['answers']) => void;
}

/**
 * Brings answers to the engine.
 *
 * Promises: an answer carries the digest of what was shown; while one is on its way a second one to the same question
 * is not sent; one that the connection broke on is sent again with its key, unless the question has changed, so it
 * counts once. Nothing here settles a question: that the engine tells.
 */
export class AnswerDesk {
  readonly #ports: AnswerDeskPorts;
  readonly #sent = new Map<ApprovalId, Sent>();

  constructor(ports: AnswerDeskPorts) {
    this.#ports = ports;
  }

  answer(client: EngineClient, approval: Approval, answer: ApprovalAnswer): Promise<AnswerReply> {
    const before = this.#sent.get(approval.approvalId);
    if (before !== undefined) return before.reply;
    const { promise: reply, resolve: settle, reject: fail } = Promise.withResolvers<AnswerReply>();
    const sent: Sent = { approval, answer, requestKey: makeKey(this.#ports.random), reply, settle, fail };
    // whoever asked may be gone; the view tells it too
    reply.catch(() => undefined);
    this.#sent.set(approval.approvalId, sent);
    this.#tell(sent, { state: 'sending', answer });
    void this.#send(client, sent);
    return reply;
  }

  /** A new connection is there, and the view is what the engine told on it. */
  resume(client: EngineClient): void {
    const open = new Map(this.#ports.read().approvals.map((approval) => [approval.approvalId, approval]));
    for (const sent of this.#sent.values()) {
      const now = open.get(sent.approval.approvalId);
      // of one that is settled the engine tells by its key whether it was this answer that did it
      if (now === undefined || now.digest === sent.approval.digest) void this.#send(client, sent);
      else this.#take(sent, { result: 'changed', approvalId: now.approvalId, digest: now.digest });
    }
  }

  /** No more connections come. */
  end(): void {
    for (const sent of this.#sent.values()) {
      this.#drop(sent, new Fault({ kind: 'peer', code: 'connection-closed', message: 'the page is closed' }));
    }
  }

  async #send(client: EngineClient, sent: Sent): Promise<void> {
    const { approval, answer, requestKey } = sent;
    const { approvalId, digest } = approval;
    const { by } = this.#ports;
    try {
      const params = { approvalId, digest, requestKey, by, answer };
      this.#take(sent, await client.call('approval/answer', params));
    } catch (thrown) {
      // the next connection tells whether it got through
      if (!client.isClosed) this.#drop(sent, toFault(thrown));
    }
  }

  #take(sent: Sent, reply: AnswerReply): void {
    const { answer } = sent;
    const { approvalId } = sent.approval;
    this.#sent.delete(approvalId);
    if (reply.result === 'accepted') {
      const isOpen = this.#ports.read().approvals.some((approval) => approval.approvalId === approvalId);
      this.#tell(sent, isOpen ? { state: 'accepted', answer } : undefined);
    } else {
      this.#tell(sent, { state: stateOf(reply.result), answer, message: explainReply(reply) });
    }
    sent.settle(reply);
  }

  #drop(sent: Sent, fault: Fault): void {
    this.#sent.delete(sent.approval.approvalId);
    this.#tell(sent, { state: 'failed', answer: sent.answer, message: fault.message });
    sent.fail(fault);
  }

  #tell({ approval }: Sent, state: AnswerState | undefined): void {
    const answers = new Map(this.#ports.read().answers);
    if (state === undefined) answers.delete(approval.approvalId);
    else answers.set(approval.approvalId, state);
    this.#ports.show(answers);
  }
}

function stateOf(result: Exclude<AnswerReply['result'], 'accepted'>): AnswerState['state'] {
  if (result === 'already-settled') return 'late';
  return result === 'changed' ? 'changed' : 'failed';
}

function explainReply(reply: Exclude<MethodResult<'approval/answer'>, { result: 'accepted' }>): string {
  switch (reply.result) {
    case 'already-settled':
      return `This question was settled before: ${reply.outcome}${reply.by === undefined ? '' : ` (${reply.by})`}.`;
    case 'changed':
      return 'The question has changed since it was shown. Nothing was answered.';
    case 'unknown':
      return 'The engine does not know this question any more.';
    case 'scope-not-offered':
      return `This answer is not offered; what is offered: ${reply.scopes.join(', ')}.`;
    case 'not-possible':
      return reply.message;
  }
}

/** 128 bits in hexadecimal. */
function makeKey(random: LivePorts['random']): string {
  const part = (): string =>
    Math.floor(random() * 0x1_0000_0000)
      .toString(16)
      .padStart(8, '0');
  return `${part()}${part()}${part()}${part()}`;
}
