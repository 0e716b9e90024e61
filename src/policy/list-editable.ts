import type { Verdict } from '../protocol/index.ts';
import { analyzeScript, type ScriptSplit } from './split-script.ts';
import type { AnalyzedStep } from './step-scope.ts';

/**
 * The steps that a person may write anew when they are asked about. Promises: what is shown of such a step is all that
 * stands at its place in the script, so that another text can run there and nothing else goes away with it; and the shell
 * that meets the step is the script's own. Not those behind launchers, in substitutions, or that are a job of their own.
 * @param source The script that `split` was made of.
 */
export function listEditable(
  source: string,
  split: ScriptSplit,
  verdictOf: (index: number) => Verdict,
): Set<number> {
  if (split.opaque !== undefined) return new Set();
  const { steps } = analyzeScript(source);
  const places = new Map<string, number>();
  for (const step of steps) places.set(placeOf(step), (places.get(placeOf(step)) ?? 0) + 1);
  const editable = steps.filter(
    (step) =>
      verdictOf(step.draft.index) === 'ask' && places.get(placeOf(step)) === 1 && standsAlone(step, source),
  );
  return new Set(editable.map(({ draft }) => draft.index));
}

function placeOf({ draft }: AnalyzedStep): string {
  return `${draft.source.start}:${draft.source.end}`;
}

function standsAlone({ draft, node, isWholeJob }: AnalyzedStep, source: string): boolean {
  const { form, wrappers, context, words } = draft;
  if ((form !== 'program' && form !== 'builtin') || wrappers.length > 0 || node?.type !== 'Command')
    return false;
  const name = words[0]?.value;
  if (name === undefined || name === 'exec' || isWholeJob || context.isInSubstitution) return false;
  return source.slice(draft.source.start, draft.source.end) === draft.text;
}
