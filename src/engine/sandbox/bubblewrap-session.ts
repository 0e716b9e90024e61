/**
 * One session behind the bubblewrap wall: its view, its launches and its grants.
 *
 * Promises: every launch is planned from the folders as they are at that moment; a grant reaches what runs and what comes
 * later, and a revoke both; when the holder dies, every launch is ended.
 */
import { Fault } from '../../protocol/index.ts';
import type { Scope } from '../base/index.ts';
import type { GateHandlers } from './exec-gate.ts';
import { describeFullTmp } from './full-tmp.ts';
import { type GrantedPath, type GrantPlan, planGrant } from './granted-paths.ts';
import type { HelperPaths } from './helper-paths.ts';
import { describeExposed, type Exposed, HiddenGuard } from './hidden-guard.ts';
import type { Holder } from './holder.ts';
import { identifySocket, listHostSockets } from './host-sockets.ts';
import { INSIDE_PATHS } from './inside-paths.ts';
import { inspectRoots } from './inspect-roots.ts';
import { LateHidden } from './late-hidden.ts';
import { launchSupervised, type SupervisedSpec, wallEnded } from './launch-supervised.ts';
import { launchWords, rootsOf } from './launch-words.ts';
import { planLimits } from './limits.ts';
import { LiveGrants } from './live-grants.ts';
import { describeLost, isReplaced } from './lost-places.ts';
import { OpenedPaths } from './opened-paths.ts';
import { isBelow, isInside } from './path-inside.ts';
import type { Placeholders } from './placeholders.ts';
import { type ProtectPlan, type ProtectSpec, planProtection, refuseMovedRoots } from './protect.ts';
import type {
  GrantMode,
  GrantOutcome,
  LaunchSpec,
  SandboxProcess,
  SandboxSession,
  SessionSpec,
  WallSettings,
} from './sandbox.ts';
import type { View } from './view.ts';

export const BUBBLEWRAP = '/usr/bin/bwrap';

export interface SessionParts {
  readonly spec: SessionSpec;
  readonly helpers: HelperPaths;
  readonly holder: Holder;
  readonly view: View;
  readonly placeholders: Placeholders;
  readonly protectSpec: ProtectSpec;
  readonly firstPlan: ProtectPlan;
  readonly scope: Scope;
}

interface Running {
  /** Null until its supervisor has called back. */
  process: SandboxProcess | null;
  /** Host number of the root program once it runs. */
  rootPid: number | null;
  /** Told when the wall goes although nobody here has ended it. */
  readonly onLimit: GateHandlers['onLimit'];
  /** Grants that its own mounts include. */
  readonly planned: ReturnType<LiveGrants['mounted']>;
  /** Told while it starts: something lies open to it that must not. */
  mustEnd: boolean;
}

interface State extends SessionParts {
  readonly grants: LiveGrants;
  readonly running: Map<string, Running>;
  /** By path, the socket that was covered: a later one of the same name is another. */
  readonly hiddenSockets: Map<string, string>;
  readonly lateHidden: LateHidden;
  readonly guard: HiddenGuard;
  /** No launch may start any more. */
  isClosed: boolean;
}

/**
 * A launch that does not end although its supervisor was killed hangs in the kernel: what it lives in, the namespaces of
 * the holder, is taken from it then all the same.
 */
const ENDING_MS = 10_000;

async function settleWithin(work: Promise<void>, limitMs: number): Promise<void> {
  const over = Promise.withResolvers<void>();
  const timer = setTimeout(over.resolve, limitMs);
  await Promise.race([work, over.promise]);
  clearTimeout(timer);
}

/** What must not be read and could not be covered: nothing that could read it goes on. */
function endExposed({ running }: State, exposed: Exposed): void {
  for (const launched of running.values()) {
    launched.mustEnd = true;
    launched.onLimit?.(describeExposed(exposed));
    launched.process?.kill();
  }
}

/** Puts the parts together. The scope closes holder and placeholders; launches are ended before them. */
export async function createBubblewrapSession(parts: SessionParts): Promise<SandboxSession> {
  const opened = new OpenedPaths(rootsOf(parts.spec));
  const grants = new LiveGrants(parts.holder, {
    plan: async (path, mode) => {
      const planned = await plan(parts, lateHidden.plan().denied, path, mode);
      if (planned.kind === 'planned') opened.note(path, mode, planned.protection);
      return planned;
    },
    release: (path) => parts.placeholders.release(path),
  });
  const lateHidden = new LateHidden(parts.spec.settings, parts.view, {
    isGranted: (path) => grants.has(path),
    writable: () => [...rootsOf(parts.spec), ...grants.writable()],
  });
  const state: State = {
    ...parts,
    grants,
    running: new Map(),
    hiddenSockets: new Map(parts.view.masked.map((path) => [path, identifySocket(path) ?? ''])),
    lateHidden,
    guard: new HiddenGuard(parts.holder, lateHidden, (exposed) => endExposed(state, exposed)),
    isClosed: false,
  };
  const endAll = async (): Promise<void> => {
    state.isClosed = true;
    const processes = [...state.running.values()].flatMap((running) => running.process ?? []);
    for (const process of processes) process.kill();
    const ended = Promise.all(processes.map((process) => process.finished)).then(() => undefined);
    await settleWithin(ended, ENDING_MS);
  };
  parts.scope.defer(endAll);
  void parts.holder.ended.then((outcome) => {
    if (!state.isClosed) {
      const how = outcome.kind === 'signalled' ? `, ${outcome.signal}` : '';
      for (const running of state.running.values()) running.onLimit?.(wallEnded(`its holder${how}`));
    }
    return endAll();
  });
  await state.guard.update();
  return {
    isWalled: true,
    ask: {
      command: INSIDE_PATHS.ask,
      socket: parts.spec.askSocket === undefined ? null : INSIDE_PATHS.askSocket,
    },
    notes: [...notesOf(parts), ...state.guard.notes()],
    launch: (spec) => launch(state, spec),
    grant: (path, mode) => state.guard.follow(grants.add(path, mode)),
    revoke: (path) => state.guard.follow(grants.remove(path)),
    keepsClosed: (path) => state.grants.keepsClosed(path),
    inspect: async () => [
      ...(await inspectRoots({ roots: rootsOf(parts.spec), opened: opened.list() }, parts.firstPlan)),
      ...describeFullTmp(parts.holder.anchorPid, parts.spec.settings),
      ...describeLost(parts.placeholders.vanished(), await state.grants.endLost()),
    ],
    close: () => parts.scope.close(),
  };
}

function notesOf({ firstPlan, view, spec }: SessionParts): string[] {
  return [...firstPlan.notes, ...view.hidden.notes, ...networkNotes(spec.settings)];
}

/** The network is the host's own when it is on, and with it what hangs on it without a path. */
export function networkNotes(settings: WallSettings): string[] {
  if (!settings.networkAccess) return [];
  return [
    'The network is on: abstract unix sockets of this machine can be reached; those with a path cannot.',
  ];
}

async function launch(state: State, spec: LaunchSpec): Promise<SandboxProcess> {
  // What a grant relied on and is gone cannot be mounted either.
  await state.grants.endLost();
  if (state.isClosed) throw launchFault('The session is closed, or its holder has ended.');
  if (state.running.has(spec.launchId)) throw launchFault(`A launch ${spec.launchId} runs already.`);
  // Known before it starts: the supervisor's first messages may come before its start is reported here.
  const running: Running = {
    process: null,
    rootPid: null,
    onLimit: spec.handlers?.onLimit,
    planned: state.grants.mounted(),
    mustEnd: false,
  };
  state.running.set(spec.launchId, running);
  try {
    const words = await planLaunch(state, spec, running.planned);
    const process = await launchSupervised(supervisedSpec(state, spec, words));
    running.process = process;
    void process.finished.then(() => {
      state.running.delete(spec.launchId);
      if (running.rootPid === null) return;
      state.grants.forget(running.rootPid);
      void state.guard.leave(running.rootPid);
    });
    if (state.isClosed || running.mustEnd) process.kill();
    return process;
  } catch (error) {
    state.running.delete(spec.launchId);
    throw error;
  }
}

function supervisedSpec(state: State, spec: LaunchSpec, words: readonly string[]): SupervisedSpec {
  const isGated = spec.gate !== 'none';
  const limits = planLimits(state.spec.settings.limits, true);
  const run = isGated ? [INSIDE_PATHS.execGate, 'run', '9', '--'] : [];
  const command = [...limits.capWords(INSIDE_PATHS.execGate), ...run, ...spec.argv];
  return {
    launchId: spec.launchId,
    execGate: state.helpers.execGate,
    limits,
    options: [
      ...['--anchor', String(state.holder.anchorPid), '--wall', state.helpers.wallFilter],
      ...state.placeholders.lockFiles().flatMap((file) => ['--hold-lock', file]),
    ],
    command: [BUBBLEWRAP, ...words, '--', ...command],
    cwd: '/',
    environment: { ...spec.environment, PWD: spec.cwd },
    stdio: spec.stdio,
    umask: spec.umask,
    gate: spec.gate,
    socketFolder: isGated || spec.handlers !== undefined ? state.spec.folders.runtimeDir : null,
    handlers: {
      ...spec.handlers,
      onRoot(pid) {
        void catchUp(state, spec.launchId, pid);
        spec.handlers?.onRoot?.(pid);
      },
    },
  };
}

function launchFault(message: string): Fault {
  return new Fault({ kind: 'bug', code: 'launch-refused', message });
}

function socketFault(path: string, outcome: GrantOutcome): Fault {
  const { step, errno } = outcome.kind === 'failed' ? outcome : { step: 'hide', errno: 'EAGAIN' };
  return new Fault({
    kind: 'host',
    code: 'socket-not-hidden',
    message: `The socket ${JSON.stringify(path)} of this machine could not be hidden (${step}: ${errno}).`,
    hint: 'Nothing was run. Try again, or work in a folder that it does not lie in.',
  });
}

/** Mounts into a launch what was granted between the planning of its mounts and its start. */
async function catchUp(state: State, launchId: string, pid: number): Promise<void> {
  const running = state.running.get(launchId);
  if (running === undefined) return;
  running.rootPid = pid;
  void state.guard.enter(pid);
  await state.grants.catchUp(pid, running.planned);
}

async function planLaunch(state: State, spec: LaunchSpec, grants: readonly GrantedPath[]): Promise<string[]> {
  refuseMovedRoots(rootsOf(state.spec));
  const plan = planProtection(state.protectSpec);
  const placeholders = await state.placeholders.cover(plan.missing);
  const sockets = await hideLateSockets(state);
  const denied = await state.lateHidden.hideAgain(state.holder);
  void state.guard.update();
  const place = { settings: state.spec.settings, view: state.view, plan, placeholders, grants };
  return launchWords({ ...place, hidden: [...sockets, ...denied] }, spec);
}

/**
 * Host sockets that were made after the view was. They are covered in the view and not by bubblewrap: one that goes away
 * again in the meantime would make its launch fail. Returns all that there are.
 */
async function hideLateSockets(state: State): Promise<string[]> {
  const { view, grants } = state;
  const sockets = listHostSockets();
  for (const path of sockets) {
    const isEmptied =
      view.emptied.some((top) => isInside(path, top)) && !view.kept.some((top) => isInside(path, top));
    if (isEmptied || grants.has(path) || view.masked.some((mask) => isInside(path, mask) && mask !== path))
      continue;
    await hideSocket(state, path);
  }
  return sockets;
}

async function hideSocket({ hiddenSockets, holder }: State, path: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    const identity = identifySocket(path);
    if (identity === null || hiddenSockets.get(path) === identity) return;
    const outcome = await holder.hide(holder.anchorPid, path);
    const isSame = identifySocket(path) === identity;
    if (outcome.kind === 'granted' && isSame) hiddenSockets.set(path, identity);
    // Sockets come and go: only one that stays and cannot be covered is a reason to refuse.
    else if (isSame || tries >= 5) throw socketFault(path, outcome);
  }
}

async function plan(
  { spec, view, placeholders }: SessionParts,
  denied: readonly string[],
  path: string,
  mode: GrantMode,
): Promise<GrantPlan> {
  // Whoever took it away may have made what stands there now, and a mount would only keep it there.
  if (mode === 'rw' && placeholders.vanished().some((place) => isBelow(place, path) && isReplaced(place)))
    return { kind: 'failed', step: 'replaced placeholder', errno: 'EEXIST' };
  const planned = planGrant(path, mode, {
    ...spec,
    masked: [...view.masked, ...denied],
    hollow: view.hidden.hollow,
  });
  if (planned.kind === 'failed') return planned;
  const { granted, protection } = planned;
  try {
    const made = await placeholders.cover(new Map([[path, granted.missing]]));
    const readOnly = [...new Set([...granted.readOnly, ...made])];
    return { kind: 'planned', granted: { ...granted, readOnly }, protection };
  } catch {
    // A grant whose protected names cannot be held is no grant, but no fault of the session either.
    return { kind: 'failed', step: 'placeholders', errno: 'EIO' };
  }
}
