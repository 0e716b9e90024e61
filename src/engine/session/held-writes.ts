/**
 * Answers for writes that the wall would stop. The call is held, the person is asked with the least grant, the grant is
 * mounted, the call goes on: nothing runs twice. After it goes on the kernel looks at the path again, so a path that was
 * swapped meanwhile meets the wall.
 */
import { isQuietWrite, judgeBlocked } from '../../policy/index.ts';
import { type EventBody, type PathFact, toFault } from '../../protocol/index.ts';
import { quoteWords } from '../../timeline/index.ts';
import type { ExecGate, HeldWrite } from '../sandbox/index.ts';
import type { ProposedRun } from './proposed-run.ts';
import { runStep } from './run-step.ts';
import type { ScriptContext } from './script-context.ts';

/** A shell lives as long as its script: what is opened once for a redirection of its own must not stay open so long. */
const SHELLS = new Set(['bash', 'sh', 'dash', 'zsh', 'ksh']);
const SHELL_ACCESS_MS = 2000;

export class HeldWrites {
  readonly #context: ScriptContext;
  /** One question at a time for one path: whoever comes second may find it open already. */
  readonly #waiting = new Map<string, Promise<void>>();

  constructor(context: ScriptContext) {
    this.#context = context;
  }

  /** Settles one held write and answers the gate. Never rejects. */
  async settle(gate: ExecGate, held: HeldWrite): Promise<void> {
    try {
      if (isQuietWrite(held.path, this.#context.snapshot)) {
        // Let go unasked: the wall itself answers, as the program expects.
        gate.allow(held.slot);
        await this.report(held.pid, held.path, 'a file that programs try to write by habit');
        return;
      }
      const before = this.#waiting.get(held.path) ?? Promise.resolve();
      const settled = before.then(() => this.#ask(gate, held));
      this.#waiting.set(held.path, settled);
      await settled;
      if (this.#waiting.get(held.path) === settled) this.#waiting.delete(held.path);
    } catch (cause) {
      gate.deny(held.slot, `sallyport: refused: ${toFault(cause).message}`);
    }
  }

  /** A write that the wall stopped and nobody was asked about. */
  async report(pid: number, path: string, rule: string): Promise<void> {
    const owner = this.#context.runs.findOwner(pid);
    const denial: EventBody = {
      type: 'wall/denied',
      stepId: owner?.stepId ?? this.#context.root.stepId,
      runId: owner?.runId ?? this.#context.rootRunId,
      op: 'write',
      path,
      rule,
    };
    await this.#context.append([denial]);
  }

  async #ask(gate: ExecGate, held: HeldWrite): Promise<void> {
    const context = this.#context;
    const settled = await context.askers.whileWaiting(held.pid, (gone) =>
      runStep(context.ports, context.scope, this.#propose(held, gone)),
    );
    if (settled.outcome !== 'allowed') {
      gate.deny(held.slot, settled.message);
      if (settled.stopTurn) context.stop('a person stopped it');
      return;
    }
    gate.allow(held.slot, 'watch');
    this.#endLater(held, settled);
  }

  /** Once means: until the asking program has ended, or for a shell until it has had time to open the file. */
  #endLater(
    held: HeldWrite,
    settled: { runId: ScriptContext['rootRunId']; endAccess(): Promise<void> },
  ): void {
    const { runs, root, setTimer } = this.#context;
    const name = held.argv[0]?.split('/').at(-1)?.replace(/^-/, '') ?? '';
    if (SHELLS.has(name)) {
      setTimer(() => void settled.endAccess().catch(() => undefined), SHELL_ACCESS_MS);
      return;
    }
    const stepId = runs.findOwner(held.pid)?.stepId ?? root.stepId;
    runs.addCall(held.pid, { stepId, runId: settled.runId, endAccess: settled.endAccess });
  }

  #propose(held: HeldWrite, gone: AbortSignal): ProposedRun {
    const context = this.#context;
    const owner = context.runs.findOwner(held.pid);
    const path: PathFact = { text: held.path, use: 'write', real: held.path, kind: held.kind };
    const step =
      context.board.steps.find((entry) => entry.step.stepId === owner?.stepId)?.step ?? context.root;
    return {
      step,
      kind: 'edit',
      text: `write ${held.path}   (by ${quoteWords(held.argv)})`,
      argv: held.argv,
      cwd: held.cwd,
      collectFacts: async () => ({
        at: context.ports.nowMs(),
        cwd: held.cwd,
        home: context.snapshot.home,
        paths: [path],
        isTruncated: held.lossy,
        isHeld: true,
      }),
      judge: (facts) => judgeBlocked(held.path, context.snapshot, facts),
      gone,
      isCall: true,
    };
  }
}
