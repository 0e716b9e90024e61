import { type ApprovalId, Fault } from '../../protocol/index.ts';

/**
 * The question that was meant: the id itself, or the only open question whose id begins so; settled ones by their whole
 * id only. Null for none; throws where it begins more than one.
 */
export function resolveApprovalId(
  typed: string,
  openIds: Iterable<ApprovalId>,
  settledIds: Iterable<ApprovalId>,
): ApprovalId | null {
  const text = typed.toLowerCase();
  const open = [...openIds];
  for (const known of [...open, ...settledIds]) if (known === text) return known;
  const begun = open.filter((id) => id.startsWith(text) || id.slice(id.indexOf('-') + 1).startsWith(text));
  if (begun.length > 1) {
    throw new Fault({
      kind: 'user',
      code: 'ambiguous-approval-id',
      message: `"${typed}" begins more than one waiting approval: ${begun.join(', ')}`,
      hint: 'type more of the ID',
    });
  }
  return begun[0] ?? null;
}
