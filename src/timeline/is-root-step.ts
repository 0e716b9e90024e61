import type { Step } from '../protocol/index.ts';

/** The script or program that a turn runs; all its other steps have it as their parent. */
export function isRootStep(step: Pick<Step, 'kind' | 'parentId'>): boolean {
  return step.kind === 'script' || (step.kind === 'command' && step.parentId === undefined);
}
