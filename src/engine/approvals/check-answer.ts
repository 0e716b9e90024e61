/**
 * Whether an answer may be given to a question at all. Promises: no scope that was not offered, nothing critical for
 * longer than once, no access beyond what was asked for, no edited text where nothing could run it. Without it the
 * wording of a client, not the question, would decide how much a yes gives.
 */
import { splitScript } from '../../policy/index.ts';
import type { AccessGrant, AnswerResult, Approval, ApprovalAnswer, HostPort } from '../../protocol/index.ts';

/** What an answer for always saves, and in which direction. */
export interface RuleToSave {
  readonly decision: 'allow' | 'forbidden';
  readonly line: string;
}

/** The result to give back where the answer cannot be taken; undefined where it can. The question stays open. */
export function refuseAnswer(answer: ApprovalAnswer, approval: Approval): AnswerResult | undefined {
  switch (answer.outcome) {
    case 'allowed':
      return refuseAllowing(answer, approval);
    case 'rejected':
      return refuseRejecting(answer, approval);
    case 'edited':
      return refuseEditing(answer, approval);
  }
}

/** The line that this answer wants saved before anything follows from it. */
export function ruleToSave(answer: ApprovalAnswer, approval: Approval): RuleToSave | undefined {
  if (answer.outcome === 'edited' || answer.scope !== 'always') return undefined;
  const isAllowing = answer.outcome === 'allowed';
  const line = answer.rule ?? (isAllowing ? approval.always?.allow : approval.always?.forbid);
  return line === undefined ? undefined : { decision: isAllowing ? 'allow' : 'forbidden', line };
}

function notPossible(approval: Approval, message: string): AnswerResult {
  return { result: 'not-possible', approvalId: approval.approvalId, message };
}

function refuseAllowing(
  answer: Extract<ApprovalAnswer, { outcome: 'allowed' }>,
  approval: Approval,
): AnswerResult | undefined {
  if (!isOffered(answer, approval))
    return { result: 'scope-not-offered', approvalId: approval.approvalId, scopes: approval.scopes };
  if (answer.rule !== undefined && answer.scope !== 'always')
    return notPossible(approval, 'a rule is saved only by an answer for always');
  if (answer.granted === undefined) return undefined;
  if (approval.kind !== 'perm')
    return notPossible(approval, 'a part can be granted only of a request for more access');
  const requested = approval.requested ?? approval.grant;
  if (requested === undefined || !isPartOf(answer.granted, requested))
    return notPossible(approval, 'that is more than was asked for: a part of it can be granted, or all');
  return isNothing(answer.granted)
    ? notPossible(approval, 'nothing would be granted: reject it instead')
    : undefined;
}

function isOffered(answer: Extract<ApprovalAnswer, { outcome: 'allowed' }>, approval: Approval): boolean {
  // Nothing critical is ever allowed more than once, whatever was offered.
  if (approval.risk?.level === 'critical') return answer.scope === 'once';
  if (answer.scope === 'until' && answer.untilMs === undefined) return false;
  if (answer.scope === 'always' && approval.always?.allow === undefined) return false;
  return approval.scopes.includes(answer.scope);
}

function refuseRejecting(
  answer: Extract<ApprovalAnswer, { outcome: 'rejected' }>,
  approval: Approval,
): AnswerResult | undefined {
  const { scope = 'once', rule } = answer;
  if (rule !== undefined && scope !== 'always')
    return notPossible(approval, 'a rule is saved only by an answer for always');
  if (scope === 'once' || approval.rejectScopes?.includes(scope) === true) return undefined;
  return notPossible(
    approval,
    scope === 'session'
      ? 'it could not be recognised again: it can be rejected once only'
      : 'no rule can be made of it: it can be rejected once or for this session',
  );
}

function refuseEditing(
  answer: Extract<ApprovalAnswer, { outcome: 'edited' }>,
  approval: Approval,
): AnswerResult | undefined {
  if (approval.isEditable !== true)
    return notPossible(
      approval,
      'another text cannot be run in its place here: reject it and say what to do',
    );
  if (answer.text.includes('\0')) return notPossible(approval, 'the text holds a NUL character');
  if (answer.text.trim() === '') return notPossible(approval, 'the text is empty');
  const { opaque } = splitScript(answer.text);
  return opaque === undefined ? undefined : notPossible(approval, `the text cannot be understood: ${opaque}`);
}

/** Only what was named, as it was named; reading is a part of writing, and one port of a host with any. */
function isPartOf(part: AccessGrant, whole: AccessGrant): boolean {
  const isNamed = (one: HostPort): boolean =>
    whole.hosts.some(({ host, port }) => host === one.host && (port === undefined || port === one.port));
  return (
    part.read.every((path) => whole.read.includes(path) || whole.write.includes(path)) &&
    part.write.every((path) => whole.write.includes(path)) &&
    part.sockets.every((path) => whole.sockets.includes(path)) &&
    part.hosts.every(isNamed)
  );
}

function isNothing({ read, write, hosts, sockets }: AccessGrant): boolean {
  return read.length + write.length + hosts.length + sockets.length === 0;
}
