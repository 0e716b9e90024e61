/**
 * What calls have in common that the wall would stop and that are held: the person is asked with the least grant, the
 * grant is mounted, the call goes on; nothing runs twice. After it goes on the kernel looks at the path again, so a path
 * that was swapped meanwhile meets the wall.
 */
import { folderOfGrantedFile, widenToFolder } from '../../policy/index.ts';
import {
  type ConfigSnapshot,
  type EventOf,
  type Facts,
  type Judgement,
  type PathFact,
  toFault,
} from '../../protocol/index.ts';
import type { ExecGate } from '../sandbox/index.ts';
import type { ProposedRun } from './proposed-run.ts';
import { runStep } from './run-step.ts';
import type { ScriptContext } from './script-context.ts';
import type { WallDenials } from './wall-denials.ts';

/** A shell lives as long as its script: what is opened once for a redirection of its own must not stay open so long. */
const SHELLS = new Set(['bash', 'sh', 'dash', 'zsh', 'ksh']);
const SHELL_ACCESS_MS = 2000;
const MAX_SAID = 10_000;

/** A held call, as a question and as a row of the history. */
export interface HeldCall {
  readonly slot: number;
  readonly pid: number;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly lossy: boolean;
  readonly kind: 'edit' | 'net';
  /** What a person is shown. */
  readonly text: string;
  readonly paths: readonly PathFact[];
  judge(facts: Facts, snapshot: ConfigSnapshot): Judgement;
  readonly denial: Pick<EventOf<'wall/denied'>, 'op' | 'path'>;
  /** Why nobody is asked, when it is something that programs try by habit or that is never opened. */
  readonly quiet: string | null;
}

export class HeldCallDesk {
  readonly #context: ScriptContext;
  readonly #denials: WallDenials;
  /** One question at a time for what one yes would open: whoever comes second may find it open already. */
  readonly #waiting = new Map<string, Promise<void>>();
  /** By folder, the file in it that was opened last by itself. */
  readonly #opened = new Map<string, string>();

  /** By program, what it was told. */
  readonly #said = new Set<string>();

  constructor(context: ScriptContext, denials: WallDenials) {
    this.#context = context;
    this.#denials = denials;
  }

  /** Settles one held call and answers the gate. Never rejects. */
  async settle(gate: ExecGate, held: HeldCall): Promise<void> {
    try {
      if (held.quiet !== null) {
        // Let go unasked: the wall itself answers, as the program expects.
        gate.allow(held.slot);
        await this.#denials.report(held.pid, { ...held.denial, rule: held.quiet });
        return;
      }
      await this.#inTurn(this.#keyOf(held), () => this.#ask(gate, held));
    } catch (cause) {
      gate.deny(held.slot, `sallyport: refused: ${toFault(cause).message}`);
    }
  }

  async #inTurn(key: string, ask: () => Promise<void>): Promise<void> {
    const asked = (this.#waiting.get(key) ?? Promise.resolve()).then(ask);
    const done = asked.catch(() => undefined);
    this.#waiting.set(key, done);
    await done;
    if (this.#waiting.get(key) === done) this.#waiting.delete(key);
    await asked;
  }

  async #ask(gate: ExecGate, held: HeldCall): Promise<void> {
    const context = this.#context;
    const settled = await context.askers.whileWaiting(held.pid, (gone) =>
      runStep(context.ports, context.scope, this.#propose(held, gone)),
    );
    if (settled.outcome !== 'allowed') {
      gate.deny(held.slot, this.#sayOnce(held, settled));
      if (settled.stopTurn) context.stop('a person stopped it');
      const rule = settled.message.replace(/^sallyport: /, '');
      if (settled.outcome === 'refused') await this.#denials.report(held.pid, { ...held.denial, rule });
      return;
    }
    gate.allow(held.slot, 'watch');
    this.#noteOpened(held, settled.judgement);
    this.#endLater(held, settled);
  }

  /** What the caller reads of it; nothing where the same program has read the same before. */
  #sayOnce({ pid }: HeldCall, { outcome, message }: { outcome: string; message: string }): string {
    if (outcome !== 'refused') return message;
    const key = `${pid} ${message}`;
    if (this.#said.has(key)) {
      this.#denials.told.isNew(message);
      return '';
    }
    if (this.#said.size < MAX_SAID) this.#said.add(key);
    // The first of all of them counts as told there too.
    this.#denials.told.note(message);
    return message;
  }

  /** Once means: until the asking program has ended, or for a shell until it has had time to use it. */
  #endLater(
    held: HeldCall,
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

  #noteOpened(held: HeldCall, judgement: Judgement): void {
    const folder = folderOfGrantedFile(judgement, this.#facts(held));
    const [file] = judgement.grant?.write ?? [];
    if (folder !== null && file !== undefined) this.#opened.set(folder, file);
  }

  #judge(held: HeldCall, facts: Facts, snapshot: ConfigSnapshot): Judgement {
    return widenToFolder(held.judge(facts, snapshot), snapshot, facts, this.#opened);
  }

  #facts(held: HeldCall): Facts {
    const { ports, snapshot } = this.#context;
    return {
      at: ports.nowMs(),
      cwd: held.cwd,
      home: snapshot.home,
      paths: [...held.paths],
      isTruncated: held.lossy,
      isHeld: true,
    };
  }

  #keyOf(held: HeldCall): string {
    const { grant } = this.#judge(held, this.#facts(held), this.#context.snapshot);
    return JSON.stringify(grant === undefined ? held.denial : [grant.write, grant.sockets]);
  }

  #propose(held: HeldCall, gone: AbortSignal): ProposedRun {
    const context = this.#context;
    const owner = context.runs.findOwner(held.pid);
    const step =
      context.board.steps.find((entry) => entry.step.stepId === owner?.stepId)?.step ?? context.root;
    return {
      step,
      kind: held.kind,
      text: held.text,
      argv: held.argv,
      cwd: held.cwd,
      collectFacts: async () => this.#facts(held),
      judge: (facts, snapshot) => this.#judge(held, facts, snapshot),
      gone,
      isCall: true,
    };
  }
}
