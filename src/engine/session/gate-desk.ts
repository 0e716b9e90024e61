/**
 * Hears what the supervisor of one launch says, and has each thing settled. Promises: nothing that it says before the
 * launch has told of itself is lost; where what is to be done about it fails, as where a fact cannot be written, the
 * script ends: what happens next could not be explained.
 */
import { toFault } from '../../protocol/index.ts';
import type { ExecGate, GateHandlers, LimitHit, SandboxProcess, SwappedStart } from '../sandbox/index.ts';
import { type HeldCall, HeldCallDesk } from './held-call.ts';
import { describeChange, describeConnect, describeWrite } from './held-calls.ts';
import { HeldPrograms } from './held-programs.ts';
import type { ScriptContext } from './script-context.ts';
import type { ScriptHost } from './script-host.ts';
import { WallDenials } from './wall-denials.ts';

const SWAPPED = 'another program than the one shown was started: killed';

export interface LaunchPorts {
  /** Undefined before the launch was begun. */
  launched(): Promise<SandboxProcess> | undefined;
  /** Ends everything that the launch has started. */
  stop(reason: string): void;
  /** Why the launch ends, where the supervisor ends it. */
  noteReason(reason: string): void;
}

export class GateDesk {
  readonly #context: ScriptContext;
  readonly #host: Pick<ScriptHost, 'mayAskWrites' | 'ownFolders'>;
  readonly #launch: LaunchPorts;
  readonly #programs: HeldPrograms;
  readonly #denials: WallDenials;
  readonly #calls: HeldCallDesk;

  constructor(
    context: ScriptContext,
    host: Pick<ScriptHost, 'mayAskWrites' | 'ownFolders'>,
    launch: LaunchPorts,
  ) {
    this.#context = context;
    this.#host = host;
    this.#launch = launch;
    this.#programs = new HeldPrograms(context);
    this.#denials = new WallDenials(context, host.ownFolders);
    this.#calls = new HeldCallDesk(context, this.#denials);
  }

  /** What the supervisor is to tell. */
  handlers(): GateHandlers {
    return {
      onRoot: (pid) => {
        this.#programs.noteRoot(pid);
        this.#withGate((gate) => gate.setWrites(this.#host.mayAskWrites ? 'hold' : 'report'));
      },
      onExec: (held) => this.#withGate((gate) => this.#programs.settle(gate, held)),
      onWrite: (held) => this.#settleCall(describeWrite(held, this.#context.snapshot)),
      onChange: (held) => this.#settleCall(describeChange(held, this.#context.snapshot)),
      onConnect: (held) =>
        this.#settleCall(describeConnect(held, this.#context.snapshot, this.#host.ownFolders)),
      onDenied: (denial) => this.#orStop(this.#denials.tell(denial)),
      onLimit: (hit) => this.#orStop(this.#tellLimit(hit)),
      onSwapped: (swapped) => this.#orStop(this.#tellSwapped(swapped)),
      onExit: (exit) => {
        this.#context.askers.exit(exit.pid);
        this.#orStop(this.#context.runs.exit(exit.pid, exit));
        this.#orStop(this.#denials.tellExit(exit));
      },
      onFault: (fault) => this.#launch.stop(fault.message),
    };
  }

  /** At the end of the launch: how often came what people were told once. */
  sumUp(): void {
    this.#denials.sumUp();
  }

  /** The supervisor ends the launch itself; of a file's size, the kernel has ended a program of it. */
  async #tellLimit({ name, rule }: LimitHit): Promise<void> {
    if (name !== 'file-size') this.#launch.noteReason(`stopped: ${rule}`);
    await this.#denials.tellLimit(name, rule);
  }

  /** The supervisor has killed it before its first instruction. */
  async #tellSwapped({ pid, path }: SwappedStart): Promise<void> {
    this.#context.runs.refuse(pid, SWAPPED);
    await this.#denials.report(pid, { op: 'exec', path, rule: SWAPPED });
  }

  #settleCall(held: HeldCall): void {
    this.#withGate((gate) => this.#calls.settle(gate, held));
  }

  #withGate(act: (gate: ExecGate) => void | Promise<void>): void {
    this.#orStop(
      (async () => {
        const gate = (await this.#launch.launched())?.gate;
        if (gate) await act(gate);
      })(),
    );
  }

  #orStop(work: Promise<void>): void {
    work.catch((cause: unknown) => this.#launch.stop(toFault(cause).message));
  }
}
