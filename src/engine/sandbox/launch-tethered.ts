/**
 * Starts a program under the tether of macOS.
 *
 * Promises: the program's process group dies with this process; its output is read to the end.
 * Does not promise to reach what has left the group.
 */
import { spawn } from 'node:child_process';
import { waitForChild } from '../base/index.ts';
import { expectFolder } from './folder-mark.ts';
import { keepUnread } from './keep-unread.ts';
import type { LaunchSpec, SandboxProcess } from './sandbox.ts';
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
  const isPiped = stdio.kind === 'pipes';
  const child = withUmask(spec.umask, () =>
    spawn(tether, command, {
      stdio: isPiped ? 'pipe' : 'inherit',
      env: { ...spec.environment },
      cwd: spec.cwd,
    }),
  );
  const finished = waitForChild(child, isPiped ? 'closed' : 'ended');
  const { stdin, stdout, stderr } = child;
  // A program that does not read its input is no fault of ours.
  stdin?.on('error', () => undefined);
  const hasPipes = stdin !== null && stdout !== null && stderr !== null;
  const pipes = hasPipes ? { stdin, stdout: keepUnread(stdout), stderr: keepUnread(stderr) } : null;
  return describe(launchId, { pid: child.pid ?? 0, finished, pipes, terminal: null });
}

type Started = Pick<SandboxProcess, 'finished' | 'pipes' | 'terminal'> & { readonly pid: number };

function describe(launchId: string, started: Started): SandboxProcess {
  let hasEnded = false;
  void started.finished.then(() => {
    hasEnded = true;
  });
  const send = (signal: NodeJS.Signals): void => {
    if (hasEnded || started.pid === 0) return;
    try {
      process.kill(started.pid, signal);
    } catch {
      // It ended a moment ago.
    }
  };
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
