import type { LiveActions } from '../../client/index.ts';
import type { Approval, ApprovalAnswer } from '../../protocol/index.ts';

/** What came of one answer of a batch, as words. */
export interface BatchResult {
  readonly approval: Approval;
  readonly isDone: boolean;
  readonly words: string;
}

/**
 * Answers one after another, each with the digest of what was shown. A failure does not keep the others from being
 * answered, but a lost connection does: what follows is told as not answered.
 */
export async function answerBatch(
  actions: Pick<LiveActions, 'answer'>,
  approvals: readonly Approval[],
  answer: ApprovalAnswer,
  onResult: (result: BatchResult) => void,
): Promise<void> {
  for (const approval of approvals) onResult(await answerOne(actions, approval, answer));
}

async function answerOne(
  actions: Pick<LiveActions, 'answer'>,
  approval: Approval,
  answer: ApprovalAnswer,
): Promise<BatchResult> {
  try {
    const reply = await actions.answer(approval, answer);
    if (reply.result === 'accepted') {
      return { approval, isDone: true, words: answer.outcome === 'allowed' ? 'allowed once' : 'rejected' };
    }
    return { approval, isDone: false, words: describeReply(reply) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'the engine did not answer';
    return { approval, isDone: false, words: `not answered: ${reason}` };
  }
}

type OtherReply = Exclude<Awaited<ReturnType<LiveActions['answer']>>, { readonly result: 'accepted' }>;

function describeReply(reply: OtherReply): string {
  switch (reply.result) {
    case 'already-settled':
      return `already ${reply.outcome}${reply.by === undefined ? '' : ` by ${reply.by}`}`;
    case 'changed':
      return 'not answered: it has changed';
    case 'unknown':
      return 'not answered: it is gone';
    case 'scope-not-offered':
      return 'not answered: it cannot be allowed like this';
    case 'not-possible':
      return `not answered: ${reply.message}`;
  }
}
