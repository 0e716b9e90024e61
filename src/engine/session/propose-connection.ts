import { formatHostPort, judgeBlockedHost } from '../../policy/index.ts';
import type { Step } from '../../protocol/index.ts';
import type { LiveRun } from './live-runs.ts';
import type { ProposedRun } from './proposed-run.ts';
import type { ScriptContext } from './script-context.ts';

/** Where a connection wants to go. */
export interface Target {
  readonly host: string;
  readonly port: number;
  readonly privateAddresses: readonly string[];
  /** The name alone was asked about, or allowed, before. */
  readonly isSecond: boolean;
}

/** The run that connects, where only one lives; else the launch as a whole. */
export function ownerOf({ runs, root, rootRunId }: ScriptContext): Pick<LiveRun, 'stepId' | 'runId'> {
  return runs.single() ?? { stepId: root.stepId, runId: rootRunId };
}

const MAX_BY = 120;

/** In words of the script; empty where any program of it may be the one. */
function byWhom(step: Step, root: Step): string {
  if (step.stepId === root.stepId) return '';
  const [line = ''] = step.text.split('\n');
  return `   (by ${line.length > MAX_BY ? `${line.slice(0, MAX_BY)}…` : line})`;
}

/** Of a second question for one connection: what it is about. */
function whereTo({ privateAddresses: [address, ...more], isSecond }: Target): string {
  if (!isSecond || address === undefined) return '';
  return ` at the private address ${address}${more.length > 0 ? ` and ${more.length} more` : ''}`;
}

/** The question of whether a launch may connect there. */
export function proposeConnection(context: ScriptContext, target: Target, gone: AbortSignal): ProposedRun {
  const { board, root, snapshot, ports } = context;
  const owner = ownerOf(context);
  const step = board.steps.find((entry) => entry.step.stepId === owner.stepId)?.step ?? root;
  return {
    step,
    kind: 'net',
    text: `connect to ${formatHostPort(target.host, target.port)}${whereTo(target)}${byWhom(step, root)}`,
    cwd: step.cwd,
    collectFacts: async () => ({
      at: ports.nowMs(),
      cwd: step.cwd,
      home: snapshot.home,
      paths: [],
      isTruncated: false,
      isHeld: true,
    }),
    judge: (_facts, inForce) => judgeBlockedHost(target, inForce),
    gone,
    isCall: true,
  };
}
