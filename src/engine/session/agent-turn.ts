/**
 * A turn that is no script of its own: what a tool server or a driver proposes stands in it. Promises: it is in the
 * history before anything that is proposed in it, and what was given for it ends with it.
 */
import type { RunId, Step } from '../../protocol/index.ts';
import { identifySteps } from './propose-steps.ts';
import type { ScriptHost, ScriptTurn } from './script-host.ts';

export class AgentTurn {
  readonly turn: ScriptTurn;
  readonly #host: ScriptHost;
  readonly #root: Step;
  readonly #runId: RunId;
  #isStopped = false;
  #ended: Promise<void> | undefined;

  private constructor(host: ScriptHost, root: Step, stop: (reason: string) => void) {
    this.#host = host;
    this.#root = root;
    this.#runId = host.ports.ids.run();
    this.turn = {
      turnId: root.turnId,
      parentId: root.stepId,
      stop: (reason) => {
        this.#isStopped = true;
        stop(reason);
      },
    };
  }

  /** Begins one that is about `text`. `stop` is called when a person ends it. */
  static async begin(host: ScriptHost, text: string, stop: (reason: string) => void): Promise<AgentTurn> {
    const { ports, cwd, agentName } = host;
    const split = { steps: [] };
    const turnId = ports.ids.turn();
    const { root } = identifySteps({ script: text, split, ids: ports.ids, turnId, cwd, agentName });
    const turn = new AgentTurn(host, { ...root, kind: 'agent' }, stop);
    await ports.append([
      { type: 'turn/started', turnId },
      { type: 'step/proposed', ...turn.#root },
      { type: 'step/started', stepId: root.stepId, runId: turn.#runId, access: host.enforced },
    ]);
    return turn;
  }

  end(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  async #end(): Promise<void> {
    const { sessionId, ports } = this.#host;
    const { turnId, stepId } = this.#root;
    await ports.grants.endScope(sessionId, { turnId });
    const outcome = this.#isStopped ? 'cancelled' : 'ran';
    await ports.append([
      { type: 'step/finished', stepId, runId: this.#runId, outcome },
      { type: 'turn/ended', turnId, outcome: this.#isStopped ? 'stopped' : 'finished' },
    ]);
  }
}
