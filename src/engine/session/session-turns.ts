/**
 * What runs in a session: at most one turn at a time, which is a script, a program, or what a tool server or driver
 * proposes; and within it any number of scripts that programs of the turn have proposed. Promises: a question of a shell
 * reaches its own script and no other; what stands in a turn ends before the turn does.
 */
import { Fault, type Proposal, type ProposalResult, type SessionExecResult } from '../../protocol/index.ts';
import { type DriverPorts, playAgentScript, readAgentScript } from '../agents/index.ts';
import { AgentTurn } from './agent-turn.ts';
import type { AskReply, AskRequest } from './ask-socket.ts';
import { sayFault } from './say-fault.ts';
import type { ScriptHost, ScriptTurn } from './script-host.ts';
import type { ScriptRun } from './script-run.ts';
import { ToolDesk } from './tool-desk.ts';
import { failed } from './tool-results.ts';

export interface TurnPorts {
  /** What the session gives a script that is begun now. */
  host(): ScriptHost;
  /** What a turn is called that tools begin. */
  readonly title: string;
  isClosed(): boolean;
}

type SignalName = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGQUIT' | 'SIGKILL';

const NO_SCRIPT: AskReply = { reply: 'deny', message: 'sallyport: refused: no script is running' };

export class SessionTurns {
  readonly #ports: TurnPorts;
  readonly #tools: ToolDesk;
  /** The script or program that is a turn of its own. */
  #script: ScriptRun | undefined;
  #isBusy = false;
  #driver: AbortController | undefined;
  #scriptEnded: Promise<void> = Promise.resolve();
  /** The turn of a tool server or driver. */
  #agentTurn: Promise<AgentTurn> | undefined;
  /** All that run, by their numbers. */
  readonly #scripts = new Map<number, ScriptRun>();

  constructor(ports: TurnPorts) {
    this.#ports = ports;
    this.#tools = new ToolDesk({
      host: () => ports.host(),
      turn: () => this.#turnOfTools(),
      onScript: (host, run) => this.#note(host, run),
    });
  }

  /** Ends what programs of the turn have proposed. */
  endTools(): Promise<void> {
    return this.#tools.stopAll();
  }

  answerShell(request: AskRequest): Promise<AskReply> {
    const script = request.script === undefined ? this.#script : this.#scripts.get(request.script);
    return script?.answerShell(request) ?? Promise.resolve(NO_SCRIPT);
  }

  /**
   * Settles a proposal in the turn that runs. `opener` may begin one, programs inside may not. Never rejects.
   */
  async propose(proposal: Proposal, gone: AbortSignal, from: 'inside' | 'opener'): Promise<ProposalResult> {
    const isIdle = this.#script === undefined && this.#agentTurn === undefined;
    if (this.#ports.isClosed() || (isIdle && from === 'inside'))
      return failed(proposal.tool, 'nothing is running in the session');
    return this.#tools.propose(proposal, gone);
  }

  /** Runs one script or program as a turn, and settles when all of it has ended. */
  async run(propose: (host: ScriptHost) => Promise<ScriptRun>): Promise<SessionExecResult> {
    return this.#whileBusy(async () => {
      let forget: () => void = () => undefined;
      try {
        const host = this.#ports.host();
        this.#script = await propose(host);
        forget = this.#note(host, this.#script);
        return await this.#script.run();
      } finally {
        forget();
        this.#script = undefined;
      }
    });
  }

  /** Plays a scripted agent, turn by turn. Throws a `user` fault for what is wrong in its text. */
  async drive({ text, file }: { readonly text: string; readonly file: string }): Promise<SessionExecResult> {
    const script = readAgentScript(text, file);
    return this.#whileBusy(async () => {
      this.#driver = new AbortController();
      try {
        return await playAgentScript(script, file, this.#driverPorts(this.#driver.signal));
      } finally {
        await this.end().catch(() => undefined);
        this.#driver = undefined;
      }
    });
  }

  /** Does the one work that the session has. Throws while it has another; a fault of the work itself is its result. */
  async #whileBusy(work: () => Promise<SessionExecResult>): Promise<SessionExecResult> {
    this.#requireIdle();
    this.#isBusy = true;
    const ended = Promise.withResolvers<void>();
    this.#scriptEnded = ended.promise;
    try {
      return await work();
    } catch (cause) {
      return { outcome: 'fault', exitCode: 125, message: sayFault(cause) };
    } finally {
      this.#isBusy = false;
      ended.resolve();
    }
  }

  #driverPorts(stopped: AbortSignal): DriverPorts {
    const host = this.#ports.host();
    const { stdout } = host.sinks.streams;
    return {
      beginTurn: async (text) => {
        this.#agentTurn = AgentTurn.begin(this.#ports.host(), text, () => this.#stopTools());
        await this.#agentTurn;
      },
      endTurn: () => this.end(),
      say: async (text) => {
        const { turnId } = await this.#turnOfTools();
        await host.ports.append([{ type: 'message/added', turnId, role: 'agent', text }]);
      },
      propose: (proposal) => this.#tools.propose(proposal, stopped),
      print: (line) => {
        if (!stdout.destroyed) stdout.write(`${line}\n`);
      },
      stopped,
    };
  }

  #stopTools(): void {
    this.#driver?.abort();
    void this.#tools.stopAll();
  }

  /** Ends the turn of a tool server or driver, where there is one. */
  async end(): Promise<void> {
    const turn = this.#agentTurn;
    await this.#tools.stopAll();
    this.#agentTurn = undefined;
    await (await turn)?.end();
  }

  /** Typed on the terminal by somebody else than its opener. */
  type(bytes: Uint8Array): void {
    this.#script?.type(bytes);
  }

  resize(columns: number, rows: number): void {
    this.#script?.resize(columns, rows);
  }

  signal(name: SignalName): void {
    if (this.#script === undefined) this.#stopTools();
    else if (name === 'SIGKILL') this.#script.stop('killed');
    else this.#script.signal(name);
  }

  /** Only what has not begun. */
  stopInFront(name: SignalName): void {
    this.#script?.stopInFront(name);
  }

  /** Ends everything that runs. */
  stop(reason: string): void {
    this.#script?.stop(reason);
    this.#stopTools();
  }

  /** Resolves when nothing runs any more. */
  async whenEnded(): Promise<void> {
    await this.#scriptEnded;
    await this.end().catch(() => undefined);
  }

  #requireIdle(): void {
    if (!this.#isBusy && this.#agentTurn === undefined) return;
    throw new Fault({
      kind: 'peer',
      code: 'session-busy',
      message: 'the session is already running a script',
    });
  }

  #note({ scriptNumber }: ScriptHost, run: ScriptRun): () => void {
    this.#scripts.set(scriptNumber, run);
    return () => this.#scripts.delete(scriptNumber);
  }

  async #turnOfTools(): Promise<ScriptTurn> {
    const script = this.#script;
    if (script !== undefined) {
      const stop = (reason: string): void => script.stop(reason);
      return { turnId: script.root.turnId, parentId: script.root.stepId, stop };
    }
    this.#agentTurn ??= AgentTurn.begin(this.#ports.host(), this.#ports.title, () => this.#stopTools());
    return (await this.#agentTurn).turn;
  }
}
