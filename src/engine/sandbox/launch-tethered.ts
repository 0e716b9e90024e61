/**
 * Starts a program under the tether of macOS.
 *
 * Promises: the program's process group dies with this process; its output is read to the end.
 * Does not promise to reach what has left the group.
 */
import { spawn } from 'node:child_process';
import { expectFolder } from './folder-mark.ts';
import type { LaunchSpec, SandboxProcess } from './sandbox.ts';
import { type StartedProcess, signalUntilEnded, takeChild } from './started-process.ts';
import { startInTerminal } from './terminal.ts';
import { withUmask } from './with-umask.ts';

/** A tether that could not be started is the outcome `failed` of `finished`. */
export async function launchTethered(tether: string, spec: LaunchSpec): Promise<SandboxProcess> {
  const { launchId, stdio } = spec;
  const command = [...expectFolder(spec.cwd, spec.folder), '--', ...spec.argv];
  if (stdio.kind === 'terminal') {
    const words = ['--foreground', ...command];
    const target = { execGate: tether, cwd: spec.cwd, environment: spec.environment, umask: spec.umask };
    const started = await startInTerminal(target, stdio, words);
    return describe(launchId, started);
  }
  const child = withUmask(spec.umask, () =>
    spawn(tether, command, {
      stdio: stdio.kind === 'pipes' ? 'pipe' : 'inherit',
      env: { ...spec.environment },
      cwd: spec.cwd,
    }),
  );
  return describe(launchId, takeChild(child));
}

function describe(launchId: string, started: StartedProcess): SandboxProcess {
  const send = signalUntilEnded(started);
  return {
    launchId,
    gate: null,
    pipes: started.pipes,
    terminal: started.terminal,
    finished: started.finished,
    signal: send,
    // Killed itself, the tether could not see to the end of the group: it is told to.
    kill: () => send('SIGUSR1'),
  };
}
