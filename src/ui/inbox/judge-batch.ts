import type { Approval } from '../../protocol/index.ts';
import { actionKeyOf } from './name-action.ts';

/** What may be done with several questions at once. */
export interface BatchVerdict {
  readonly actionCount: number;
  /** Why they cannot be allowed together, as a sentence; absent: they can. */
  readonly problem?: string;
}

/** What a yes gives, and why a person is asked: where it is the same for all, it can be shown once and is seen. */
function meaningOf({ argv, grant, requested, reasons }: Approval): string {
  return JSON.stringify([argv, grant, requested, reasons.map(({ code, text }) => [code, text])]);
}

/**
 * Several questions may be allowed together only when they are one and the same action, a yes opens the same for each,
 * and none of them is high, critical or not reviewed. A change of files is named by its paths alone, so two that are
 * called the same may write anything. Rejecting is always possible.
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
  if (selected.some(({ files }) => files !== undefined))
    return {
      actionCount,
      problem: 'Changes of files are allowed one by one: each has a content of its own.',
    };
  if (new Set(selected.map(meaningOf)).size > 1)
    return {
      actionCount,
      problem: 'They look alike, but do not need the same: they are allowed one by one.',
    };
  return { actionCount };
}
