import { hostsInForce } from '../../policy/index.ts';
import type { Scope } from '../base/index.ts';
import { describeNetwork } from './describe-session.ts';
import type { SessionConfig } from './session-config.ts';
import type { SessionDeps, SessionInput } from './session-deps.ts';
import { SessionNetwork } from './session-network.ts';

/** The network of a session, unless it has the host's own; `scope` ends it. */
export async function openNetwork({
  deps,
  input,
  settings,
  scope,
}: {
  readonly deps: SessionDeps;
  readonly input: SessionInput;
  readonly settings: SessionConfig;
  readonly scope: Scope;
}): Promise<SessionNetwork | undefined> {
  const { params, config, streams } = input;
  const { snapshot } = config;
  if (describeNetwork(snapshot, deps.sandbox.name) !== 'asked') return undefined;
  const plan = {
    snapshot,
    readLists: () => hostsInForce(settings.inForce.snapshot),
    publish: params.flags.publish,
    runtimeDir: deps.folders.runtimeDir,
    resolve: deps.resolve,
    say: (line: string) => void (streams.stderr.destroyed || streams.stderr.write(`${line}\n`)),
  };
  return SessionNetwork.open(plan, scope);
}
