import type { StepDraft, Verdict } from '../protocol/index.ts';
import { hasWriteRedirect } from './read-redirect.ts';
import { isShellBuiltin } from './shell-builtins.ts';

/** Who holds programs: the kernel, or only the rewritten script (then every asked step needs a question in it). */
export type AskGate = 'kernel' | 'shell';

/**
 * True when the kernel gate cannot hold all that the step does: a builtin, an assignment, a redirection that opens a
 * file before the program starts, or code that the shell reads at run time.
 */
export function needsRewrite(step: StepDraft): boolean {
  if (step.form === 'program') return hasWriteRedirect(step.redirects);
  if (step.form !== 'opaque') return true;
  const first = step.words[0];
  if (first?.value === undefined) return true;
  return isShellBuiltin(first.value) || hasWriteRedirect(step.redirects);
}

/**
 * The steps that get a question in the script. Of a pipeline with a member that is not simply allowed, every member
 * that starts without the kernel asking gets one as well, so that none begins before all are settled.
 */
export function planAsks(
  steps: readonly StepDraft[],
  verdictOf: (index: number) => Verdict,
  options: { gate: AskGate },
): Set<number> {
  const isCovered = (step: StepDraft): boolean => options.gate === 'kernel' && !needsRewrite(step);
  const heldPipelines = new Set<number>();
  for (const step of steps) {
    const { pipeline } = step.context;
    if (pipeline !== undefined && verdictOf(step.index) !== 'allow') heldPipelines.add(pipeline);
  }
  const asks = new Set<number>();
  for (const step of steps) {
    const { pipeline } = step.context;
    const isHeldTogether = pipeline !== undefined && heldPipelines.has(pipeline);
    if ((isHeldTogether || verdictOf(step.index) !== 'allow') && !isCovered(step)) asks.add(step.index);
  }
  return asks;
}
