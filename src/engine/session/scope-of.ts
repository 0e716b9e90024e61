import type { TurnId } from '../../protocol/index.ts';
import type { RunScope } from './proposed-run.ts';
import type { ScriptHost } from './script-host.ts';

/** The scope of a run that is handed in now; the same object while the configuration is the same. */
export function scopeOf(host: ScriptHost, turnId: TurnId): () => RunScope {
  const { sessionId, enforced } = host;
  let last: RunScope | undefined;
  return () => {
    const { snapshot, digest } = host.inForce();
    if (last?.snapshotDigest !== digest)
      last = { sessionId, turnId, snapshot, snapshotDigest: digest, enforced };
    return last;
  };
}
