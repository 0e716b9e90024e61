import type { ScriptSplit } from '../../policy/index.ts';
import type { AccessGrant, ConfigSnapshot, EventBody, Judgement, RunId, Step } from '../../protocol/index.ts';
import type { Askers } from './askers.ts';
import type { LiveRuns } from './live-runs.ts';
import type { RunScope, RunStepPorts } from './proposed-run.ts';
import type { StepBoard } from './step-board.ts';
import type { WallDecision } from './wall-decision.ts';

/** What every part of one script's life shares. */
export interface ScriptContext {
  readonly ports: RunStepPorts;
  /** Under the configuration in force now: a run keeps the one that it was handed in with. */
  readonly scope: RunScope;
  /** That of `scope`. */
  readonly snapshot: ConfigSnapshot;
  /** How its text was read. */
  readonly split: ScriptSplit;
  readonly board: StepBoard;
  /** The script itself, or the program as it was typed: then it has its words. */
  readonly root: Step;
  readonly rootRunId: RunId;
  /** Judgements at the split, by step index. */
  readonly previews: Map<number, Judgement>;
  readonly runs: LiveRuns;
  /** Pipelines whose members are settled together, by their number. */
  readonly pipelines: Map<number, Promise<void>>;
  readonly askers: Askers;
  /** What was opened in the wall for this script alone, as long as it runs. */
  readonly opened: AccessGrant[];
  /** What the agent that proposed it gave as its reason. */
  readonly agentReason?: string | undefined;
  /** A line on the standard error of the script. */
  say(line: string): void;
  /** PATH of the launch. */
  readonly searchPath: string;
  /** Whether the launch has a wall, where rules speak of that. */
  readonly wall: WallDecision | undefined;
  append(bodies: readonly EventBody[]): Promise<unknown>;
  setTimer(callback: () => void, delayMs: number): () => void;
  /** Ends the script: a person asked for it, or it cannot go on safely. */
  stop(reason: string): void;
}
