/**
 * One script, or one program as it was typed, from its text to its exit status: split, proposed, judged, a script
 * rewritten, launched behind the wall with every program held, finished. Everything in it that must be decided goes
 * through `runStep`.
 */
import { splitScript } from '../../policy/index.ts';
import type { AccessGrant, RunId, SessionExecResult, Step } from '../../protocol/index.ts';
import { quoteWords } from '../../timeline/index.ts';
import { exitStatusOf } from '../base/index.ts';
import { type SandboxProcess, sayFolderMoved } from '../sandbox/index.ts';
import type { AskReply, AskRequest } from './ask-socket.ts';
import { type BegunScript, beginScript } from './begin-script.ts';
import { GateDesk } from './gate-desk.ts';
import { launchScript } from './launch-script.ts';
import type { RunScope } from './proposed-run.ts';
import { reportFindings } from './report-findings.ts';
import type { ScriptContext } from './script-context.ts';
import type { ScriptHost } from './script-host.ts';
import { carryOutput } from './script-output.ts';
import { endInFront, settleInFront } from './settle-in-front.ts';
import { settleShellQuestion } from './shell-questions.ts';
import { tellWall } from './tell-wall.ts';

export class ScriptRun {
  readonly #host: ScriptHost;
  readonly #context: ScriptContext;
  readonly #gate: GateDesk;
  #process: SandboxProcess | undefined;
  #launched: Promise<SandboxProcess> | undefined;
  #stopReason: string | undefined;
  readonly #stopped = new AbortController();

  private constructor({ host, context }: BegunScript) {
    this.#host = host;
    // Not a copy: two of its parts follow the configuration.
    this.#context = Object.assign(context, {
      stop: (reason: string) => {
        this.stop(reason);
        host.turn?.stop(reason);
      },
    });
    this.#gate = new GateDesk(this.#context, host, {
      launched: () => this.#launched,
      stop: (reason) => this.stop(reason),
      noteReason: (reason) => {
        this.#stopReason ??= reason;
      },
    });
  }

  /** Splits the script, writes its steps and their judgements into the history; nothing has run yet. */
  static async propose(host: ScriptHost, script: string): Promise<ScriptRun> {
    return new ScriptRun(await beginScript(host, { script, split: splitScript(script) }));
  }

  /** The same for one program; its words are launched as they are. */
  static async proposeProgram(host: ScriptHost, argv: readonly string[]): Promise<ScriptRun> {
    const script = quoteWords(argv);
    return new ScriptRun(await beginScript(host, { script, split: splitScript(script), argv }));
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
    this.#stopped.abort(this.#stopReason);
    this.#process?.kill();
  }

  /** Before the launch nothing could take the signal: it does not begin then. */
  signal(name: NodeJS.Signals): void {
    if (this.#launched === undefined) this.stopInFront(name);
    else this.#process?.signal(name);
  }

  /** Stops it where nothing was launched yet. */
  stopInFront(name: NodeJS.Signals): void {
    if (this.#launched === undefined) this.stop(`stopped by ${name} before it began`);
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
    const lost = await tellWall(context, this.#host);
    if (lost !== undefined) return this.refuse(lost);
    const refusal = await settleInFront(context, this.#host, this.#stopped.signal);
    if (this.#stopped.signal.aborted) return this.#cancel();
    if (refusal) {
      await context.runs.skipAll('nothing began: another part was refused');
      return this.refuse(refusal);
    }
    this.#launched = launchScript(this.#host, context, this.#gate.handlers());
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
    if (context.root.argv !== undefined) await endInFront(context, outcome);
    this.#host.network?.end(context);
    await context.runs.finishAll();
    this.#gate.sumUp();
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
    const { append, root, rootRunId, runs } = this.#context;
    const message = this.#stopReason ?? 'the session was closed';
    await runs.refuseAll(message);
    await append([{ type: 'step/finished', stepId: root.stepId, runId: rootRunId, outcome: 'cancelled' }]);
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
}
