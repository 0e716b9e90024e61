import type { StepDraft } from '../protocol/index.ts';
import { isKnownProgram } from './known-programs.ts';
import { type AnalyzedStep, type FunctionDefinition, TOP_OF_SCRIPT } from './step-scope.ts';
import { walkScript } from './walk-script.ts';

/** The steps of a script in shell order. With `opaque`, the whole script is one step and this is the reason. */
export type ScriptSplit = { steps: StepDraft[]; opaque?: string };

/** A split that still knows the parsed commands; only the rewriting needs it. */
export type AnalyzedScript = { steps: AnalyzedStep[]; opaque?: string };

/**
 * Splits a shell script into the commands it can run, with launchers opened as deep as they go. Never throws. A script
 * that cannot be read without doubt (any syntax error, over 64 KB, nested too deeply) is one opaque step; a single
 * command that cannot be known (`eval "$x"`, `$V -rf`) is an opaque step among the others.
 */
export function splitScript(source: string): ScriptSplit {
  const { steps, opaque } = analyzeScript(source);
  const drafts = steps.map((step) => step.draft);
  return opaque === undefined ? { steps: drafts } : { steps: drafts, opaque };
}

/** The split with parse nodes. */
export function analyzeScript(source: string): AnalyzedScript {
  const walked = walkSafely(source);
  if ('problem' in walked) return makeOpaqueScript(source, walked.problem);
  const steps = dropFunctionCalls(walked.steps, walked.definitions);
  steps.forEach(({ draft }, index) => {
    draft.index = index;
  });
  return { steps };
}

function walkSafely(source: string): ReturnType<typeof walkScript> {
  try {
    return walkScript(source);
  } catch {
    // The parser resolves substitutions lazily, and what it throws then (stack exhaustion) means: not readable.
    return { problem: 'the script is nested too deeply to be read' };
  }
}

function makeOpaqueScript(source: string, opaque: string): AnalyzedScript {
  const draft: StepDraft = {
    index: 0,
    form: 'opaque',
    text: source,
    words: [],
    assignments: [],
    redirects: [],
    wrappers: [],
    source: { start: 0, end: source.length },
    context: { ...TOP_OF_SCRIPT },
    opaque,
  };
  return { steps: [{ draft, isWholeJob: false, mayCallFunction: false }], opaque };
}

/**
 * A call of a function of the script starts nothing that its body does not show, so it is no step of its own. It stays
 * one when the definition might not have taken place, or the name is also that of a program that matters.
 */
function dropFunctionCalls(steps: AnalyzedStep[], definitions: FunctionDefinition[]): AnalyzedStep[] {
  if (definitions.length === 0) return steps;
  const firstAt = new Map<string, number>();
  for (const { name, stepsBefore } of definitions) {
    if (!firstAt.has(name) && !isKnownProgram(name)) firstAt.set(name, stepsBefore);
  }
  for (const step of steps) forgetUnset(step.draft, firstAt);
  const kept: AnalyzedStep[] = [];
  steps.forEach((step, at) => {
    const definedAt = step.mayCallFunction ? firstAt.get(step.draft.words[0]?.value ?? '') : undefined;
    const isLater = step.draft.context.functionName !== undefined || step.draft.wrappers.length > 0;
    if (definedAt === undefined || (!isLater && at < definedAt)) kept.push(step);
    else if (hasOwnPart(step.draft)) kept.push({ ...step, draft: { ...step.draft, form: 'builtin' } });
  });
  return kept;
}

function forgetUnset(draft: StepDraft, firstAt: Map<string, number>): void {
  if (draft.words[0]?.value !== 'unset') return;
  for (const word of draft.words.slice(1)) {
    if (word.value === undefined) firstAt.clear();
    else firstAt.delete(word.value);
  }
}

function hasOwnPart(draft: StepDraft): boolean {
  return draft.assignments.length > 0 || draft.redirects.some((redirect) => redirect.effect === 'write');
}
