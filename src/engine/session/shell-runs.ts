/**
 * Turns what a shell wants to do into runs: a program that the kernel holds, a builtin or redirection that the rewritten
 * script asks for, a member of a pipeline that is settled in front.
 */
import {
  changesMeaning,
  findInherited,
  findOtherProgram,
  type InheritedVariable,
  judgeStep,
  outerWrappers,
  readShebang,
  setByLaunchers,
} from '../../policy/index.ts';
import type { AccessGrant, Facts, Step, StepDraft } from '../../protocol/index.ts';
import { quoteWords, type ShownCommand, showCommand, showInFront } from '../../timeline/index.ts';
import { collectFacts, type FactsContext } from './collect-facts.ts';
import { pipelineOf } from './propose-steps.ts';
import type { ProposedRun } from './proposed-run.ts';
import { replaceStep } from './replace-step.ts';
import type { ScriptContext } from './script-context.ts';
import { wallFacts } from './wall-decision.ts';

/** What the kernel says of a program before it starts. */
export interface HeldProgram {
  readonly argv: readonly string[];
  readonly path: string;
  /** Where that file lies inside, without links; null when that could not be found out. */
  readonly real: string | null;
  /** The first line of a script file. */
  readonly shebang: string | undefined;
  readonly cwd: string;
  readonly threads: number;
  readonly shared: boolean;
  readonly traced: boolean;
  /** How its environment differs from the launch's: `NAME=VALUE`, or `NAME` for what is missing. */
  readonly environment: readonly string[];
  readonly isEnvironmentCut: boolean;
  /** False when the words were cut or not readable: nobody may be shown half a command as if it were whole. */
  readonly isWhole: boolean;
}

function judgeWith(context: ScriptContext, step: Step, draft: StepDraft): ProposedRun['judge'] {
  const steps = context.board.steps.map((entry) => entry.step);
  const pipeline = pipelineOf(step, steps).map((other) => (other.stepId === step.stepId ? draft : other));
  const access = openAccess(context);
  return (facts, snapshot) => judgeStep(draft, snapshot, facts, { pipeline, access });
}

/** What is open in the wall by grants that stand by themselves, and for this script. */
function openAccess(context: ScriptContext): AccessGrant {
  const grants = context.ports.grants.ofSession(context.scope.sessionId);
  const standing = grants.flatMap((grant) => (grant.kind === 'access' && grant.access ? [grant.access] : []));
  const opened = [...standing, ...context.opened];
  return {
    read: opened.flatMap((access) => access.read),
    write: opened.flatMap((access) => access.write),
    hosts: opened.flatMap((access) => access.hosts),
    sockets: opened.flatMap((access) => access.sockets),
  };
}

/** Folders that something inside can write; null without a wall. */
function writable(context: ScriptContext): readonly string[] | null {
  const { sandboxMode, writableRoots } = context.snapshot;
  const hasNone = sandboxMode === 'danger-full-access' || context.wall?.kind === 'none';
  return hasNone ? null : [...writableRoots, ...openAccess(context).write];
}

type Assignments = Step['assignments'];

/** What is set for the program of a step: by the step itself, and perhaps by another one with the same words. */
function findSet(context: ScriptContext, step: Step, argv: readonly string[] | undefined) {
  const own = new Set(writeSet(step.assignments));
  const alike = argv === undefined ? [] : context.board.assignmentsOf(argv);
  const other = alike.filter((pair) => !own.has(writeOne(pair)));
  return { all: [...step.assignments, ...other], other };
}

function writeOne({ name, value }: Assignments[number]): string {
  return `${name}=${value.text}`;
}

function writeSet(pairs: Assignments): string[] {
  return pairs.map(writeOne);
}

/** A person who allows `cat a` has not allowed `LD_PRELOAD=b cat a`: what is set is part of what is asked. */
function addOther(shown: string, other: Assignments): string {
  return other.length === 0 ? shown : `${shown}   (perhaps with ${writeSet(other).join(' ')})`;
}

const MAX_SHOWN_VALUE = 200;

/** The same for what came from an earlier command. */
function addInherited(shown: string, variables: readonly InheritedVariable[]): string {
  const set = variables.flatMap(({ name, value }) =>
    value === null ? [] : `${name}=${quoteWords([value.slice(0, MAX_SHOWN_VALUE)])}`,
  );
  return set.length === 0 ? shown : `${shown}   (with ${set.join(' ')})`;
}

/** The program behind a first word that is another name. */
function otherProgram(step: Step, held: HeldProgram): string | null {
  const { path: program, real: realProgram, cwd } = held;
  const facts = { at: 0, cwd, home: '', paths: [], isTruncated: false, isHeld: true, program, realProgram };
  return findOtherProgram(heldDraft(step, held), facts);
}

function addProgram(shown: string, other: string | null): string {
  return other === null ? shown : `${shown}   (really ${quoteWords([other])})`;
}

/** It counts for harm and risk as if its own words had set it. */
function asAssigned(variables: readonly InheritedVariable[]): Assignments {
  return variables.map(({ name, value }) => ({ name, value: { text: value ?? '', value: value ?? '' } }));
}

/** What a held launcher sets by words that only the shell knew before: `env PATH=$PWD/bin ls`. */
function setByOwnWords(known: Assignments, { argv }: HeldProgram): Assignments {
  const isKnown = (name: string, value: string | undefined): boolean =>
    known.some((pair) => pair.name === name && pair.value.value === value);
  return setByLaunchers(argv).filter(({ name, value }) => !isKnown(name, value.value));
}

/** What really runs, behind the launchers that change what it does; those that do not have had their part. */
function showHeld(step: Step, argv: readonly string[]): string {
  const wrappers = outerWrappers(step.wrappers, argv).filter(changesMeaning);
  const held: ShownCommand = { text: quoteWords(argv), assignments: step.assignments, wrappers };
  return showInFront(held);
}

function heldDraft(step: Step, held: HeldProgram): StepDraft {
  const words = held.argv.map((value) => ({ text: quoteWords([value]), value }));
  const base: StepDraft = {
    ...step,
    form: 'program',
    text: quoteWords(held.argv),
    words,
    argv: [...held.argv],
  };
  if (held.isWhole) return withoutOpaque(base);
  return {
    ...base,
    form: 'opaque',
    opaque: 'its words are too long or not text, so they cannot be shown whole',
  };
}

function withoutOpaque(draft: StepDraft): StepDraft {
  const { opaque: _known, ...rest } = draft;
  return rest;
}

/** Where the script was rewritten so that another text can run in place of this step. */
function editing(
  context: ScriptContext,
  step: Step,
  by: 'script' | 'held',
): Pick<ProposedRun, 'replaceWith'> {
  if (!context.board.edits.mayReplace(step.index, by)) return {};
  return { replaceWith: (text) => replaceStep(context, step, text) };
}

async function factsOf(
  context: ScriptContext,
  draft: StepDraft,
  at: Pick<FactsContext, 'cwd' | 'held'>,
): Promise<Facts> {
  const { ports, snapshot, searchPath, wall } = context;
  const { home, skillFolders } = snapshot;
  const found = await collectFacts(draft, { ...at, nowMs: ports.nowMs(), home, searchPath, skillFolders });
  return { ...found, ...wallFacts(wall) };
}

/** What a held program gets from earlier commands that can make it run other code, by name. */
export function inheritedBy(
  context: ScriptContext,
  step: Step,
  held: HeldProgram,
): { readonly variables: readonly InheritedVariable[]; readonly isCut: boolean } {
  const { all } = findSet(context, step, held.argv);
  const found = findInherited(held.environment, { ...step, assignments: all }, writable(context));
  return { variables: found.variables, isCut: held.isEnvironmentCut || found.isCut };
}

/** A held program: judged by what will really run. */
export function programRun(
  context: ScriptContext,
  step: Step,
  held: HeldProgram,
  gone: AbortSignal,
): ProposedRun {
  const set = findSet(context, step, held.argv);
  const inherited = inheritedBy(context, step, held);
  const { isCut } = inherited;
  const other = otherProgram(step, held);
  const isMore = isCut || inherited.variables.length > 0 || other !== null;
  const assignments = [...set.all, ...setByOwnWords(set.all, held), ...asAssigned(inherited.variables)];
  const draft = { ...heldDraft(step, held), assignments };
  return {
    step,
    kind: 'cmd',
    text: addInherited(
      addOther(addProgram(showHeld(step, held.argv), other), set.other),
      inherited.variables,
    ),
    // What something else has set for it makes it another command than its words: no remembered answer is for it.
    assignments: set.other.length > 0 || isMore ? 'unsure' : set.all,
    ...(held.isWhole && { argv: held.argv }),
    cwd: held.cwd,
    collectFacts: () =>
      factsOf(context, draft, {
        cwd: held.cwd,
        held: {
          program: held.path,
          realProgram: held.real,
          interpreter: readShebang(held.shebang),
          threads: held.threads,
          shared: held.shared,
          traced: held.traced,
          variables: [...inherited.variables],
          variablesCut: isCut,
        },
      }),
    judge: judgeWith(context, step, draft),
    ...(set.other.length === 0 && !isMore && editing(context, step, 'held')),
    gone,
    isCall: false,
    agentReason: context.agentReason,
  };
}

/** A step as it stands in the script; `words` are its words as the shell expanded them, where they are known. */
export function scriptedRun(
  context: ScriptContext,
  step: Step,
  at: { cwd: string; words?: readonly string[] | undefined; gone: AbortSignal },
): ProposedRun {
  const argv = at.words ?? step.argv;
  const set = findSet(context, step, argv);
  const read: StepDraft = at.words
    ? { ...step, words: at.words.map((value) => ({ text: quoteWords([value]), value })), argv: [...at.words] }
    : step;
  const draft = { ...read, assignments: set.all };
  const shown = showCommand(step);
  // Words that only the shell knows, and what others may have set, cannot be told apart from what is edited.
  const isAsWritten = set.other.length === 0 && (at.words === undefined || step.argv !== undefined);
  return {
    step,
    kind: 'cmd',
    text: addOther(at.words && !step.argv ? `${shown}   (here: ${quoteWords(at.words)})` : shown, set.other),
    assignments: set.other.length > 0 ? 'unsure' : set.all,
    ...(argv && { argv }),
    cwd: at.cwd,
    collectFacts: () => factsOf(context, draft, { cwd: at.cwd }),
    judge: judgeWith(context, step, draft),
    ...(isAsWritten && editing(context, step, 'script')),
    gone: at.gone,
    isCall: false,
    agentReason: context.agentReason,
  };
}
