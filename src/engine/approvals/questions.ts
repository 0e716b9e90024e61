import { createHash } from 'node:crypto';
import type {
  AccessGrant,
  Approval,
  ApprovalId,
  ApprovalKind,
  EditFile,
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
  /** How long a no may count; absent: once. */
  readonly rejectScopes?: Approval['rejectScopes'];
  /** Of kind `edit`: the files that are proposed to be changed. */
  readonly files?: readonly EditFile[] | undefined;
  /** Of kind `perm`: what was asked for. */
  readonly requested?: AccessGrant | undefined;
  /** Who asks. */
  readonly agentName?: string | undefined;
  /** What the asking agent gave as its reason. */
  readonly agentReason?: string | undefined;
  readonly always?: Approval['always'];
  readonly isEditable?: boolean | undefined;
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
    question.rejectScopes ?? null,
    question.files ?? null,
    question.requested ?? null,
    question.agentName ?? null,
    question.agentReason ?? null,
    question.always ?? null,
    question.isEditable ?? false,
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
    ...(question.files && { files: [...question.files] }),
    ...(question.requested && { requested: question.requested }),
    ...(question.agentName !== undefined && { agentName: question.agentName }),
    ...(question.agentReason !== undefined && { agentReason: question.agentReason }),
    ...(question.always && { always: question.always }),
    ...(question.isEditable === true && { isEditable: true }),
    scopes: [...question.scopes],
    ...(question.rejectScopes && { rejectScopes: [...question.rejectScopes] }),
    digest: digestOf(question),
    askedAt,
    expiresAt: askedAt + question.expiryMs,
  };
}
