import { createHash } from 'node:crypto';
import type {
  AccessGrant,
  Approval,
  ApprovalId,
  ApprovalKind,
  GrantScope,
  Reason,
  Risk,
  RunId,
  SessionId,
  StepCategory,
  StepId,
  TurnId,
} from '../../protocol/index.ts';

/** What is to be asked, before it has an id. */
export interface Question {
  readonly sessionId: SessionId;
  readonly turnId: TurnId;
  readonly stepId: StepId;
  readonly runId: RunId;
  readonly kind: ApprovalKind;
  readonly text: string;
  readonly argv?: readonly string[] | undefined;
  readonly cwd: string;
  readonly workspace: string;
  readonly category: StepCategory;
  readonly reasons: readonly Reason[];
  readonly risk: Risk | null;
  readonly grant?: AccessGrant | undefined;
  readonly scopes: readonly GrantScope[];
  readonly expiryMs: number;
}

/** Everything that a person is shown, in one order, so that the same question always has the same digest. */
function digestOf(question: Question): string {
  const shown = [
    question.sessionId,
    question.kind,
    question.text,
    question.argv ?? null,
    question.cwd,
    question.category,
    question.reasons.map((reason) => reason.text),
    question.risk,
    question.grant ?? null,
    question.scopes,
  ];
  return createHash('sha256').update(JSON.stringify(shown)).digest('hex');
}

/** The question with its id, its digest and its times. */
export function makeApproval(question: Question, approvalId: ApprovalId, askedAt: number): Approval {
  return {
    approvalId,
    sessionId: question.sessionId,
    stepId: question.stepId,
    runId: question.runId,
    kind: question.kind,
    text: question.text,
    ...(question.argv && { argv: [...question.argv] }),
    cwd: question.cwd,
    workspace: question.workspace,
    category: question.category,
    reasons: [...question.reasons],
    risk: question.risk,
    ...(question.grant && { grant: question.grant }),
    scopes: [...question.scopes],
    digest: digestOf(question),
    askedAt,
    expiresAt: askedAt + question.expiryMs,
  };
}
