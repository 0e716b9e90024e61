/**
 * The rows of calls that the wall stopped and nobody was asked about. One row for each thing and run: a program that
 * tries a hundred times is one fact, and what is tried without end does not fill the history.
 */
import { quietSocketReason, quietWriteReason } from '../../policy/index.ts';
import type { EventOf } from '../../protocol/index.ts';
import { showLine } from '../../timeline/index.ts';
import { type GateDenial, type LimitHit, nameWallRule } from '../sandbox/index.ts';
import { describeFileLimit } from './file-limit.ts';
import { closedSocketReason } from './held-calls.ts';
import type { ScriptContext } from './script-context.ts';
import { ToldLines } from './told-lines.ts';
import { wayOutOfCall } from './way-out.ts';

/** Rows of one script; beyond that a last one says that there were more. */
const MAX_ROWS = 1000;

type Denial = Pick<EventOf<'wall/denied'>, 'op' | 'path' | 'host' | 'rule'>;

const NOT_ASKED = 'questions are not asked in this session';
const DIRECT_CONNECTION = 'the sandbox has no direct way to other machines';

export class WallDenials {
  /** What people were told of it, on the standard error of the script or of the program that tried. */
  readonly told = new ToldLines();
  readonly #context: ScriptContext;
  readonly #ownFolders: readonly string[];
  #isFileTold = false;
  readonly #seen = new Set<string>();

  constructor(context: ScriptContext, ownFolders: readonly string[]) {
    this.#context = context;
    this.#ownFolders = ownFolders;
  }

  /**
   * What the supervisor only reports: a connection to another machine, which has no way out whatever is asked, and
   * everything else where nobody is asked about anything. That is said on the script's standard error too.
   */
  async tell({ pid, op, path, host }: GateDenial): Promise<void> {
    if (path === undefined) return this.report(pid, { op, host, rule: DIRECT_CONNECTION });
    const { snapshot } = this.#context;
    const habit = op === 'connect' ? quietSocketReason(path) : quietWriteReason(path, snapshot);
    if (habit !== null) return this.report(pid, { op, path, rule: `tried by habit: ${habit}` });
    // What is asked about in no session has no way out.
    const closed = op === 'connect' ? closedSocketReason(path, snapshot, this.#ownFolders) : null;
    if (closed !== null) {
      this.#sayOnce(`sallyport: refused: connect ${showLine(path)}: ${closed}.`);
      return this.report(pid, { op, path, rule: closed });
    }
    const line = `sallyport: refused: ${op} ${showLine(path)}: ${NOT_ASKED}. ${wayOutOfCall(op !== 'connect', path, snapshot)}`;
    this.#sayOnce(line);
    await this.report(pid, { op, path, rule: NOT_ASKED });
  }

  #sayOnce(line: string): void {
    if (this.told.isNew(line)) this.#context.say(line);
  }

  /** At the end: how often came what was told once. */
  sumUp(): void {
    for (const line of this.told.sumUp()) this.#context.say(line);
  }

  /** A limit of the launch: the row of the script as a whole. What ends it is told with its outcome; of a file, here. */
  async tellLimit(name: LimitHit['name'], rule: string): Promise<void> {
    // A program of the script and the script itself may both have met it.
    if (name === 'file-size' && this.#isFileTold) return;
    this.#isFileTold ||= name === 'file-size';
    const { root, rootRunId, append, say } = this.#context;
    if (name === 'file-size') say(`sallyport: stopped: ${rule}`);
    await append([{ type: 'wall/denied', stepId: root.stepId, runId: rootRunId, op: 'other', rule }]);
  }

  /** A program of the script has ended: where the kernel did that for a file's size, it is told like the script's own. */
  async tellExit({ signal }: { readonly signal?: number | undefined }): Promise<void> {
    const rule = describeFileLimit(signal, this.#context.snapshot.limits);
    if (rule !== undefined) await this.tellLimit('file-size', rule);
  }

  /** Writes the row, unless the same run was told of the same thing before. */
  async report(pid: number, denial: Denial): Promise<void> {
    const { runs, root, rootRunId, append } = this.#context;
    const owner = runs.findOwner(pid);
    const runId = owner?.runId ?? rootRunId;
    const key = JSON.stringify([runId, denial.op, denial.path, denial.host]);
    if (this.#seen.has(key) || this.#seen.size > MAX_ROWS) return;
    this.#seen.add(key);
    const told: Denial =
      this.#seen.size > MAX_ROWS
        ? { op: 'other', rule: `more than ${MAX_ROWS} things were stopped` }
        : { ...denial, rule: this.#nameRule(denial) };
    await append([{ type: 'wall/denied', stepId: owner?.stepId ?? root.stepId, runId, ...told }]);
  }

  /** What of the wall stops it, then why nobody was asked. */
  #nameRule({ op, path, rule }: Denial): string {
    const named = path === undefined ? null : nameWallRule({ op, path }, this.#context.snapshot);
    return named === null ? rule : `${named}; ${rule}`;
  }
}
