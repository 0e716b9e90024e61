import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { makeFolder, own, type TestUser } from './helper-files.ts';

export interface GateEvent {
  readonly type: string;
  readonly launch?: string;
  readonly pid: number;
  readonly slot: number;
  readonly gate?: string;
  readonly exitCodes?: boolean;
  readonly path: string;
  readonly argv: readonly string[];
  readonly program?: string;
  readonly cwd?: string;
  readonly kind?: string;
  readonly op?: string;
  readonly from?: string;
  readonly fromKind?: string;
  readonly host?: string;
  readonly shebang?: string;
  readonly threads?: number;
  readonly shared?: boolean;
  readonly traced?: boolean;
  readonly env?: readonly string[];
  readonly envCut?: boolean;
  readonly what?: string;
  readonly truncated?: boolean;
  readonly lossy?: boolean;
  readonly ok?: boolean;
  readonly code?: number;
  readonly signal?: number;
  readonly name?: string;
  readonly rule?: string;
}

export interface GateSpec {
  readonly helpers: string;
  readonly user?: TestUser | undefined;
  readonly argv: readonly string[];
  /** Joins a holder's view and starts bubblewrap in it; without it the program runs bare. */
  readonly anchorPid?: number;
  /** Writable inside. */
  readonly workspace: string;
  readonly gate?: 'none' | 'exec' | 'exec,write';
  readonly lock?: string;
  /** Options of limits. */
  readonly limits?: readonly string[];
  /** The program gets real pipes. */
  readonly pipes?: boolean;
  /** Line that answers an event; none leaves it open. */
  readonly decide?: (event: GateEvent, gate: RunningGate) => string | undefined;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface RunningGate {
  readonly child: ChildProcess;
  readonly events: readonly GateEvent[];
  readonly socket: Socket;
  send(line: string): void;
  /** The n-th event that fits, now or later. */
  wait(fits: (event: GateEvent) => boolean, count?: number): Promise<GateEvent>;
  readonly finished: Promise<{ code: number | null; signal: string | null; stdout: string; stderr: string }>;
}

export const launchers = new Set([
  'sh',
  'bash',
  'dash',
  'env',
  'xargs',
  'timeout',
  'nohup',
  'nice',
  'setsid',
]);

/** Allows everything; launchers are gated further. */
export function allowAll(event: GateEvent): string | undefined {
  if (['write', 'change', 'connect'].includes(event.type)) return `allow ${event.slot}`;
  if (event.type !== 'exec') return undefined;
  const name = (event.argv[0] ?? '').split('/').pop() ?? '';
  return launchers.has(name) ? `through ${event.slot}` : `allow ${event.slot} watch`;
}

/** The command lines that were asked, in order. */
export function askedOf(gate: RunningGate): string[] {
  return gate.events.filter((event) => event.type === 'exec').map((event) => event.argv.join(' '));
}

function bubblewrap(spec: GateSpec): string[] {
  return [
    ...[
      '/usr/bin/bwrap',
      '--unshare-user',
      '--disable-userns',
      '--unshare-pid',
      '--unshare-ipc',
      '--unshare-uts',
    ],
    ...['--die-with-parent', '--cap-drop', 'ALL', '--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc'],
    ...['--bind', spec.workspace, spec.workspace],
    ...['--seccomp', '10'],
    ...['--chdir', spec.workspace, '--'],
  ];
}

export async function startGate(spec: GateSpec): Promise<RunningGate> {
  const folder = makeFolder(spec.user);
  const path = join(folder, 'rpc');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  own(path, spec.user);
  const connected = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const mode = spec.gate ?? 'exec';
  const inner =
    mode === 'none' ? spec.argv : [join(spec.helpers, 'exec-gate'), 'run', '9', '--', ...spec.argv];
  const words = [
    ...[
      'sup',
      ...(spec.pipes === true ? ['--pipes'] : []),
      '--rpc',
      path,
      '--launch',
      'launch-1',
      '--gate',
      mode,
    ],
    ...(spec.anchorPid === undefined
      ? []
      : ['--anchor', String(spec.anchorPid), '--wall', join(spec.helpers, 'wall.bpf')]),
    ...(spec.limits ?? []),
    ...(spec.lock === undefined ? [] : ['--hold-lock', spec.lock]),
    ...['--', ...(spec.anchorPid === undefined ? [] : bubblewrap(spec)), ...inner],
  ];
  const child = spawn(join(spec.helpers, 'exec-gate'), words, {
    ...spec.user?.ids,
    cwd: spec.anchorPid === undefined ? spec.workspace : '/',
    env: { PATH: '/usr/bin:/bin', HOME: '/', LC_ALL: 'C', ...spec.environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const output = collect(child);
  const finished = new Promise<{
    code: number | null;
    signal: string | null;
    stdout: string;
    stderr: string;
  }>((resolve) => child.once('close', (code, signal) => resolve({ code, signal, ...output() })));
  const socket = await Promise.race([connected, finished]);
  server.close();
  if (!('write' in socket)) throw new Error(`the supervisor ended: ${JSON.stringify(socket)}`);
  return attach(spec, child, { socket, finished });
}

function collect(child: ChildProcess): () => { stdout: string; stderr: string } {
  const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  child.stdout?.on('data', (chunk: Buffer) => chunks.stdout.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => chunks.stderr.push(chunk));
  child.stdin?.on('error', () => undefined);
  return () => ({
    stdout: Buffer.concat(chunks.stdout).toString(),
    stderr: Buffer.concat(chunks.stderr).toString(),
  });
}

function attach(
  spec: GateSpec,
  child: ChildProcess,
  { socket, finished }: Pick<RunningGate, 'socket' | 'finished'>,
): RunningGate {
  const events: GateEvent[] = [];
  const waiting = new Set<() => void>();
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const gate: RunningGate = {
    child,
    events,
    socket,
    finished: finished.then(async (result) => {
      await ended;
      return result;
    }),
    send: (line) => void socket.write(`${line}\n`),
    wait: (fits, count = 1) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = events.filter(fits)[count - 1];
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
  };
  let rest = '';
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const event = JSON.parse(line) as GateEvent;
      events.push(event);
      const answer = spec.decide?.(event, gate);
      if (answer !== undefined) gate.send(answer);
      for (const look of [...waiting]) look();
    }
  });
  return gate;
}
