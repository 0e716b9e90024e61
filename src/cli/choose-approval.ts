import { type Approval, ApprovalId } from '../protocol/index.ts';
import { showLine } from '../timeline/index.ts';
import { usageFault } from './command-line.ts';
import { needsTypedId } from './question-text.ts';

/** What a typed ID means: a question that is open, or a whole ID that the engine may know as settled. */
export type ChosenApproval =
  | { readonly kind: 'open'; readonly approval: Approval }
  | { readonly kind: 'other'; readonly approvalId: string };

interface ChoosePurpose {
  readonly outcome: 'allowed' | 'rejected' | 'edited';
  /** What a usage fault names. */
  readonly command: string;
}

/**
 * Finds the question by its ID, a beginning of it, or a beginning of what stands behind its kind. A yes to high or
 * critical risk wants the whole ID, so that a habit does not answer. `undefined`: there is none. Throws a `user` fault
 * for anything ambiguous.
 */
export function chooseApproval(
  approvals: readonly Approval[],
  typed: string,
  { outcome, command }: ChoosePurpose,
): ChosenApproval | undefined {
  const text = typed.trim().toLowerCase();
  if (text === '') throw usageFault('which question? An ID is needed', command);
  const whole = approvals.find(({ approvalId }) => approvalId === text);
  if (whole !== undefined) return { kind: 'open', approval: whole };
  const fitting = approvals.filter(
    ({ approvalId }) =>
      approvalId.startsWith(text) || approvalId.slice(approvalId.indexOf('-') + 1).startsWith(text),
  );
  if (fitting.length > 1) {
    const ids = fitting.map(({ approvalId }) => approvalId).join(', ');
    throw usageFault(`${showLine(typed, 40)} fits several: ${ids}`, command);
  }
  const [approval] = fitting;
  if (approval === undefined)
    return ApprovalId.safeParse(text).success ? { kind: 'other', approvalId: text } : undefined;
  if (outcome !== 'rejected' && needsTypedId(approval)) {
    const level = approval.risk?.level ?? 'high';
    throw usageFault(
      `the risk of ${approval.approvalId} is ${level}: its whole ID must be typed to allow it`,
      command,
    );
  }
  return { kind: 'open', approval };
}
