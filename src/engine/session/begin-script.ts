import type { EventBody, TurnId } from '../../protocol/index.ts';
import { Askers } from './askers.ts';
import { decideWall, type Launching, launchPlace } from './leave-wall.ts';
import { LiveRuns } from './live-runs.ts';
import { identifySteps, previewSteps } from './propose-steps.ts';
import { scopeOf } from './scope-of.ts';
import type { ScriptContext } from './script-context.ts';
import type { ScriptHost } from './script-host.ts';
import { StepBoard } from './step-board.ts';

export interface BegunScript {
  /** That of the launch: another one than the session's where rules take the wall away. */
  readonly host: ScriptHost;
  readonly context: Omit<ScriptContext, 'stop'>;
}

/** Gives a script and its steps their ids, and writes them and their judgements into the history; nothing has run yet. */
export async function beginScript(proposedTo: ScriptHost, launching: Launching): Promise<BegunScript> {
  const { script, split, argv } = launching;
  const { ids } = proposedTo.ports;
  const turnId: TurnId = proposedTo.turn?.turnId ?? ids.turn();
  const { root, steps } = identifySteps({
    script,
    argv,
    split,
    ids,
    turnId,
    parentId: proposedTo.turn?.parentId,
    cwd: proposedTo.cwd,
    agentName: proposedTo.agentName,
  });
  const wall = await decideWall(launching, launchPlace(proposedTo, searchPathOf(proposedTo)));
  const host = wall?.kind === 'none' ? await proposedTo.unwalled.hostFor(proposedTo, wall) : proposedTo;
  const searchPath = searchPathOf(host);
  const currentScope = scopeOf(host, turnId);
  const append = (bodies: readonly EventBody[]): Promise<unknown> => host.ports.append(bodies);
  const proposed = [root, ...steps].map((step): EventBody => ({ type: 'step/proposed', ...step }));
  const begin: EventBody[] = host.turn ? [] : [{ type: 'turn/started', turnId }];
  await append([...begin, ...proposed]);
  const { nowMs } = host.ports;
  const { previews, events } = await previewSteps(steps, currentScope(), { nowMs, searchPath, wall });
  if (events.length > 0) await append(events);
  const context: BegunScript['context'] = {
    ports: host.ports,
    get scope() {
      return currentScope();
    },
    get snapshot() {
      return currentScope().snapshot;
    },
    split,
    board: new StepBoard(steps),
    root,
    rootRunId: ids.run(),
    previews,
    runs: new LiveRuns(host.appendSoon),
    askers: new Askers(),
    pipelines: new Map(),
    opened: [],
    agentReason: host.agentReason,
    say: (line) => {
      const { stderr } = host.sinks.streams;
      if (!stderr.destroyed) stderr.write(`${line}\n`);
    },
    searchPath,
    wall,
    append,
    setTimer: host.setTimer,
  };
  return { host, context };
}

function searchPathOf({ environment }: ScriptHost): string {
  return environment['PATH'] ?? '';
}
