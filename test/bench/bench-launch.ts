import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { loadConfig } from '../../src/engine/config/index.ts';
import { chooseSandbox, scrubEnvironment } from '../../src/engine/sandbox/index.ts';
import { makeFolder, startRealEngine } from '../support/real-engine.ts';
import { type BenchRow, timeInTurn } from './measure.ts';

const run = promisify(execFile);
const ROUNDS = 25;
const EXECS = 300;

const BARE = ['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc', '--unshare-all', '/bin/true'];

/** A launch of `true` in a session that is open: workspace-write, one root, three protected paths, gate on. */
export async function benchLaunch(): Promise<BenchRow[]> {
  const workspace = makeFolder('sallyport-bench');
  for (const name of ['.git', '.agents', '.codex', '.sallyport']) mkdirSync(join(workspace.path, name));
  const home = makeFolder('sallyport-bench-home');
  const runtimeDir = join(home.path, 'run');
  mkdirSync(runtimeDir);
  const env = { PATH: '/usr/bin:/bin', HOME: homedir(), SALLYPORT_HOME: home.path };
  const flags = { addDirs: [], overrides: [], fullAuto: false, bypass: false };
  const { snapshot } = loadConfig({
    cwd: workspace.path,
    env,
    home: homedir(),
    flags,
    ports: { findSecrets: () => [] },
  });
  const session = await chooseSandbox('workspace-write').openSession({
    settings: snapshot,
    folders: { sallyportHome: home.path, runtimeDir },
  });
  let count = 0;
  const launch = async (): Promise<void> => {
    count += 1;
    const launched = await session.launch({
      launchId: `bench-${count}`,
      argv: ['/bin/true'],
      cwd: workspace.path,
      environment: scrubEnvironment(env, snapshot.environment, snapshot).passed,
      gate: 'exec,write',
      handlers: {},
      stdio: { kind: 'pipes' },
    });
    launched.pipes?.stdin.end();
    launched.pipes?.stdout.resume();
    launched.pipes?.stderr.resume();
    await launched.finished;
  };
  const times = await timeInTurn(ROUNDS, { bare: () => run('/usr/bin/bwrap', BARE), launch });
  await session.close();
  workspace.remove();
  home.remove();
  return [
    {
      name: 'launch of true in an open session',
      value: times.launch,
      unit: 'ms',
      baseline: { name: 'bare bwrap', value: times.bare },
      ratio: times.launch / times.bare,
      aim: 'ratio at most 2.5',
    },
  ];
}

/** What holding a program costs: many starts of `true` by one shell, with and without the gate. */
export async function benchGate(): Promise<BenchRow[]> {
  const real = await startRealEngine();
  const workspace = makeFolder('sallyport-bench');
  const loop = (program: string) => `for ((i = 0; i < ${EXECS}; i++)); do ${program}; done`;
  const gated = () => real.run(loop('/bin/true'), { cwd: workspace.path, policy: 'on-request' });
  const deep = () =>
    real.run(
      `python3 -c "import subprocess
for i in range(${EXECS}): subprocess.run(['/bin/true'])"`,
      { cwd: workspace.path, policy: 'on-request' },
    );
  const plain = () => run('/bin/bash', ['-c', loop('/bin/true')], { cwd: workspace.path });
  const plainDeep = () =>
    run('python3', ['-c', `import subprocess\nfor i in range(${EXECS}): subprocess.run(['/bin/true'])`]);
  const empty = () => real.run('true', { cwd: workspace.path, policy: 'on-request' });
  const times = await timeInTurn(5, { plain, gated, deep, plainDeep, empty });
  await real.stop();
  workspace.remove();
  const judged = (times.gated - times.empty - times.plain) / EXECS;
  const passed = (times.deep - times.empty - times.plainDeep) / EXECS;
  return [
    {
      name: 'gate: a program started by an allowed program',
      value: passed,
      unit: 'ms/exec',
      aim: 'at most 0.3 ms',
    },
    { name: 'gate: held, judged, written down, let go', value: judged, unit: 'ms/exec' },
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
