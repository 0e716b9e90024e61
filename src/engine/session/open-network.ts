import type { ConfigSnapshot } from '../../protocol/index.ts';
import type { Scope } from '../base/index.ts';
import type { SessionDeps, SessionInput } from './session-deps.ts';
import { SessionNetwork } from './session-network.ts';

/** The network of a session, unless it has the host's own; `scope` ends it. */
export async function openNetwork({
  deps,
  input,
  scope,
}: {
  readonly deps: SessionDeps;
  readonly input: SessionInput;
  readonly scope: Scope;
}): Promise<SessionNetwork | undefined> {
  const { params, config, streams } = input;
  const { snapshot } = config;
  if (!hasAskedNetwork(snapshot)) return undefined;
  const plan = {
    snapshot,
    publish: params.flags.publish,
    runtimeDir: deps.folders.runtimeDir,
    resolve: deps.resolve,
    say: (line: string) => void (streams.stderr.destroyed || streams.stderr.write(`${line}\n`)),
  };
  return SessionNetwork.open(plan, scope);
}

/** Whether hosts are asked about: behind a wall whose network is not simply on. */
function hasAskedNetwork(snapshot: ConfigSnapshot): boolean {
  return !snapshot.networkAccess && snapshot.sandboxMode !== 'danger-full-access';
}
