import { Fault } from '../../protocol/index.ts';
import type { SandboxSession } from '../sandbox/index.ts';
import type { AskSocket } from './ask-socket.ts';
import type { SessionDeps, SessionInput } from './session-deps.ts';
import type { SessionNetwork } from './session-network.ts';

/** Throws where the wall did not open, or close, at the path. */
export function requireGranted(outcome: Awaited<ReturnType<SandboxSession['grant']>>, path: string): void {
  if (outcome.kind === 'granted') return;
  throw new Fault({
    kind: 'host',
    code: 'wall-not-moved',
    message: `the wall could not be opened at ${path} (${outcome.step}: ${outcome.errno})`,
  });
}

/** Builds the wall of a session. */
export function openSandbox(
  deps: SessionDeps,
  input: SessionInput,
  { asks, network }: { readonly asks: AskSocket; readonly network: SessionNetwork | undefined },
): Promise<SandboxSession> {
  return deps.sandbox.openSession({
    settings: input.config.snapshot,
    folders: deps.folders,
    askSocket: asks.path,
    network: network?.wall,
  });
}
