import type { Step } from '../protocol/index.ts';

/**
 * What a turn runs, or a script within it that a program of the turn proposed; all other steps have one of these as
 * their parent.
 */
export function isRootStep(step: Pick<Step, 'kind' | 'parentId'>): boolean {
  return step.kind === 'script' || isTurnStep(step);
}

/** The script, program or agent that is the turn itself. */
export function isTurnStep({ kind, parentId }: Pick<Step, 'kind' | 'parentId'>): boolean {
  return parentId === undefined && (kind === 'script' || kind === 'command' || kind === 'agent');
}
