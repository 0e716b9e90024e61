import { TOP_OF_SCRIPT } from '../../policy/index.ts';
import type { Step, StepKind } from '../../protocol/index.ts';
import type { ScriptHost, ScriptTurn } from './script-host.ts';

/** A step that runs no command: what a tool proposed, behind the step that proposed it. */
export function toolStep(
  { ports, cwd, agentName }: ScriptHost,
  { turnId, parentId }: ScriptTurn,
  { kind, text }: { readonly kind: StepKind; readonly text: string },
): Step {
  return {
    index: 0,
    form: 'builtin',
    text,
    words: [],
    assignments: [],
    redirects: [],
    wrappers: [],
    source: { start: 0, end: 0 },
    context: { ...TOP_OF_SCRIPT },
    stepId: ports.ids.step(),
    turnId,
    parentId,
    kind,
    cwd,
    agentName,
    isUnforeseen: false,
  };
}
