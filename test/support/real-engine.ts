import { mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { createEngine, type Engine } from '../../src/engine/index.ts';
import {
  type Approval,
  type ApprovalAnswer,
  type Event,
  type EventOf,
  NO_FLAGS,
  type SessionExecResult,
  type SessionFlags,
  type SessionOpenParams,
} from '../../src/protocol/index.ts';

export const allowOnce: ApprovalAnswer = { outcome: 'allowed', scope: 'once' };
export const allowSession: ApprovalAnswer = { outcome: 'allowed', scope: 'session' };

export function rejectWith(feedback: string): ApprovalAnswer {
  return { outcome: 'rejected', feedback };
}

export interface ScriptOptions {
  readonly cwd: string;
  readonly policy?: string;
  readonly sandbox?: string;
  readonly flags?: Partial<SessionFlags>;
  readonly env?: Record<string, string>;
  readonly answers?: SessionOpenParams['answers'];
  readonly stdin?: string;
  /** Called for every question; undefined leaves it open. */
  answer?(approval: Approval, earlier: number): ApprovalAnswer | undefined;
  onEvent?(event: Event): void;
}

export interface ScriptResult {
  readonly result: SessionExecResult;
  readonly stdout: string;
  readonly stderr: string;
  readonly questions: readonly Approval[];
  readonly events: readonly Event[];
}

export interface RealEngine {
  readonly engine: Engine;
  readonly home: string;
  run(script: string, options: ScriptOptions): Promise<ScriptResult>;
  stop(): Promise<void>;
}

/** A folder of this test's own, removed by the returned function. */
export function makeFolder(name = 'sallyport-test', parent = tmpdir()): { path: string; remove(): void } {
  const path = mkdtempSync(join(parent, `${name}-`));
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 3 }) };
}

/** A real engine with a home of its own, in this process. */
export async function startRealEngine(
  options: Pick<Parameters<typeof createEngine>[0], 'resolve' | 'requirementsFile'> = {},
): Promise<RealEngine> {
  const folder = makeFolder('sallyport-home');
  const engine = await createEngine({
    home: folder.path,
    runtimeDir: join(folder.path, 'run'),
    version: '0.0.0-test',
    ...options,
  });
  return {
    engine,
    home: folder.path,
    run: (script, options) => runScript(engine, script, options),
    stop: async () => {
      await engine.stop();
      folder.remove();
    },
  };
}

/** One script as a session of an engine, to its end. */
export async function runScript(
  engine: Engine,
  script: string,
  options: ScriptOptions,
): Promise<ScriptResult> {
  const questions: Approval[] = [];
  const events: Event[] = [];
  let sessionId: string | undefined;
  const early: Event[] = [];
  const take = (event: Event): void => {
    if (event.sessionId !== sessionId) return;
    events.push(event);
    options.onEvent?.(event);
    if (event.type === 'approval/asked') onAsked(engine, options, questions, event);
  };
  const unsubscribe = engine.subscribe((batch) => {
    for (const event of batch) sessionId === undefined ? early.push(event) : take(event);
  });
  const stdout = collector();
  const stderr = collector();
  const stdin = new PassThrough();
  stdin.end(options.stdin ?? '');
  const { session } = await engine.openSession(openParams(options), {
    stdin,
    stdout: stdout.stream,
    stderr: stderr.stream,
  });
  sessionId = session.sessionId;
  early.forEach(take);
  const result = await session.exec(script);
  await session.close('finished');
  unsubscribe();
  return { result, stdout: stdout.text(), stderr: stderr.text(), questions, events };
}

function onAsked(
  engine: Engine,
  options: ScriptOptions,
  questions: Approval[],
  event: EventOf<'approval/asked'>,
): void {
  questions.push(event);
  const answer = options.answer?.(event, questions.length - 1);
  if (!answer) return;
  const { approvalId } = event;
  engine.answerApproval({ approvalId, requestKey: approvalId, by: 'test', answer }).catch(() => undefined);
}

/** What an opener sends. */
export function openParams(options: ScriptOptions) {
  return {
    origin: 'exec',
    cwd: options.cwd,
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: homedir(), ...options.env },
    umask: 0o022,
    hasStdin: options.stdin !== undefined,
    answers: options.answers ?? ('others' as const),
    flags: {
      ...NO_FLAGS,
      ...(options.policy !== undefined && { askForApproval: options.policy }),
      ...(options.sandbox !== undefined && { sandbox: options.sandbox }),
      ...options.flags,
    },
  };
}

function collector(): { stream: Writable; text(): string } {
  const pieces: Buffer[] = [];
  const stream = new Writable({
    write(piece: Buffer, _encoding, done) {
      pieces.push(piece);
      done();
    },
  });
  return { stream, text: () => Buffer.concat(pieces).toString('utf8') };
}
