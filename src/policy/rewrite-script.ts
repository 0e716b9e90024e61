import { listDisplayWords } from './display-words.ts';
import type { AskGate } from './plan-asks.ts';
import { hasWriteRedirect } from './read-redirect.ts';
import { guardByName, mentionsStatus, renamePipeStatus, type TextEdit } from './shell-state.ts';
import { analyzeScript, type ScriptSplit } from './split-script.ts';
import type { AnalyzedStep } from './step-scope.ts';

/** Where the questions go and how they are put. */
export type RewritePlan = {
  /** Shell text of the command that asks; status 0 means allowed. It must not read its input. */
  askCommand: (index: number) => string;
  /** Indexes of the steps to ask for, from `planAsks`. */
  mustAsk: ReadonlySet<number>;
  /** With `kernel`, a command whose name is unknown is asked here only when no program file runs. */
  gate: AskGate;
  /** Indexes of the steps that a person may replace, from `listEditable`. */
  editable?: ReadonlySet<number>;
  /** Shell text of the command that prints what runs in place of a step; it fails where nothing does. */
  insteadCommand?: (index: number) => string;
};

/**
 * Puts a question in front of each step that must be asked, before any of its redirections opens. It promises that the
 * rewritten script does what the original does when all is allowed, and that a step whose question fails does nothing
 * and has status 126 where `&&`, `if`, `set -e`, `$?` and pipelines look. It is a promise about a shell that
 * cooperates, not a wall. Without it `prog > keep` would empty `keep` before anybody is asked.
 * @param source The script that `split` was made of.
 */
export function rewriteScript(source: string, split: ScriptSplit, plan: RewritePlan): string {
  if (plan.mustAsk.size + (plan.editable?.size ?? 0) === 0) return source;
  if (split.opaque !== undefined) return askFirst(source, plan);
  const edits: TextEdit[] = [];
  const analyzed = analyzeScript(source).steps;
  for (const steps of groupByPlace(analyzed, plan.mustAsk)) edits.push(...wrapPlace(steps, source, plan));
  for (const step of analyzed)
    if (plan.editable?.has(step.draft.index) === true && !plan.mustAsk.has(step.draft.index))
      edits.push(...lookBehind(step, source, plan));
  return applyEdits(source, edits);
}

/**
 * All questions before the first line. For text that does not parse, or not any more when rewritten: put inside a
 * command it could close that command and run what is behind.
 */
function askFirst(source: string, plan: RewritePlan): string {
  const questions = [...plan.mustAsk].toSorted((a, b) => a - b).map((index) => plan.askCommand(index));
  return `if ${questions.join(' && ')}; then :; else exit 126; fi\n${source}`;
}

/** Steps whose question stands at the same place: those inside the literal text of one command share it. */
function groupByPlace(steps: readonly AnalyzedStep[], mustAsk: ReadonlySet<number>): AnalyzedStep[][] {
  const places = new Map<string, AnalyzedStep[]>();
  for (const step of steps) {
    if (!mustAsk.has(step.draft.index)) continue;
    const key = `${step.draft.source.start}:${step.draft.source.end}`;
    const group = places.get(key);
    if (group === undefined) places.set(key, [step]);
    else group.push(step);
  }
  return [...places.values()];
}

function wrapPlace(steps: readonly AnalyzedStep[], source: string, plan: RewritePlan): TextEdit[] {
  const first = steps[0];
  if (first === undefined) return [];
  const { start, end } = first.draft.source;
  const question = steps.map((step) => askFor(step, plan)).join(' && ');
  const renames = steps.length === 1 && first.node?.type === 'Command' ? renamePipeStatus(first.node) : [];
  const text = source.slice(start, end);
  const needsState = renames.length > 0 || mentionsStatus(text, first.draft);
  const save = needsState ? '__sallyport_s=$? __sallyport_u=$_ __sallyport_p=("${PIPESTATUS[@]}"); ' : '';
  // A failed `( exit N )` before `&&` sets `$?` without setting off `set -e` or an ERR trap.
  const restore = needsState ? ': "$__sallyport_u"; ( exit "$__sallyport_s" ) && : "$__sallyport_u"; ' : '';
  const replaced = replaceShell(first, steps.length);
  // `do>f cmd` needs no space before the redirection, but one before a brace.
  const gap = /[\s(;&|]/.test(source.charAt(start - 1)) || start === 0 ? '' : ' ';
  const status = replaced.isExec ? 'exit 126' : runInstead(first, plan);
  return [
    { at: start, order: end - start, text: `${gap}{ ${save}if ${question}; then ${restore}` },
    ...replaced.edits,
    ...renames,
    { at: end, order: start - end, text: `; else ${status}; fi; }` },
  ];
}

/**
 * What runs where a step does not: the text that a person wrote in its place, in this shell; else nothing, with the status
 * of what was rejected. Whatever goes wrong on the way is a rejection.
 */
function runInstead({ draft }: AnalyzedStep, plan: RewritePlan): string {
  const { editable, insteadCommand } = plan;
  if (insteadCommand === undefined || editable?.has(draft.index) !== true) return '( exit 126 )';
  return `eval "$(${insteadCommand(draft.index)} || echo '( exit 126 )')"`;
}

/** The kernel holds the program; only where it did not start is there something to look for. */
function lookBehind(step: AnalyzedStep, source: string, plan: RewritePlan): TextEdit[] {
  const { start, end } = step.draft.source;
  const gap = /[\s(;&|]/.test(source.charAt(start - 1)) || start === 0 ? '' : ' ';
  const instead = `case $? in 126) ${runInstead(step, plan)};; *) ( exit $? );; esac`;
  return [
    { at: start, order: end - start, text: `${gap}{ ` },
    { at: end, order: start - end, text: ` || ${instead}; }` },
  ];
}

function askFor(step: AnalyzedStep, plan: RewritePlan): string {
  const ask = [plan.askCommand(step.draft.index), ...listDisplayWords(step)].join(' ');
  if (plan.gate === 'shell' || step.node?.type !== 'Command' || hasWriteRedirect(step.draft.redirects))
    return ask;
  const guard = step.draft.form === 'opaque' ? guardByName(step.node) : null;
  return guard === null ? ask : `{ ${guard} || ${ask}; }`;
}

/**
 * A program that is all of a background job takes the place of the job's shell, so that `$!` is still its process.
 * After a rejected `exec` a script ends, as it does when exec fails.
 */
function replaceShell(step: AnalyzedStep, stepCount: number): { isExec: boolean; edits: TextEdit[] } {
  const node = step.node;
  const name = node?.type === 'Command' ? node.name : undefined;
  if (name === undefined || stepCount !== 1) return { isExec: false, edits: [] };
  if (name.value === 'exec') return { isExec: true, edits: [] };
  const startsProgram =
    step.draft.form === 'program' && !/^(?:command|builtin|exec)\b/.test(step.draft.wrappers[0] ?? '');
  if (!step.isWholeJob || !startsProgram) return { isExec: false, edits: [] };
  // The name could also be that of a function from a sourced file, which exec would not find.
  const text = `$([[ "$(type -t -- ${name.text})" == file ]] && echo exec) `;
  return { isExec: true, edits: [{ at: name.pos, order: 0, text }] };
}

/** Inserts by place; where several meet, what ends there comes first, then the longest that begins there. */
function applyEdits(source: string, edits: TextEdit[]): string {
  const sorted = edits.toSorted((a, b) => a.at - b.at || compareOrder(a.order, b.order));
  let result = '';
  let from = 0;
  for (const edit of sorted) {
    result += source.slice(from, edit.at) + edit.text;
    from = edit.at + (edit.removes ?? 0);
  }
  return result + source.slice(from);
}

function compareOrder(a: number, b: number): number {
  // Ends are negative: the shortest first. Beginnings are positive: the longest first; an insertion (0) last.
  if (a < 0 && b < 0) return b - a;
  if (a < 0 || b < 0) return a - b;
  return b - a;
}
