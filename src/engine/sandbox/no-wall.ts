/**
 * danger-full-access: no wall.
 *
 * Promises only that a launch dies with this process and that a gate, when asked for, holds what a cooperating shell
 * starts. Everything else of the machine is open, which the person must be told.
 */
import { mkdirSync } from 'node:fs';
import { expectFolder } from './folder-mark.ts';
import { findHelpers, type HelperPaths } from './helper-paths.ts';
import { launchSupervised } from './launch-supervised.ts';
import { planLimits } from './limits.ts';
import type { LaunchSpec, Sandbox, SandboxProcess, SandboxSession, SessionSpec } from './sandbox.ts';

export function createNoWall(helpers: HelperPaths = findHelpers()): Sandbox {
  return {
    name: 'none',
    notesFor: () => NOTES,
    openSession: (spec) => Promise.resolve(openSession(spec, helpers)),
  };
}

const NOTES = ['There is no wall: every file and the network are open.'];

function openSession(spec: SessionSpec, helpers: HelperPaths): SandboxSession {
  const running = new Set<SandboxProcess>();
  mkdirSync(spec.folders.runtimeDir, { recursive: true, mode: 0o700 });
  return {
    isWalled: false,
    ask: { command: helpers.ask, socket: spec.askSocket ?? null },
    notes: NOTES,
    async launch(launchSpec) {
      const process = await launch(spec, launchSpec, helpers);
      running.add(process);
      void process.finished.then(() => running.delete(process));
      return process;
    },
    // Everything is open already.
    grant: () => Promise.resolve({ kind: 'granted' }),
    revoke: () => Promise.resolve({ kind: 'granted' }),
    keepsClosed: () => false,
    inspect: () => Promise.resolve([]),
    async close() {
      const processes = [...running];
      for (const process of processes) process.kill();
      await Promise.all(processes.map((process) => process.finished));
    },
  };
}

function launch(session: SessionSpec, spec: LaunchSpec, helpers: HelperPaths): Promise<SandboxProcess> {
  const isGated = spec.gate !== 'none';
  const run = isGated ? [helpers.execGate, 'run', '9', '--'] : [];
  return launchSupervised({
    launchId: spec.launchId,
    execGate: helpers.execGate,
    limits: planLimits(session.settings.limits, false),
    options: expectFolder(spec.cwd, spec.folder),
    command: [...run, ...spec.argv],
    cwd: spec.cwd,
    environment: { ...spec.environment, ...spec.innerEnvironment },
    stdio: spec.stdio,
    umask: spec.umask,
    gate: spec.gate,
    socketFolder: isGated || spec.handlers !== undefined ? session.folders.runtimeDir : null,
    handlers: spec.handlers ?? {},
  });
}
