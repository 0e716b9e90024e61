import { type CommandNode, forEachChild, type SyntaxNode } from 'unbash';
import { finishCommand } from './finish-command.ts';
import { describeParseError, parseShell } from './parse-shell.ts';
import { hasWriteRedirect, readRedirect } from './read-redirect.ts';
import { isPlainText } from './shell-word.ts';
import {
  type AnalyzedStep,
  type FunctionDefinition,
  openScope,
  type StepScope,
  type WalkTask,
  withContext,
  withHost,
} from './step-scope.ts';

/** Bounds on one script: what is larger is opaque as a whole. */
const MAX_STEPS = 2_000;
const MAX_NODES = 200_000;
const MAX_DEPTH = 24;

export type WalkedScript = { steps: AnalyzedStep[]; definitions: FunctionDefinition[] } | { problem: string };

/**
 * Walks a script in shell order with a stack of its own, so that no nesting can exhaust the machine's, and collects
 * its simple commands. The first thing that cannot be read makes the whole script a problem.
 */
export function walkScript(source: string): WalkedScript {
  const parsed = parseShell(source);
  if ('problem' in parsed) return parsed;
  const walk = new Walk();
  walk.stack.push({ kind: 'node', node: parsed.script, scope: openScope(source) });
  for (let count = 0; walk.problem === null; count += 1) {
    const task = walk.stack.pop();
    if (task === undefined) return { steps: walk.steps, definitions: walk.definitions };
    if (count > MAX_NODES || walk.steps.length > MAX_STEPS)
      return { problem: 'the script has too many parts' };
    walk.run(task);
  }
  return { problem: walk.problem };
}

class Walk {
  readonly stack: WalkTask[] = [];
  readonly steps: AnalyzedStep[] = [];
  readonly definitions: FunctionDefinition[] = [];
  problem: string | null = null;
  #pipelines = 0;

  run(task: WalkTask): void {
    if (task.scope.depth > MAX_DEPTH) this.problem = 'the script is nested too deeply to be read';
    else if (task.kind === 'node') this.#visit(task.node, task.scope);
    else if (task.kind === 'redirect') this.#finishRedirected(task.node, task.scope);
    else {
      const finished = finishCommand(task.node, task.scope);
      this.steps.push(...finished.steps);
      this.#pushAll(finished.scripts.map((script) => ({ kind: 'node', ...script })));
    }
  }

  #pushAll(tasks: WalkTask[]): void {
    for (let at = tasks.length - 1; at >= 0; at -= 1) {
      const task = tasks[at];
      if (task !== undefined) this.stack.push(task);
    }
  }

  #pushNodes(nodes: readonly (SyntaxNode | undefined)[], scope: StepScope): void {
    for (let at = nodes.length - 1; at >= 0; at -= 1) {
      const node = nodes[at];
      if (node !== undefined) this.stack.push({ kind: 'node', node, scope });
    }
  }

  #pushChildren(node: SyntaxNode, scope: StepScope): void {
    const children: SyntaxNode[] = [];
    forEachChild(node, (child) => children.push(child));
    this.#pushNodes(children, scope);
  }

  #visit(node: SyntaxNode, scope: StepScope): void {
    switch (node.type) {
      case 'Script':
        this.#visitScript(node, scope);
        return;
      case 'Statement': {
        const isBackground = node.background === true;
        const inner = isBackground ? { ...withContext(scope, { isBackground }), isWholeJob: true } : scope;
        this.#pushNodes([node.command], inner);
        return;
      }
      case 'AndOr':
        this.#pushNodes(node.commands.slice(1), withContext(scope, { isConditional: true }));
        this.#pushNodes(node.commands.slice(0, 1), withContext(scope, {}));
        return;
      case 'Pipeline':
        this.#visitPipeline(node.commands, scope);
        return;
      case 'Command':
        this.#visitCommand(node, scope);
        return;
      case 'Redirected':
        this.#visitRedirected(node, scope);
        return;
      case 'CommandExpansion':
      case 'ProcessSubstitution':
      case 'ArithmeticCommandExpansion':
        this.#visitExpansion(node, scope);
        return;
      case 'Unknown':
        this.problem = 'an expansion is not understood';
        return;
      default:
        this.#visitCompound(node, scope);
    }
  }

  #visitScript(node: Extract<SyntaxNode, { type: 'Script' }>, scope: StepScope): void {
    const error = node.errors?.[0];
    if (error !== undefined) this.problem = describeParseError(error.message, error.pos);
    this.#pushNodes(node.commands, scope);
  }

  #visitPipeline(commands: readonly CommandNode[], scope: StepScope): void {
    if (commands.length < 2) {
      this.#pushNodes(commands, withContext(scope, {}));
      return;
    }
    this.#pipelines += 1;
    const inner = withContext(scope, {});
    this.#pushNodes(commands, { ...inner, context: { ...inner.context, pipeline: this.#pipelines } });
  }

  #visitCommand(node: Extract<SyntaxNode, { type: 'Command' }>, scope: StepScope): void {
    this.stack.push({ kind: 'finish', node, scope });
    const children: SyntaxNode[] = [];
    forEachChild(node, (child) => {
      if (child.type !== 'Word' || !isPlainText(child.text)) children.push(child);
    });
    if (children.length > 0) this.#pushNodes(children, withContext(withHost(scope, node), {}));
  }

  #visitRedirected(node: Extract<SyntaxNode, { type: 'Redirected' }>, scope: StepScope): void {
    const inner = withHost(scope, node);
    this.#pushNodes([node.command], withContext(inner, {}));
    this.stack.push({ kind: 'redirect', node, scope });
    this.#pushNodes(node.redirects, withContext(inner, {}));
  }

  #finishRedirected(node: Extract<SyntaxNode, { type: 'Redirected' }>, scope: StepScope): void {
    const redirects = node.redirects.map(readRedirect);
    if (!hasWriteRedirect(redirects)) return;
    const draft = {
      index: 0,
      form: 'redirection' as const,
      text: scope.source.slice(node.pos, node.end),
      words: [],
      assignments: [],
      redirects,
      wrappers: [...scope.wrappers],
      source: scope.anchor ?? { start: node.pos, end: node.end },
      context: scope.context,
    };
    const step: AnalyzedStep = { draft, isWholeJob: scope.isWholeJob, mayCallFunction: false };
    this.steps.push(scope.anchor === undefined ? { ...step, node } : step);
  }

  #visitExpansion(
    node: Extract<
      SyntaxNode,
      { type: 'CommandExpansion' | 'ProcessSubstitution' | 'ArithmeticCommandExpansion' }
    >,
    scope: StepScope,
  ): void {
    const script = node.script;
    if (script === undefined) {
      this.problem = 'a substitution cannot be read';
      return;
    }
    // Only bash 5.3 and later run it; older ones take it for a parameter with an odd name.
    if (node.text.startsWith('${')) {
      this.problem = 'a substitution of the form ${ command; } means different things to different shells';
      return;
    }
    const inner = withContext(scope, { isInSubstitution: true });
    const nested = { ...inner, depth: scope.depth + 1 };
    // Text inside backticks has escapes of its own, so nothing may be put into it.
    const isQuoted = node.text.startsWith('`') || script.source !== undefined;
    const anchored = isQuoted ? { ...nested, anchor: nested.anchor ?? nested.host } : nested;
    this.#pushNodes(
      [script],
      script.source === undefined ? anchored : { ...anchored, source: script.source },
    );
  }

  #visitCompound(node: SyntaxNode, scope: StepScope): void {
    switch (node.type) {
      case 'If':
        this.#pushNodes(
          [...node.elif, node.else],
          withContext(withHost(scope, node), { isConditional: true }),
        );
        this.#pushNodes([node.then], withContext(withHost(scope, node), { isConditional: true }));
        this.#pushNodes([node.clause], withContext(withHost(scope, node), {}));
        return;
      case 'While':
        this.#pushNodes(
          [node.body],
          withContext(withHost(scope, node), { isInLoop: true, isConditional: true }),
        );
        this.#pushNodes([node.clause], withContext(withHost(scope, node), { isInLoop: true }));
        return;
      case 'For':
      case 'Select':
        this.#pushNodes(
          [node.body],
          withContext(withHost(scope, node), { isInLoop: true, isConditional: true }),
        );
        this.#pushNodes(node.wordlist ?? [], withContext(withHost(scope, node), {}));
        return;
      case 'ArithmeticFor':
        this.#pushNodes(
          [node.body],
          withContext(withHost(scope, node), { isInLoop: true, isConditional: true }),
        );
        this.#pushNodes(
          [node.initialize, node.test, node.update],
          withContext(withHost(scope, node), { isInLoop: true }),
        );
        return;
      case 'CaseItem':
        this.#pushChildren(node, withContext(scope, { isConditional: true }));
        return;
      case 'Subshell':
        this.#pushChildren(node, withContext(withHost(scope, node), { isInSubshell: true }));
        return;
      case 'Function':
        this.#visitFunction(node, scope);
        return;
      case 'Coproc':
        this.#pushNodes([node.body], withContext(scope, { isBackground: true }));
        return;
      default:
        this.#visitPlain(node, scope);
    }
  }

  #visitFunction(node: Extract<SyntaxNode, { type: 'Function' }>, scope: StepScope): void {
    const { context } = scope;
    const isSure =
      scope.isSameShell &&
      !context.isConditional &&
      !context.isInLoop &&
      !context.isInSubshell &&
      !context.isInSubstitution &&
      !context.isBackground &&
      context.pipeline === undefined &&
      context.functionName === undefined;
    if (isSure) this.definitions.push({ name: node.name.value, stepsBefore: this.steps.length });
    this.#pushNodes([node.body], withContext(scope, { functionName: node.name.value, isConditional: true }));
  }

  #visitPlain(node: SyntaxNode, scope: StepScope): void {
    if (node.type === 'HereDoc' && node.closing === undefined) {
      this.problem = 'a here-document has no end';
      return;
    }
    if (isUnreadArithmetic(node)) {
      this.problem = 'an arithmetic expression cannot be read';
      return;
    }
    const isHost =
      node.type === 'BraceGroup' ||
      node.type === 'Case' ||
      node.type === 'TestCommand' ||
      node.type === 'ArithmeticCommand';
    this.#pushChildren(node, isHost ? withContext(withHost(scope, node), {}) : scope);
  }
}

/** Arithmetic that did not parse could hide a substitution. */
function isUnreadArithmetic(node: SyntaxNode): boolean {
  if (node.type === 'ArithmeticExpansion')
    return node.expression === undefined && /\$\(|`|\$\{/.test(node.text);
  return node.type === 'ArithmeticCommand' && node.expression === undefined && /\$\(|`|\$\{/.test(node.body);
}
