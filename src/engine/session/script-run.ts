/**
 * One script, or one program as it was typed, from its text to its exit status: split, proposed, judged, a script
 * rewritten, launched behind the wall with every program held, finished. Everything in it that must be decided goes
 * through `runStep`.
 */
import { type ScriptSplit, splitScript } from '../../policy/index.ts';
import {
  type AccessGrant,
  type EventBody,
  type RunId,
  type SessionExecResult,
  type Step,
  type TurnId,
  toFault,
} from '../../protocol/index.ts';
import { quoteWords } from '../../timeline/index.ts';
import { exitStatusOf } from '../base/index.ts';
import {
  type ExecGate,
  type GateHandlers,
  type LimitHit,
  type SandboxProcess,
  type SwappedStart,
  sayFolderMoved,
} from '../sandbox/index.ts';
import type { AskReply, AskRequest } from './ask-socket.ts';
import { Askers } from './askers.ts';
import { type HeldCall, HeldCallDesk } from './held-call.ts';
import { describeChange, describeConnect, describeWrite } from './held-calls.ts';
import { HeldPrograms } from './held-programs.ts';
import { launchProgram } from './launch-program.ts';
import { launchScript } from './launch-script.ts';
import { decideWall, launchPlace } from './leave-wall.ts';
import { LiveRuns } from './live-runs.ts';
import { identifySteps, previewSteps } from './propose-steps.ts';
import type { RunScope } from './proposed-run.ts';
import { reportFindings } from './report-findings.ts';
import { scopeOf } from './scope-of.ts';
import type { ScriptContext } from './script-context.ts';
import type { ScriptHost } from './script-host.ts';
import { carryOutput } from './script-output.ts';
import { endInFront, settleInFront } from './settle-in-front.ts';
import { settleShellQuestion } from './shell-questions.ts';
import { StepBoard } from './step-board.ts';
import { tellWall } from './tell-wall.ts';
import type { WallDecision } from './wall-decision.ts';
import { WallDenials } from './wall-denials.ts';

const SWAPPED = 'another program than the one shown was started: killed';

interface Work {
  readonly split: ScriptSplit;
  readonly argv: readonly string[] | undefined;
}

export class ScriptRun {
  readonly #host: ScriptHost;
  readonly #split: ScriptSplit;
  /** The words of the program; undefined for a script. */
  readonly #argv: readonly string[] | undefined;
  readonly #context: ScriptContext;
  readonly #programs: HeldPrograms;
  readonly #denials: WallDenials;
  readonly #calls: HeldCallDesk;
  #process: SandboxProcess | undefined;
  #launched: Promise<SandboxProcess> | undefined;
  #stopReason: string | undefined;
  readonly #stopped = new AbortController();

  private constructor(host: ScriptHost, work: Work, context: Omit<ScriptContext, 'stop'>) {
    this.#host = host;
    this.#split = work.split;
    this.#argv = work.argv;
    // Not a copy: two of its parts follow the configuration.
    this.#context = Object.assign(context, {
      stop: (reason: string) => {
        this.stop(reason);
        host.turn?.stop(reason);
      },
    });
    this.#programs = new HeldPrograms(this.#context);
    this.#denials = new WallDenials(this.#context);
    this.#calls = new HeldCallDesk(this.#context, this.#denials);
  }

  /** Splits the script, writes its steps and their judgements into the history; nothing has run yet. */
  static propose(host: ScriptHost, script: string): Promise<ScriptRun> {
    return ScriptRun.#propose(host, script, { split: splitScript(script), argv: undefined });
  }

  /** The same for one program; its words are launched as they are. */
  static proposeProgram(host: ScriptHost, argv: readonly string[]): Promise<ScriptRun> {
    const text = quoteWords(argv);
    return ScriptRun.#propose(host, text, { split: splitScript(text), argv });
  }

  static async #propose(host: ScriptHost, script: string, work: Work): Promise<ScriptRun> {
    const { ids } = host.ports;
    const turnId: TurnId = host.turn?.turnId ?? ids.turn();
    const { split, argv } = work;
    const { root, steps } = identifySteps({
      script,
      argv,
      split,
      ids,
      turnId,
      parentId: host.turn?.parentId,
      cwd: host.cwd,
      agentName: host.agentName,
    });
    const searchPath = host.environment['PATH'] ?? '';
    const wall = await decideWall({ script, split, argv }, launchPlace(host, searchPath));
    const launchHost = wall?.kind === 'none' ? await host.unwalled.hostFor(host, wall) : host;
    return ScriptRun.#begin(launchHost, work, { root, steps, wall });
  }

  static async #begin(
    host: ScriptHost,
    work: Work,
    { root, steps, wall }: { root: Step; steps: readonly Step[]; wall: WallDecision | undefined },
  ): Promise<ScriptRun> {
    const { ids } = host.ports;
    const { turnId } = root;
    const currentScope = scopeOf(host, turnId);
    const proposed = [root, ...steps].map((step): EventBody => ({ type: 'step/proposed', ...step }));
    const begin: EventBody[] = host.turn ? [] : [{ type: 'turn/started', turnId }];
    await host.ports.append([...begin, ...proposed]);
    const searchPath = host.environment['PATH'] ?? '';
    const { previews, events } = await previewSteps(steps, currentScope(), {
      nowMs: host.ports.nowMs,
      searchPath,
      wall,
    });
    if (events.length > 0) await host.ports.append(events);
    const append = (bodies: readonly EventBody[]): Promise<unknown> => host.ports.append(bodies);
    return new ScriptRun(host, work, {
      ports: host.ports,
      get scope() {
        return currentScope();
      },
      get snapshot() {
        return currentScope().snapshot;
      },
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
    });
  }

  get runId(): RunId {
    return this.#context.rootRunId;
  }

  /** The script or program itself. */
  get root(): Step {
    return this.#context.root;
  }

  /** What its runs are decided under. */
  get scope(): RunScope {
    return this.#context.scope;
  }

  /** A question of the rewritten script. */
  answerShell(request: AskRequest): Promise<AskReply> {
    return settleShellQuestion(this.#context, this.#host.enforced.gate === 'kernel', request);
  }

  /** Ends everything the script started. */
  stop(reason: string): void {
    this.#stopReason ??= reason;
    this.#stopped.abort();
    this.#process?.kill();
  }

  signal(name: NodeJS.Signals): void {
    this.#process?.signal(name);
  }

  /** Typed on its terminal by somebody else than its opener. */
  type(bytes: Uint8Array): void {
    this.#process?.terminal?.write(bytes);
  }

  resize(columns: number, rows: number): void {
    this.#process?.terminal?.resize(columns, rows);
  }

  /**
   * Runs it and settles when nothing of it lives any more. `opened` is what was opened for it alone: whoever opened it
   * closes it again.
   */
  async run(opened?: AccessGrant): Promise<SessionExecResult> {
    const context = this.#context;
    if (opened) context.opened.push(opened);
    if ((await context.ports.whenGoing(this.#stopped.signal)) !== 'going') return this.#cancel();
    const lost = await tellWall(context, this.#host, { split: this.#split, argv: this.#argv });
    if (lost !== undefined) return this.refuse(lost);
    const refusal = await settleInFront(context, this.#split, { host: this.#host, argv: this.#argv });
    if (refusal) return this.refuse(refusal);
    this.#launched = this.#launch();
    const process = await this.#launched.catch(sayFolderMoved);
    if (typeof process === 'string') {
      await context.runs.refuseAll(process);
      return this.refuse(process);
    }
    this.#process = process;
    if (this.#stopReason !== undefined) process.kill();
    await context.append([
      {
        type: 'step/started',
        stepId: context.root.stepId,
        runId: context.rootRunId,
        access: this.#host.enforced,
      },
    ]);
    const output = carryOutput(process, { ...this.#host.sinks, runId: context.rootRunId });
    const outcome = await process.finished;
    const streams = await output.finish();
    if (this.#argv !== undefined) await endInFront(context, outcome);
    this.#host.network?.end(context);
    await context.runs.finishAll();
    this.#denials.sumUp(this.#host.sinks.streams.stderr);
    await reportFindings(context, this.#host);
    const exitCode = exitStatusOf(outcome);
    const ended = this.#stopReason === undefined ? 'ran' : 'cancelled';
    await context.append([
      {
        type: 'step/finished',
        stepId: context.root.stepId,
        runId: context.rootRunId,
        outcome: ended,
        exitCode,
        ...(outcome.kind === 'signalled' && { signal: outcome.signal }),
        output: streams,
      },
    ]);
    return this.#end({
      outcome: ended,
      exitCode,
      ...(this.#stopReason !== undefined && { message: this.#stopReason }),
    });
  }

  /** It may not begin. */
  async refuse(message: string): Promise<SessionExecResult> {
    const { append, root, rootRunId } = this.#context;
    await append([{ type: 'step/finished', stepId: root.stepId, runId: rootRunId, outcome: 'refused' }]);
    return this.#end({ outcome: 'refused', exitCode: 126, message });
  }

  /** It was stopped before it began. */
  async #cancel(): Promise<SessionExecResult> {
    const { append, root, rootRunId } = this.#context;
    await append([{ type: 'step/finished', stepId: root.stepId, runId: rootRunId, outcome: 'cancelled' }]);
    const message = this.#stopReason ?? 'the session was closed';
    return this.#end({ outcome: 'cancelled', exitCode: 125, message });
  }

  async #end(result: SessionExecResult): Promise<SessionExecResult> {
    const { sessionId, turnId } = this.#context.scope;
    const { broker, grants } = this.#context.ports;
    const isTurn = this.#host.turn === undefined;
    if (isTurn) await this.#host.endTools();
    const own = new Set([this.root.stepId, ...this.#context.board.steps.map(({ step }) => step.stepId)]);
    for (const { approvalId, stepId } of broker.list())
      if (stepId && own.has(stepId)) await broker.withdraw(approvalId, 'the script has ended');
    if (!isTurn) return result;
    await grants.endScope(sessionId, { turnId });
    const outcome = result.outcome === 'cancelled' ? 'stopped' : 'finished';
    await this.#context.append([{ type: 'turn/ended', turnId, outcome }]);
    return result;
  }

  #launch(): Promise<SandboxProcess> {
    const launch = { host: this.#host, context: this.#context, handlers: this.#handlers() };
    if (this.#argv !== undefined) return launchProgram({ ...launch, argv: this.#argv });
    return launchScript({ ...launch, split: this.#split });
  }

  #handlers(): GateHandlers {
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
      onDenied: (denial) => this.#orStop(this.#denials.tell(denial, this.#host.sinks.streams.stderr)),
      onLimit: (hit) => this.#orStop(this.#tellLimit(hit)),
      onSwapped: (swapped) => this.#orStop(this.#tellSwapped(swapped)),
      onExit: (exit) => {
        this.#context.askers.exit(exit.pid);
        this.#orStop(this.#context.runs.exit(exit.pid, exit));
        this.#orStop(this.#denials.tellExit(exit, this.#host.sinks.streams.stderr));
      },
      onFault: (fault) => this.stop(fault.message),
    };
  }

  /** The supervisor ends the launch itself; of a file's size, the kernel has ended a program of it. */
  async #tellLimit({ name, rule }: LimitHit): Promise<void> {
    if (name !== 'file-size') this.#stopReason ??= `stopped: ${rule}`;
    await this.#denials.tellLimit(name, rule, this.#host.sinks.streams.stderr);
  }

  /** The supervisor has killed it before its first instruction. */
  async #tellSwapped({ pid, path }: SwappedStart): Promise<void> {
    this.#context.runs.refuse(pid, SWAPPED);
    await this.#denials.report(pid, { op: 'exec', path, rule: SWAPPED });
  }

  #settleCall(held: HeldCall): void {
    this.#withGate((gate) => this.#calls.settle(gate, held));
  }

  /** The supervisor may speak before the launch has told us of itself: nothing it says may be lost. */
  #withGate(act: (gate: ExecGate) => void | Promise<void>): void {
    this.#orStop(
      (async () => {
        const gate = (await this.#launched)?.gate;
        if (gate) await act(gate);
      })(),
    );
  }

  /** A fact that cannot be written ends the script: what happens next could not be explained. */
  #orStop(work: Promise<void>): void {
    work.catch((cause: unknown) => this.stop(toFault(cause).message));
  }
}
