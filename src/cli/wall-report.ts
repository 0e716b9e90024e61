/**
 * `--report FILE`: JSON lines of what the wall stopped.
 *
 * Promises: the file is ours from before the first program starts; what runs inside cannot lead us to another one. It is
 * new, or a plain file that is emptied; never a link, a device, or a file with a second name.
 */
import { closeSync, constants, fstatSync, ftruncateSync, openSync, realpathSync, writeSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { type Event, Fault } from '../protocol/index.ts';
import { maskEvent } from '../replay/index.ts';
import { showLine } from '../timeline/index.ts';

/** One line of a report. */
export interface ReportedDenial {
  readonly op: 'read' | 'write' | 'connect' | 'exec' | 'other';
  readonly path?: string | undefined;
  readonly host?: string | undefined;
  readonly rule: string;
  readonly program?: string | undefined;
  readonly pid?: number | undefined;
  /** The step of the script that it happened in, masked; the first one where several did the same. */
  readonly step?: string | undefined;
  /** Milliseconds since 1970. */
  readonly at: number;
}

const MAX_LINES = 10_000;
const SHOWN = 3;
const MAX_STEP_CHARACTERS = 200;

interface ReportedStep {
  readonly step: string;
  readonly program: string | undefined;
}

export class WallReport {
  readonly #fd: number;
  readonly #name: string;
  readonly #seen = new Map<string, ReportedDenial>();
  readonly #steps = new Map<string, ReportedStep>();
  /** Which step a run belongs to. */
  readonly #runs = new Map<string, string>();

  /** Throws a `user` fault when `typed` cannot be used. */
  constructor(typed: string, workspace: string) {
    this.#name = typed;
    this.#fd = openReport(resolve(typed), workspace);
  }

  /** Writes a line, once for each thing. */
  tell(denial: ReportedDenial): void {
    const key = JSON.stringify([denial.op, denial.path, denial.host, denial.rule]);
    if (this.#seen.has(key) || this.#seen.size > MAX_LINES) return;
    this.#seen.set(key, denial);
    const isLast = this.#seen.size > MAX_LINES;
    const told = isLast ? { op: 'other', rule: `more than ${MAX_LINES} things`, at: denial.at } : denial;
    writeSync(this.#fd, `${JSON.stringify(told)}\n`);
  }

  /** Takes what matters of a session's events. */
  takeEvent(event: Event): void {
    if (event.type === 'step/proposed') {
      const masked = maskEvent(event);
      const text = masked.type === 'step/proposed' ? masked.text : '';
      this.#steps.set(event.stepId, { step: cutStep(text), program: event.argv?.[0] });
    } else if (event.type === 'step/started' || (event.type === 'step/judged' && event.runId !== undefined)) {
      this.#runs.set(event.runId ?? '', event.stepId);
    } else if (event.type === 'wall/denied') {
      const { op, path, host, rule, at, stepId } = event;
      this.tell({ op, path, host, rule, ...this.#stepOf(stepId, event.runId), at });
    } else if (event.type === 'network/judged' && event.verdict === 'refuse') {
      const { host, port, rule, at } = event;
      this.tell({
        op: 'connect',
        host: `${host}:${port}`,
        rule,
        ...this.#stepOf(undefined, event.runId),
        at,
      });
    }
  }

  #stepOf(stepId: string | undefined, runId: string | undefined): Partial<ReportedStep> {
    const known = stepId ?? (runId && this.#runs.get(runId));
    return (known && this.#steps.get(known)) || {};
  }

  /** Closes the file. One line for a person, undefined when nothing was stopped. */
  finish(): string | undefined {
    closeSync(this.#fd);
    const all = [...this.#seen.values()];
    if (all.length === 0) return undefined;
    const shown = all
      .slice(0, SHOWN)
      .map(({ op, path, host, rule }) =>
        showLine(`${op} ${path ?? host ?? ''} (${rule})`.replace('  ', ' ')),
      );
    const more = all.length > SHOWN ? ', …' : '';
    const what = all.length === 1 ? 'one thing' : `${Math.min(all.length, MAX_LINES)} things`;
    return `the wall stopped ${what}: ${shown.join(', ')}${more}; see ${showLine(this.#name)}`;
  }
}

/** At most so many characters, whole ones. */
function cutStep(text: string): string {
  const characters = [...text.slice(0, 2 * MAX_STEP_CHARACTERS + 1)];
  if (characters.length <= MAX_STEP_CHARACTERS) return text;
  return `${characters.slice(0, MAX_STEP_CHARACTERS).join('')}…`;
}

function openReport(path: string, workspace: string): number {
  const place = realPlace(path, workspace);
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_APPEND } = constants;
  const flags = O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_APPEND;
  try {
    return openSync(place, flags | O_CREAT | O_EXCL, 0o600);
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw unusable(path, cause);
  }
  let fd: number;
  try {
    fd = openSync(place, flags);
  } catch (cause) {
    throw unusable(path, cause);
  }
  const { nlink } = fstatSync(fd);
  if (!fstatSync(fd).isFile() || nlink !== 1) {
    closeSync(fd);
    throw unusable(path, undefined);
  }
  ftruncateSync(fd);
  return fd;
}

/** Its folder by its real name. In the workspace an earlier run may have put a link to anywhere. */
function realPlace(path: string, workspace: string): string {
  const isBelow = (inner: string, outer: string): boolean => inner === outer || inner.startsWith(`${outer}/`);
  try {
    const folder = realpathSync(dirname(path));
    const isLedOut = isBelow(dirname(path), workspace) && !isBelow(folder, realpathSync(workspace));
    if (!isLedOut) return join(folder, basename(path));
  } catch (cause) {
    throw unusable(path, cause);
  }
  throw unusable(path, undefined);
}

function unusable(path: string, cause: unknown): Fault {
  const why = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
  return new Fault({
    kind: 'user',
    code: 'report-file',
    message: `--report ${JSON.stringify(path)} cannot be used${why}: it must be a new file, or a plain one of yours with one name`,
    hint: 'name another file, in a folder that exists and that no link in the workspace leads to',
    cause,
  });
}
