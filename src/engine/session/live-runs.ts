import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import type { EventBody, RunId, StepId } from '../../protocol/index.ts';

/** A run that was let go and has not ended. */
export interface LiveRun {
  readonly stepId: StepId;
  readonly runId: RunId;
  /** Closes what was opened for this run alone. */
  endAccess(): Promise<void>;
  /** Why it never ran, although it had been let go. */
  refusal?: string;
  /** What it waited for together with others was refused: nobody has refused it itself. */
  isSkipped?: boolean;
}

const MAX_ANCESTORS = 64;

/** The runs of one script by the host's process number, until the kernel says that they ended. */
export class LiveRuns {
  readonly #append: (bodies: readonly EventBody[]) => Promise<unknown>;
  readonly #runs = new Map<number, LiveRun>();
  /** Calls of a process that were opened once: they end with it. */
  readonly #calls = new Map<number, LiveRun[]>();

  constructor(append: (bodies: readonly EventBody[]) => Promise<unknown>) {
    this.#append = append;
  }

  start(pid: number, run: LiveRun): void {
    this.#runs.set(pid, run);
  }

  addCall(pid: number, call: LiveRun): void {
    this.#calls.set(pid, [...(this.#calls.get(pid) ?? []), call]);
  }

  /** It was killed before its first instruction; its end is still to come. */
  refuse(pid: number, why: string): void {
    const run = this.#runs.get(pid);
    if (run) run.refusal = why;
  }

  /** What was let go never began. */
  async refuseAll(why: string): Promise<void> {
    for (const run of this.#runs.values()) run.refusal = why;
    await this.finishAll();
  }

  /** The same where another part of what was to begin was refused. */
  async skipAll(why: string): Promise<void> {
    for (const run of this.#runs.values()) run.isSkipped = true;
    await this.refuseAll(why);
  }

  /** The process has ended; `signal` by number. */
  async exit(pid: number, ended: { code?: number | undefined; signal?: number | undefined }): Promise<void> {
    const calls = this.#calls.get(pid) ?? [];
    this.#calls.delete(pid);
    for (const call of calls) await this.#finish(call, {});
    const run = this.#runs.get(pid);
    if (!run) return;
    this.#runs.delete(pid);
    await this.#finish(run, ended);
  }

  /** The run that lives, when there is exactly one. */
  single(): LiveRun | undefined {
    const [only, ...others] = this.#runs.values();
    return others.length === 0 ? only : undefined;
  }

  /** The run that a process belongs to: its own, or its nearest ancestor's. For reports only. */
  findOwner(pid: number): LiveRun | undefined {
    let at = pid;
    for (let depth = 0; depth < MAX_ANCESTORS && at > 1; depth++) {
      const run = this.#runs.get(at);
      if (run) return run;
      at = parentOf(at);
    }
    return undefined;
  }

  /** The script is over and nothing of it lives any more: whatever was not reported has ended somehow. */
  async finishAll(): Promise<void> {
    const runs = [...[...this.#calls.values()].flat(), ...this.#runs.values()];
    this.#calls.clear();
    this.#runs.clear();
    for (const run of runs) await this.#finish(run, {});
  }

  async #finish(
    run: LiveRun,
    ended: { code?: number | undefined; signal?: number | undefined },
  ): Promise<void> {
    await run.endAccess();
    const signal = ended.signal === undefined ? undefined : signalName(ended.signal);
    await this.#append([
      {
        type: 'step/finished',
        stepId: run.stepId,
        runId: run.runId,
        outcome: run.refusal === undefined ? 'ran' : run.isSkipped === true ? 'skipped' : 'refused',
        ...(run.refusal !== undefined && { feedback: run.refusal }),
        ...(ended.code !== undefined && { exitCode: ended.code }),
        ...(signal !== undefined && { signal }),
      },
    ]);
  }
}

function parentOf(pid: number): number {
  try {
    const match = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return match ? Number(match[1]) : 0;
  } catch {
    return 0;
  }
}

function signalName(number: number): string {
  const found = Object.entries(constants.signals).find(([, value]) => value === number);
  return found ? found[0] : `signal ${number}`;
}
