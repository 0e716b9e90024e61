import type { Command, Redirected, SyntaxNode } from 'unbash';
import type { SourceRange, StepContext, StepDraft } from '../protocol/index.ts';
import type { EnvironmentPair } from './opened-wrapper.ts';

/** Everything that the walk knows of the place where a node stands. Never changed: children get a copy. */
export type StepScope = {
  /** The text that the node's offsets count in: the script, or literal source inside one of its words. */
  source: string;
  context: StepContext;
  /** Where questions are put when the text at hand cannot be rewritten in place (inside quotes and backticks). */
  anchor?: SourceRange;
  /** The smallest command around; it becomes the anchor of text that cannot be rewritten. */
  host: SourceRange;
  wrappers: readonly string[];
  environment: readonly EnvironmentPair[];
  /** False below a new shell, which does not know the script's functions. */
  isSameShell: boolean;
  /** The node is all of a background job: replacing its shell keeps `$!` right. */
  isWholeJob: boolean;
  /** Nested texts opened so far. */
  depth: number;
};

/** A step with what only the rewriting needs to know of it. */
export type AnalyzedStep = {
  draft: StepDraft;
  /** The parsed command when it stands in the script itself. */
  node?: Command | Redirected;
  isWholeJob: boolean;
  /** The call may be one of a function of the script; decided when all functions are known. */
  mayCallFunction: boolean;
};

/** A function definition that surely takes place when the shell gets there. */
export type FunctionDefinition = { name: string; stepsBefore: number };

export type WalkTask =
  | { kind: 'node'; node: SyntaxNode; scope: StepScope }
  /** The command's own step, after the substitutions in its words. */
  | { kind: 'finish'; node: Command; scope: StepScope }
  | { kind: 'redirect'; node: Redirected; scope: StepScope };

/** Where a step stands that nothing surrounds. */
export const TOP_OF_SCRIPT: StepContext = {
  isInLoop: false,
  isConditional: false,
  isBackground: false,
  isInSubshell: false,
  isInSubstitution: false,
};

/** The scope of a script's first line. */
export function openScope(source: string): StepScope {
  return {
    source,
    context: { ...TOP_OF_SCRIPT },
    host: { start: 0, end: source.length },
    wrappers: [],
    environment: [],
    isSameShell: true,
    isWholeJob: false,
    depth: 0,
  };
}

/** A copy with other context flags; a pipeline's number is not handed down, as later commands of a member wait. */
export function withContext(scope: StepScope, change: Partial<StepContext>): StepScope {
  return { ...scope, isWholeJob: false, context: copyContext(scope.context, change) };
}

/** The flags without the pipeline's number. Field by field, as this runs for every node of a script. */
export function copyContext(from: StepContext, change: Partial<StepContext> = {}): StepContext {
  const context: StepContext = {
    isInLoop: change.isInLoop ?? from.isInLoop,
    isConditional: change.isConditional ?? from.isConditional,
    isBackground: change.isBackground ?? from.isBackground,
    isInSubshell: change.isInSubshell ?? from.isInSubshell,
    isInSubstitution: change.isInSubstitution ?? from.isInSubstitution,
  };
  const functionName = change.functionName ?? from.functionName;
  if (functionName !== undefined) context.functionName = functionName;
  return context;
}

/** A copy for the parts of a command that becomes the host of what cannot be rewritten in place. */
export function withHost(scope: StepScope, node: { pos: number; end: number }): StepScope {
  return scope.anchor === undefined ? { ...scope, host: { start: node.pos, end: node.end } } : scope;
}
