import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { Fault } from '../../protocol/index.ts';
import type { TellBridge } from './sandbox.ts';

/** Starts the helper; with a channel, through which sockets can be given to its bridge. */
export function spawnHolder(
  program: string,
  argv: readonly string[],
  hasChannel: boolean,
): ChildProcessWithoutNullStreams {
  const child = spawn(program, argv, {
    stdio: ['pipe', 'pipe', 'pipe', ...(hasChannel ? (['ipc'] as const) : [])],
    // Its own session: a Ctrl-C typed at the terminal is for the command, not for the wall around it.
    detached: true,
    env: { PATH: '/usr/bin:/bin' },
    cwd: '/',
  });
  if (hasStreams(child)) return child;
  child.on('error', () => undefined);
  throw new Fault({
    kind: 'host',
    code: 'holder-failed',
    message: 'The sandbox could not be prepared: too many files are open.',
    hint: 'Close what is not needed, or raise the limit of open files (`ulimit -n`). Nothing was run.',
  });
}

/** Streams are missing where there were no descriptors for them. */
function hasStreams(child: ChildProcess): child is ChildProcessWithoutNullStreams {
  return child.stdin instanceof Object && child.stdout instanceof Object && child.stderr instanceof Object;
}

/** The channel to the bridge of a holder that was started with one. It keeps nothing alive. */
export function openBridgeChannel(child: ChildProcess): TellBridge {
  child.channel?.unref();
  return (words, socket) =>
    new Promise((settle) => {
      if (!child.connected) settle(false);
      // What was sent is open in the bridge; ours is closed by whoever gave it.
      else child.send(words, socket, { keepOpen: true }, (error) => settle(error === null));
    });
}
