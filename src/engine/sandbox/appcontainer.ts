/**
 * The wall of Windows: an AppContainer package per set of rights, and a job object around each launch.
 *
 * Promises: files are opened to the package by a holder before anything runs, and taken back at the end, or by the next
 * session when this process was killed; a launch runs only once the helper has seen that its token is the package's.
 * Does not promise questions while a script runs, nor grants into a running session: both are refused with a reason.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '../../protocol/index.ts';
import { type ChildOutcome, waitForChild } from '../base/index.ts';
import {
  type ContainerPlan,
  containerNotes,
  holdOptions,
  planContainer,
  runOptions,
} from './appcontainer-plan.ts';
import { type ContainerHelper, startContainerHelper } from './container-helper.ts';
import { findWindowsProgram } from './find-windows-program.ts';
import { planProtection, refuseMovedRoots } from './protect.ts';
import type { LaunchSpec, Sandbox, SandboxProcess, SandboxSession, SessionSpec } from './sandbox.ts';
import { scanDenied } from './scan-denied.ts';
import { type StartedProcess, takeChild } from './started-process.ts';
import { startInTerminal } from './terminal.ts';

const BARE_NOTES = ['There is no wall: every file and the network are open.'];

/** @param helper path of `appcontainer-run.exe`; it also runs what has no wall, in its job */
export function createAppContainer(helper: string, name: 'appcontainer' | 'none' = 'appcontainer'): Sandbox {
  const isWalled = name === 'appcontainer';
  return {
    name,
    notesFor: (settings) => (isWalled ? containerNotes(settings) : BARE_NOTES),
    openSession: (spec) => openSession(spec, helper, isWalled),
  };
}

async function openSession(spec: SessionSpec, helper: string, isWalled: boolean): Promise<SandboxSession> {
  mkdirSync(spec.folders.runtimeDir, { recursive: true });
  const plan = isWalled ? planSession(spec) : null;
  const running = new Set<SandboxProcess>();
  const holder = plan === null ? null : await startHolder(spec, helper, plan);
  // What is not held open any more must not go on running in it.
  void holder?.finished.then(() => {
    for (const process of running) process.kill();
  });
  return {
    isWalled,
    ask: { command: '', socket: null },
    notes: plan?.notes ?? BARE_NOTES,
    async launch(launchSpec) {
      const launched = await launch({ session: spec, helper, plan }, launchSpec);
      running.add(launched);
      void launched.finished.then(() => running.delete(launched));
      return launched;
    },
    grant: () => Promise.resolve(isWalled ? NO_LIVE_GRANTS : { kind: 'granted' }),
    revoke: () => Promise.resolve(isWalled ? NO_LIVE_GRANTS : { kind: 'granted' }),
    keepsClosed: () => false,
    inspect: () => Promise.resolve([]),
    async close() {
      const processes = [...running];
      for (const process of processes) process.kill();
      await Promise.all(processes.map((process) => process.finished));
      holder?.send('close');
      await holder?.finished;
    },
  };
}

const NO_LIVE_GRANTS = {
  kind: 'failed',
  step: 'on Windows a running session cannot be opened further: start a new one with --add-dir',
  errno: 'ENOSYS',
} as const;

function planSession({ settings, folders }: SessionSpec): ContainerPlan {
  const real = (path: string): string => {
    mkdirSync(path, { recursive: true });
    return realpathSync.native(path);
  };
  refuseMovedRoots([settings.workspace, ...settings.writableRoots]);
  return planContainer({
    denied: scanDenied(settings),
    settings,
    folders: { sallyportHome: real(folders.sallyportHome), runtimeDir: real(folders.runtimeDir) },
    searchPath: realFolders((process.env['PATH'] ?? '').split(';')),
    protection: planProtection({
      roots: settings.sandboxMode === 'workspace-write' ? settings.writableRoots : [],
      names: settings.protectedNames,
      paths: settings.protectedPaths,
    }),
  });
}

function realFolders(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    try {
      const real = realpathSync.native(path);
      return path !== '' && statSync(real).isDirectory() ? [real] : [];
    } catch {
      return [];
    }
  });
}

interface Holder {
  readonly finished: Promise<ChildOutcome>;
  send(word: 'close'): void;
}

async function startHolder(spec: SessionSpec, helper: string, plan: ContainerPlan): Promise<Holder> {
  const journals = join(spec.folders.sallyportHome, 'windows-grants');
  mkdirSync(journals, { recursive: true });
  const opened = await startContainerHelper({
    folder: spec.folders.runtimeDir,
    options: holdOptions(plan, journals),
    awaited: 'held',
    start(words) {
      const child = spawn(helper, ['hold', ...words], { stdio: 'ignore', windowsHide: true });
      return { finished: waitForChild(child) };
    },
  });
  return { finished: opened.started.finished, send: (word) => opened.helper.send(word) };
}

interface LaunchPlace {
  readonly session: SessionSpec;
  readonly helper: string;
  readonly plan: ContainerPlan | null;
}

async function launch(place: LaunchPlace, spec: LaunchSpec): Promise<SandboxProcess> {
  if (spec.gate !== 'none') throw noGate();
  const [name, ...rest] = spec.argv;
  const program = findWindowsProgram(
    name,
    spec.cwd,
    { ...spec.environment, ...spec.innerEnvironment },
    isFile,
  );
  if (program === null) throw noProgram(name);
  const hasGroup = spec.stdio.kind === 'pipes';
  const group = hasGroup ? ['--group', 'own'] : [];
  const opened = await startContainerHelper({
    folder: place.session.folders.runtimeDir,
    options: runOptions(place.plan, spec, place.session.settings.limits),
    awaited: 'started',
    start: (words) => start(place.helper, spec, ['run', ...group, ...words, '--', program, ...rest]),
  });
  return describe(spec.launchId, opened.started, opened.helper, hasGroup);
}

/** Its own environment is ours: the program's is in the options. */
function start(
  helper: string,
  spec: LaunchSpec,
  words: readonly string[],
): StartedProcess | Promise<StartedProcess> {
  if (spec.stdio.kind === 'terminal') {
    const environment = Object.fromEntries(
      Object.entries(process.env).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value] as const],
      ),
    );
    const supervised = { launchId: spec.launchId, execGate: helper, options: [], command: [], cwd: spec.cwd };
    const stream = {
      environment,
      stdio: spec.stdio,
      gate: 'none',
      socketFolder: null,
      handlers: {},
    } as const;
    return startInTerminal({ ...supervised, ...stream }, spec.stdio, words);
  }
  const isPiped = spec.stdio.kind === 'pipes';
  const child = spawn(helper, words, {
    stdio: isPiped ? 'pipe' : 'inherit',
    cwd: spec.cwd,
    windowsHide: isPiped,
  });
  return takeChild(child);
}

function describe(
  launchId: string,
  started: StartedProcess,
  helper: ContainerHelper,
  hasGroup: boolean,
): SandboxProcess {
  return {
    launchId,
    gate: null,
    pipes: started.pipes,
    terminal: started.terminal,
    finished: started.finished,
    signal(signal) {
      // On a console of ours Ctrl-C reaches the program by itself.
      if (signal === 'SIGINT' && !hasGroup) return;
      helper.send(signal === 'SIGINT' ? 'break' : 'kill');
    },
    kill: () => helper.send('kill'),
  };
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function noGate(): Fault {
  return new Fault({
    kind: 'host',
    code: 'gate-missing',
    message: 'On Windows no program can be held for a question.',
    hint: 'Set exec_gate = false, or use WSL 2.',
  });
}

function noProgram(name: string): Fault {
  return new Fault({
    kind: 'user',
    code: 'no-such-program',
    message: `${JSON.stringify(name)} was not found on the search path.`,
    hint: 'Name it by its whole path. The working folder is not searched.',
  });
}
