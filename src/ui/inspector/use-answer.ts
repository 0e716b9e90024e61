import { useCallback, useRef, useState } from 'react';
import type { AnswerReply } from '../../client/index.ts';
import { type Approval, type ApprovalAnswer, Fault } from '../../protocol/index.ts';
import { type Page, useLive, usePage } from '../local/index.ts';

/** How an answer of this card stands. */
export type Sending =
  | { readonly state: 'none' }
  | { readonly state: 'sending' | 'accepted'; readonly answer: ApprovalAnswer }
  | { readonly state: 'failed'; readonly message: string }
  /** It was answered before; what of it is known. */
  | {
      readonly state: 'late';
      readonly outcome: 'allowed' | 'rejected' | 'edited' | 'withdrawn' | 'expired';
      readonly by?: string;
    }
  /** The engine's question is not the one with this digest, which was shown; that one cannot be answered any more. */
  | { readonly state: 'changed'; readonly answered: string };

const NONE: Sending = { state: 'none' };

/** True when exactly this question, as it was shown, waits and can be answered now. */
export function isAnswerable(page: Page, shown: Approval): boolean {
  const { connection, approvals, settled, answers } = page.live.getState();
  if (connection.state !== 'ready') return false;
  const sent = answers.get(shown.approvalId)?.state;
  if (sent === 'sending' || sent === 'accepted') return false;
  if (settled.some((one) => one.approvalId === shown.approvalId)) return false;
  return approvals.find((one) => one.approvalId === shown.approvalId)?.digest === shown.digest;
}

function readReply(reply: AnswerReply, question: Approval, answer: ApprovalAnswer): Sending {
  switch (reply.result) {
    case 'accepted':
      return { state: 'accepted', answer };
    case 'already-settled':
      return { state: 'late', outcome: reply.outcome, ...(reply.by !== undefined && { by: reply.by }) };
    case 'changed':
      return { state: 'changed', answered: question.digest };
    case 'unknown':
      return { state: 'failed', message: 'The engine does not know this question any more.' };
    case 'scope-not-offered':
      return {
        state: 'failed',
        message: `The engine does not give this for so long. It offers: ${reply.scopes.join(', ')}.`,
      };
    case 'not-possible':
      return { state: 'failed', message: reply.message };
  }
}

function faultWords(error: unknown): string {
  if (!(error instanceof Fault)) return 'The answer could not be sent.';
  return error.hint === undefined ? error.message : `${error.message} (${error.hint})`;
}

export interface AnswerPort {
  readonly sending: Sending;
  /** An answer is on its way, from this card or another one of this page. */
  readonly isBusy: boolean;
  /** Sends one answer for exactly this question; does nothing while another is on its way or it cannot be answered. */
  send(shown: Approval, answer: ApprovalAnswer): void;
}

/** Answers questions, one at a time. */
export function useAnswer(shown: Approval | undefined): AnswerPort {
  const page = usePage();
  const [sending, setSending] = useState<Sending>(NONE);
  const isOnItsWay = useRef(false);
  const elsewhere = useLive((view) => shown && view.answers.get(shown.approvalId)?.state);

  const send = useCallback(
    (question: Approval, answer: ApprovalAnswer) => {
      if (isOnItsWay.current || !isAnswerable(page, question)) return;
      isOnItsWay.current = true;
      setSending({ state: 'sending', answer });
      page.actions
        .answer(question, answer)
        .then(
          (reply) => setSending(readReply(reply, question, answer)),
          (error: unknown) => setSending({ state: 'failed', message: faultWords(error) }),
        )
        .finally(() => {
          isOnItsWay.current = false;
        });
    },
    [page],
  );

  const isStale = sending.state === 'changed' && shown?.digest === sending.answered;
  const isSent = sending.state === 'sending' || sending.state === 'accepted' || sending.state === 'late';
  const isSentElsewhere = elsewhere === 'sending' || elsewhere === 'accepted';
  return { sending, isBusy: isStale || isSent || isSentElsewhere, send };
}
