import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { exitStatusOf } from '../../src/engine/base/index.ts';
import { loadConfig } from '../../src/engine/config/index.ts';
import {
  chooseSandbox,
  type GateMode,
  type SandboxProcess,
  type SandboxSession,
  scrubEnvironment,
} from '../../src/engine/sandbox/index.ts';
import { NO_FLAGS } from '../../src/protocol/index.ts';
import { makeFolder, startRealEngine } from '../support/real-engine.ts';
import { type BenchRow, timeInTurn } from './measure.ts';

const run = promisify(execFile);
const ROUNDS = 25;
const EXECS = 300;

const BARE = ['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc', '--unshare-all', '/bin/true'];

export interface BenchSession {
  readonly session: SandboxSession;
  readonly cwd: string;
  run(argv: readonly [string, ...string[]], gate: GateMode): Promise<void>;
  close(): Promise<void>;
}

/**
 * An open session: workspace-write, one root, the protected folders there. Every question is answered yes at once; a
 * program that fails is an error.
 * @param folder a workspace that stays; without it, one is made and removed
 */
export async function openBenchSession(folder?: string): Promise<BenchSession> {
  const workspace =
    folder === undefined ? makeFolder('sallyport-bench') : { path: folder, remove: () => undefined };
  for (const name of ['.git', '.agents', '.codex', '.sallyport'])
    mkdirSync(join(workspace.path, name), { recursive: true });
  const home = makeFolder('sallyport-bench-home');
  const runtimeDir = join(home.path, 'run');
  mkdirSync(runtimeDir);
  const env = { PATH: '/usr/bin:/bin', HOME: homedir(), SALLYPORT_HOME: home.path };
  const flags = NO_FLAGS;
  const { snapshot } = loadConfig({
    cwd: workspace.path,
    env,
    home: homedir(),
    flags,
    ports: { findSecrets: () => [] },
  });
  const folders = { sallyportHome: home.path, runtimeDir };
  const session = await chooseSandbox('workspace-write').openSession({ settings: snapshot, folders });
  let count = 0;
  const run = async (argv: readonly [string, ...string[]], gate: GateMode): Promise<void> => {
    count += 1;
    const launched: SandboxProcess = await session.launch({
      launchId: `bench-${count}`,
      argv,
      cwd: workspace.path,
      environment: scrubEnvironment(env, snapshot.environment, snapshot).passed,
      gate,
      handlers: { onExec: (held) => launched.gate?.allow(held.slot) },
      stdio: { kind: 'pipes' },
    });
    launched.pipes?.stdin.end();
    launched.pipes?.stdout.resume();
    launched.pipes?.stderr.resume();
    const status = exitStatusOf(await launched.finished);
    if (status !== 0) throw new Error(`${argv.join(' ')} ended with ${status}`);
  };
  const close = async (): Promise<void> => {
    await session.close();
    workspace.remove();
    home.remove();
  };
  return { session, cwd: workspace.path, run, close };
}

const loop = (program: string) => `for ((i = 0; i < ${EXECS}; i++)); do ${program}; done`;

/** A launch of `true` in an open session, and what the gate adds to each program that a shell starts. */
export async function benchLaunch(): Promise<BenchRow[]> {
  const bench = await openBenchSession();
  const times = await timeInTurn(ROUNDS, {
    bare: () => run('/usr/bin/bwrap', BARE),
    launch: () => bench.run(['/bin/true'], 'exec,write'),
  });
  const shell = (gate: GateMode) => () => bench.run(['/bin/bash', '-c', loop('/bin/true')], gate);
  const loops = await timeInTurn(7, { without: shell('none'), held: shell('exec') });
  await bench.close();
  const baseline = { name: 'bare bwrap', value: times.bare };
  const ratio = times.launch / times.bare;
  return [
    {
      name: 'launch of true in an open session',
      value: times.launch,
      unit: 'ms',
      baseline,
      ratio,
      aim: 'ratio at most 2.5',
    },
    {
      name: 'gate: a program held and let go by the engine process',
      value: (loops.held - loops.without) / EXECS,
      unit: 'ms/exec',
      baseline: { name: 'the same start without a gate', value: loops.without / EXECS },
      ratio: loops.held / loops.without,
      aim: 'at most 0.3 ms',
    },
  ];
}

/** The whole way: held, judged, in the history, let go. */
export async function benchGate(): Promise<BenchRow[]> {
  const real = await startRealEngine();
  const workspace = makeFolder('sallyport-bench');
  const script = (text: string) => () => real.run(text, { cwd: workspace.path, policy: 'on-request' });
  const plain = () => run('/bin/bash', ['-c', loop('/bin/true')], { cwd: workspace.path });
  const times = await timeInTurn(5, { plain, gated: script(loop('/bin/true')), empty: script('true') });
  await real.stop();
  workspace.remove();
  const value = (times.gated - times.empty - times.plain) / EXECS;
  return [
    { name: 'gate: held, judged, durably written down, let go', value, unit: 'ms/exec' },
    { name: 'exec of an empty script in a running engine', value: times.empty, unit: 'ms' },
  ];
}

/** Whole processes of the command line. */
export async function benchProcesses(cli: readonly [string, ...string[]]): Promise<BenchRow[]> {
  const workspace = makeFolder('sallyport-bench');
  const [program, ...before] = cli;
  const options = { cwd: workspace.path };
  const times = await timeInTurn(15, {
    node: () => run(process.execPath, ['-e', '0'], options),
    version: () => run(program, [...before, '--version'], options),
    sandbox: () => run(program, [...before, 'sandbox', '--', 'true'], options),
  });
  workspace.remove();
  const baseline = { name: 'empty node', value: times.node };
  return [
    {
      name: 'sallyport --version',
      value: times.version,
      unit: 'ms',
      baseline,
      ratio: times.version / times.node,
    },
    {
      name: 'sallyport sandbox -- true',
      value: times.sandbox,
      unit: 'ms',
      baseline,
      ratio: times.sandbox / times.node,
      aim: 'at most 120 ms',
    },
  ];
}
