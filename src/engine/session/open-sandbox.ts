import { Fault } from '../../protocol/index.ts';
import type { Scope } from '../base/index.ts';
import { chooseSandbox, type SandboxSession } from '../sandbox/index.ts';
import type { AskSocket } from './ask-socket.ts';
import type { SessionDeps, SessionInput } from './session-deps.ts';
import type { SessionNetwork } from './session-network.ts';
import { Unwalled } from './unwalled.ts';

/** Throws where the wall did not open, or close, at the path. */
export function requireGranted(outcome: Awaited<ReturnType<SandboxSession['grant']>>, path: string): void {
  if (outcome.kind === 'granted') return;
  throw new Fault({
    kind: 'host',
    code: 'wall-not-moved',
    message: `the wall could not be opened at ${path} (${outcome.step}: ${outcome.errno})`,
  });
}

/** What launches have that rules let run without the wall; `scope` ends it with all that runs in it. */
export function openUnwalled(
  deps: SessionDeps,
  input: SessionInput,
  asks: AskSocket,
  scope: Scope,
): Unwalled {
  const { folders, hasKernelGate } = deps;
  const unwalled = new Unwalled({
    open: () =>
      chooseSandbox('danger-full-access').openSession({
        settings: input.config.snapshot,
        folders,
        askSocket: asks.path,
      }),
    env: input.params.env,
    hasKernelGate,
  });
  scope.defer(() => unwalled.close());
  return unwalled;
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
