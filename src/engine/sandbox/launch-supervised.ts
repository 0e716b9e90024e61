/**
 * Starts one program under its supervisor.
 *
 * Promises: the supervisor, and with it everything it started, dies with this process; when a control channel was asked
 * for, the launch counts as started only once the supervisor has called back on it.
 * Must run on the main thread: the kernel ties the supervisor's life to the thread that started it.
 */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { constants } from 'node:os';
import { join } from 'node:path';
import { Fault } from '../../protocol/index.ts';
import { removeGroups } from './control-groups.ts';
import {
  attachExecGate,
  type ExecGate,
  type GateHandlers,
  type GateMode,
  type LimitHit,
} from './exec-gate.ts';
import { FOLDER_MOVED_STATUS, folderMovedFault } from './folder-mark.ts';
import type { LaunchLimits } from './limits.ts';
import type { LaunchStdio, SandboxProcess } from './sandbox.ts';
import { type StartedProcess, signalUntilEnded, takeChild } from './started-process.ts';
import { startInTerminal } from './terminal.ts';
import { withUmask } from './with-umask.ts';

export interface SupervisedSpec {
  readonly launchId: string;
  /** Path of the supervisor. */
  readonly execGate: string;
  /** What the whole launch may use; without it, whatever there is. */
  readonly limits?: LaunchLimits;
  /** Further options of the supervisor. */
  readonly options: readonly string[];
  /** What it starts, with its arguments. */
  readonly command: readonly string[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly stdio: LaunchStdio;
  readonly umask?: number | undefined;
  readonly gate: GateMode;
  /** Where the control socket is made; null for no control channel (then `gate` must be `none`). */
  readonly socketFolder: string | null;
  readonly handlers: GateHandlers;
}

/** @throws Fault `host` when the supervisor could not start or ended before it called back. */
export async function launchSupervised(spec: SupervisedSpec): Promise<SandboxProcess> {
  const channel = spec.socketFolder === null ? null : await openChannel(spec.socketFolder);
  try {
    const rpc = channel === null ? [] : ['--rpc', channel.path, '--launch', spec.launchId];
    // Node's own "pipes" are sockets: no path such as /dev/stdout opens them, and bash takes one for a remote shell's.
    const pipes = spec.stdio.kind === 'pipes' ? ['--pipes'] : [];
    const words = [
      'sup',
      ...spec.options,
      ...(spec.limits?.options ?? []),
      ...pipes,
      ...rpc,
      '--gate',
      spec.gate,
      '--',
      ...spec.command,
    ];
    const started =
      spec.stdio.kind === 'terminal' ? await startInTerminal(spec, spec.stdio, words) : start(spec, words);
    const { limits } = spec;
    if (limits !== undefined) void started.finished.then(() => removeGroups(limits.places, started.pid));
    const gate = channel === null ? null : await connect(spec, started, channel);
    return describeProcess(spec, started, gate);
  } finally {
    channel?.close();
  }
}

function start(spec: SupervisedSpec, words: readonly string[]): StartedProcess {
  const child = withUmask(spec.umask, () =>
    spawn(spec.execGate, words, {
      stdio: spec.stdio.kind === 'pipes' ? 'pipe' : 'inherit',
      env: { ...spec.environment },
      cwd: spec.cwd,
    }),
  );
  return takeChild(child);
}

interface Channel {
  readonly path: string;
  readonly connected: Promise<Socket>;
  close(): void;
}

/**
 * Listens for the one supervisor that will call. The folder is the person's own (0700), so nobody else can. Randomness is
 * loaded here only: a bare run has no channel and would wait 10 ms for it.
 */
async function openChannel(folder: string): Promise<Channel> {
  const path = join(
    folder,
    `gate-${process.getBuiltinModule('node:crypto').randomBytes(6).toString('hex')}.sock`,
  );
  const connected = Promise.withResolvers<Socket>();
  const server: Server = createServer({ pauseOnConnect: true }, (socket) => {
    server.close();
    connected.resolve(socket);
  });
  server.maxConnections = 1;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(channelFault(path, cause)));
    server.listen(path, resolve);
  });
  const close = (): void => {
    server.close();
    rmSync(path, { force: true });
  };
  return { path, connected: connected.promise, close };
}

async function connect(spec: SupervisedSpec, started: StartedProcess, channel: Channel): Promise<ExecGate> {
  const socket = await Promise.race([channel.connected, started.finished]);
  if (!('write' in socket)) {
    if (socket.kind === 'exited' && socket.code === FOLDER_MOVED_STATUS) throw folderMovedFault(spec.cwd);
    const words = started.pipes?.stderr.read();
    const how = Buffer.isBuffer(words) ? words.toString('utf8').trim().slice(0, 500) : '';
    throw new Fault({
      kind: 'host',
      code: 'supervisor-failed',
      message: `The sandbox could not be started${how === '' ? '.' : `: ${how}`}`,
      hint: '`sallyport doctor` says what this machine lacks. Nothing was run.',
    });
  }
  // Nothing is read before the caller has what this returns: a handler may need the launch that it is told about.
  socket.pause();
  const gate = attachExecGate(socket, spec.launchId, spec.handlers);
  setImmediate(() => socket.resume());
  return gate;
}

/** So long a supervisor may take to end what it started before it is ended itself, and all of it with it. */
const KILL_ANSWER_MS = 3000;

function describeProcess(
  { launchId, handlers }: Pick<SupervisedSpec, 'launchId' | 'handlers'>,
  started: StartedProcess,
  gate: ExecGate | null,
): SandboxProcess {
  let isKilled = false;
  void started.finished.then((outcome) => {
    gate?.close();
    // It takes every signal that it can: this one came from somebody else.
    if (outcome.kind === 'signalled' && !isKilled)
      handlers.onLimit?.(wallEnded(`its supervisor, ${outcome.signal}`));
  });
  const signalSupervisor = signalUntilEnded(started);
  return {
    launchId,
    gate,
    pipes: started.pipes,
    terminal: started.terminal,
    finished: started.finished,
    signal(signal) {
      if (gate === null) signalSupervisor(signal);
      else gate.signal(constants.signals[signal]);
    },
    kill() {
      isKilled = true;
      gate?.kill();
      if (gate === null) return signalSupervisor('SIGKILL');
      // The supervisor ends its tree itself; when it is stuck, its own death does.
      setTimeout(() => signalSupervisor('SIGKILL'), KILL_ANSWER_MS).unref();
    },
  };
}

/** What is told of a launch whose wall somebody else has ended; `what` names the part and how. */
export function wallEnded(what: string): LimitHit {
  const rule = `the wall was ended from outside (${what}); everything in it has ended`;
  return { type: 'limit', name: 'wall', rule };
}

function channelFault(path: string, cause: unknown): Fault {
  return new Fault({
    kind: 'host',
    code: 'gate-socket-failed',
    message: `The control socket ${path} could not be made.`,
    hint:
      path.length > 100
        ? 'Set SALLYPORT_HOME to a shorter path.'
        : 'Is the folder writable, and the disk not full?',
    cause,
  });
}
