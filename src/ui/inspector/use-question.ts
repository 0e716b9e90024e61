import { useEffect, useState } from 'react';
import type {
  Approval,
  ApprovalContext,
  ApprovalId,
  SessionHead,
  SettledApproval,
} from '../../protocol/index.ts';
import { useLive, usePage } from '../local/index.ts';

/** What a card knows about its question. */
export interface Question {
  /** As it waits now, or as it was last seen. */
  readonly approval: Approval | undefined;
  /** It waits, as far as the engine has said. */
  readonly isOpen: boolean;
  readonly settled: SettledApproval | undefined;
  /** Always of exactly this content of the question. */
  readonly context: ApprovalContext | undefined;
  readonly head: SessionHead | undefined;
  /** Asked for, and not there yet. */
  readonly isLoading: boolean;
}

interface Loaded {
  readonly approvalId: ApprovalId;
  /** Of the question that was on the card when this was asked for. */
  readonly digest: string | undefined;
  readonly context: ApprovalContext | undefined;
  readonly approval: Approval | undefined;
  readonly settled: SettledApproval | undefined;
}

/** Asks the engine about a question again whenever its content changes, it is settled, or the connection is back. */
function useLoaded(
  approvalId: ApprovalId,
  digest: string | undefined,
  isSettled: boolean,
): Loaded | undefined {
  const { actions } = usePage();
  const isReady = useLive((view) => view.connection.state === 'ready');
  const [loaded, setLoaded] = useState<Loaded>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: when it is settled, there is more to be told about it
  useEffect(() => {
    if (!isReady) return;
    let isWanted = true;
    actions.context(approvalId).then(
      (reply) => {
        if (isWanted) setLoaded({ approvalId, digest, ...reply });
      },
      () => {
        // without it the card shows what the question itself says; asked again when the connection is back
        if (isWanted) setLoaded((old) => old ?? emptyOf(approvalId, digest));
      },
    );
    return () => {
      isWanted = false;
    };
  }, [actions, approvalId, digest, isReady, isSettled]);
  return loaded?.approvalId === approvalId ? loaded : undefined;
}

function emptyOf(approvalId: ApprovalId, digest: string | undefined): Loaded {
  return { approvalId, digest, context: undefined, approval: undefined, settled: undefined };
}

/** The question with this id, kept up to date; what is open is only ever taken from what the engine sent by itself. */
export function useQuestion(approvalId: ApprovalId): Question {
  const open = useLive((view) => view.approvals.find((one) => one.approvalId === approvalId));
  const told = useLive((view) => view.settled.find((one) => one.approvalId === approvalId));
  const [seen, setSeen] = useState<Approval>();
  if (open !== undefined && open !== seen) setSeen(open);
  const isOpen = open !== undefined && told === undefined;
  const lastSeen = seen?.approvalId === approvalId ? seen : undefined;
  const shown = open ?? told?.approval ?? lastSeen;
  const loaded = useLoaded(approvalId, shown?.digest, told !== undefined);
  const approval = shown ?? loaded?.approval;
  const head = useLive((view) => view.sessions.find((one) => one.sessionId === approval?.sessionId));
  const isOfThis = loaded !== undefined && (shown === undefined || loaded.digest === shown.digest);
  const isSameContent = loaded?.approval === undefined || loaded.approval.digest === approval?.digest;
  return {
    approval,
    isOpen,
    settled: isOpen ? undefined : (told ?? loaded?.settled),
    context: isOfThis && isSameContent ? loaded.context : undefined,
    head,
    isLoading: loaded === undefined,
  };
}
