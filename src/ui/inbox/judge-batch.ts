import type { Approval } from '../../protocol/index.ts';
import { actionKeyOf } from './name-action.ts';

/** What may be done with several questions at once. */
export interface BatchVerdict {
  readonly actionCount: number;
  /** Why they cannot be allowed together, as a sentence; absent: they can. */
  readonly problem?: string;
}

/**
 * Several questions may be allowed together only when they are one and the same action and none of them is high,
 * critical or not reviewed. Rejecting is always possible.
 */
export function judgeBatch(selected: readonly Approval[]): BatchVerdict {
  const actionCount = new Set(selected.map(actionKeyOf)).size;
  if (actionCount > 1)
    return { actionCount, problem: 'Only one and the same action can be allowed together.' };
  if (selected.some((approval) => approval.risk === null)) {
    return { actionCount, problem: 'What is not reviewed is allowed one by one.' };
  }
  if (selected.some(({ risk }) => risk?.level === 'high' || risk?.level === 'critical')) {
    return { actionCount, problem: 'High and critical requests are allowed one by one.' };
  }
  return { actionCount };
}
