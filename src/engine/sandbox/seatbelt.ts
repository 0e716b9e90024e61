/**
 * The wall of macOS: seatbelt, by `sandbox-exec` and a profile of ours.
 *
 * Promises: each launch gets a profile planned from the folders as they are at that moment; it dies with this process;
 * when a profile cannot be made nothing is run.
 * Does not promise: programs that leave their process group are not ended with it; what is granted while a program runs
 * opens for the next launch of the session only, for a profile cannot change; programs cannot be held by the kernel.
 */
import { accessSync, constants, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault } from '../../protocol/index.ts';
import { createScope, type Scope } from '../base/index.ts';
import { findPackageRoot } from './helper-paths.ts';
import { listReadOnly } from './hidden-paths.ts';
import { inspectRoots } from './inspect-roots.ts';
import { launchTethered } from './launch-tethered.ts';
import { OpenedPaths } from './opened-paths.ts';
import { pinsOfPlan, planProtection, refuseMovedRoots } from './protect.ts';
import type {
  GrantMode,
  GrantOutcome,
  LaunchSpec,
  Sandbox,
  SandboxProcess,
  SandboxSession,
  SessionSpec,
  WallSettings,
} from './sandbox.ts';
import { scanDenied } from './scan-denied.ts';
import { planSeatbeltGrant } from './seatbelt-grants.ts';
import { type SeatbeltGrant, type SeatbeltSections, seatbeltProfile } from './seatbelt-profile.ts';

/** What a session says of itself; the page and the terminal show it. */
const NOTES = [
  'Programs that leave their process group are not ended with the session: macOS has no namespace of processes.',
  'What you allow while a script runs opens with the next script of the session: a profile of seatbelt cannot change.',
  'Servers inside can listen on the loopback, but no program inside can reach them; no host is asked about.',
];

/** The native part and the fixed sections of this installation. */
export interface SeatbeltParts {
  /** The program of macOS that puts a profile into force. */
  readonly sandboxExec: string;
  readonly tether: string;
  readonly ask: string;
  readonly sections: SeatbeltSections;
}

/** The wall of macOS. */
export function createSeatbelt(parts: SeatbeltParts = findSeatbeltParts()): Sandbox {
  return {
    name: 'seatbelt',
    notesFor,
    openSession: (spec) => openSession(spec, parts),
  };
}

/** danger-full-access on macOS: no wall, but what runs dies with this process. */
export function createTethered(parts: SeatbeltParts = findSeatbeltParts()): Sandbox {
  const notes = ['There is no wall: every file and the network are open.'];
  const openSession = (spec: SessionSpec): SandboxSession => {
    const running = new Map<string, SandboxProcess>();
    return {
      isWalled: false,
      ask: { command: parts.ask, socket: spec.askSocket ?? null },
      notes,
      launch: (launchSpec) => launchInto(running, parts.tether, launchSpec),
      // Everything is open already.
      grant: () => Promise.resolve({ kind: 'granted' }),
      revoke: () => Promise.resolve({ kind: 'granted' }),
      keepsClosed: () => false,
      inspect: () => Promise.resolve([]),
      close: () => endAll(running),
    };
  };
  return { name: 'none', notesFor: () => notes, openSession: (spec) => Promise.resolve(openSession(spec)) };
}

async function launchInto(
  running: Map<string, SandboxProcess>,
  tether: string,
  spec: LaunchSpec,
): Promise<SandboxProcess> {
  const environment = { ...spec.environment, ...spec.innerEnvironment };
  const process = await launchTethered(tether, { ...spec, environment });
  running.set(spec.launchId, process);
  void process.finished.then(() => running.delete(spec.launchId));
  return process;
}

async function endAll(running: ReadonlyMap<string, SandboxProcess>): Promise<void> {
  const processes = [...running.values()];
  for (const process of processes) process.kill();
  await Promise.all(processes.map((process) => process.finished));
}

function notesFor(settings: WallSettings): readonly string[] {
  return settings.networkAccess ? NOTES.slice(0, 2) : NOTES;
}

/** @throws Fault `host` naming what is missing. */
function findSeatbeltParts(): SeatbeltParts {
  const root = findPackageRoot();
  const folder = join(root, 'build', 'helpers', `darwin-${process.arch}`);
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  try {
    const [tether, ask, sandboxExec] = [join(folder, 'tether'), join(folder, 'ask'), '/usr/bin/sandbox-exec'];
    for (const program of [tether, ask, sandboxExec]) accessSync(program, constants.X_OK);
    const sections = {
      base: read('base.sbpl'),
      networkOn: read('network-on.sbpl'),
      networkLoopback: read('network-loopback.sbpl'),
    };
    return { sandboxExec, tether, ask, sections };
  } catch (cause) {
    throw new Fault({
      kind: 'host',
      code: 'helpers-missing',
      message: `A part of the macOS sandbox is missing: ${cause instanceof Error ? cause.message : 'unknown'}.`,
      hint: `Build it: (cd ${root} && node sandbox-helpers/build.mjs)`,
      cause,
    });
  }
}

interface State {
  readonly spec: SessionSpec;
  readonly parts: SeatbeltParts;
  readonly temporary: string;
  readonly own: readonly string[];
  readonly grants: Map<string, SeatbeltGrant>;
  readonly running: Map<string, SandboxProcess>;
  readonly opened: OpenedPaths;
  readonly scope: Scope;
}

async function openSession(spec: SessionSpec, parts: SeatbeltParts): Promise<SandboxSession> {
  const { settings, folders } = spec;
  const roots = rootsOf(settings);
  refuseMovedRoots([settings.workspace, ...roots]);
  const scope = createScope();
  try {
    const own = [folders.sallyportHome, folders.runtimeDir].map((path) => {
      mkdirSync(path, { recursive: true, mode: 0o700 });
      return realpathSync.native(path);
    });
    const temporary = realpathSync.native(mkdtempSync(join(tmpdir(), 'sallyport-')));
    scope.defer(() => rmSync(temporary, { recursive: true, force: true }));
    const state: State = {
      ...{ spec, parts, temporary, own, scope },
      grants: new Map(),
      running: new Map(),
      opened: new OpenedPaths(roots),
    };
    return createSession(state);
  } catch (error) {
    await scope.close();
    throw error;
  }
}

function createSession(state: State): SandboxSession {
  const { spec, parts, scope } = state;
  const firstPlan = planOf(spec.settings);
  scope.defer(() => endAll(state.running));
  return {
    isWalled: true,
    ask: { command: parts.ask, socket: spec.askSocket ?? null },
    notes: [...firstPlan.notes, ...notesFor(spec.settings)],
    launch: (launchSpec) => launch(state, launchSpec),
    grant: (path, mode) => Promise.resolve(grant(state, path, mode)),
    revoke: (path) => Promise.resolve(revoke(state, path)),
    keepsClosed: () => false,
    inspect: () => inspectRoots({ roots: rootsOf(spec.settings), opened: state.opened.list() }, firstPlan),
    close: () => scope.close(),
  };
}

function rootsOf(settings: WallSettings): readonly string[] {
  return settings.sandboxMode === 'read-only' ? [] : settings.writableRoots;
}

function planOf(settings: WallSettings) {
  return planProtection({
    roots: rootsOf(settings),
    names: settings.protectedNames,
    paths: [...settings.protectedPaths, ...listReadOnly(settings)],
  });
}

async function launch(state: State, spec: LaunchSpec): Promise<SandboxProcess> {
  const { settings } = state.spec;
  const roots = rootsOf(settings);
  refuseMovedRoots(roots);
  const plan = planOf(settings);
  const missing = [...plan.missing.values()].flat();
  const profile = seatbeltProfile(
    {
      settings,
      temporary: state.temporary,
      denied: scanDenied(settings).found,
      readOnly: [...plan.readOnly, ...missing, ...plan.watched.map(({ path }) => path)],
      pins: pinsOfPlan(plan, missing, roots),
      grants: [...state.grants.values()],
      own: state.own,
      askSocket: state.spec.askSocket ?? null,
      tag: `sallyport-${spec.launchId}`,
    },
    state.parts.sections,
  );
  const parameters = Object.entries(profile.parameters).flatMap(([name, path]) => ['-D', `${name}=${path}`]);
  return launchInto(state.running, state.parts.tether, {
    ...spec,
    argv: [state.parts.sandboxExec, '-p', profile.text, ...parameters, '--', ...spec.argv],
    innerEnvironment: { ...spec.innerEnvironment, TMPDIR: state.temporary },
  });
}

/** Opens a path for the launches to come. One that runs keeps its profile, and so the call that waits cannot go on. */
function grant(state: State, path: string, mode: GrantMode): GrantOutcome {
  const { settings } = state.spec;
  const planned = planSeatbeltGrant({ path, mode }, settings, state.own);
  if (planned.kind === 'failed') return planned;
  state.opened.note(path, mode, planned.protection);
  state.grants.set(path, planned.grant);
  return state.running.size === 0
    ? { kind: 'granted' }
    : { kind: 'failed', step: 'seatbelt: open from the next script on', errno: 'ENOTSUP' };
}

function revoke(state: State, path: string): GrantOutcome {
  state.grants.delete(path);
  return { kind: 'granted' };
}
