import type { AccessGrant, Grant, GrantId } from '../../protocol/index.ts';
import type { SandboxSession } from '../sandbox/index.ts';
import { AccessKeeper } from './access-keeper.ts';
import { openWithHosts } from './open-hosts.ts';
import { requireGranted } from './open-sandbox.ts';
import type { SessionNetwork } from './session-network.ts';

/** What is open in a session beyond its wall: for one run, or as long as a lasting grant lives. */
export class SessionAccess {
  readonly #network: SessionNetwork | undefined;
  readonly #keeper: AccessKeeper;
  readonly #standing = new Map<GrantId, () => Promise<void>>();

  constructor(sandbox: Pick<SandboxSession, 'grant' | 'revoke'>, network: SessionNetwork | undefined) {
    this.#network = network;
    this.#keeper = new AccessKeeper({
      grant: async (path, mode) => requireGranted(await sandbox.grant(path, mode), path),
      revoke: async (path) => requireGranted(await sandbox.revoke(path), path),
    });
  }

  /** Opens it all; the result closes it again. Throws a Fault where the wall could not be moved. */
  open(access: AccessGrant): Promise<() => Promise<void>> {
    return openWithHosts(access, this.#network, (rest) => this.#keeper.open(rest));
  }

  /** Opens what a lasting grant gives, until `endStanding`. */
  async openStanding(grantId: GrantId, access: AccessGrant): Promise<void> {
    this.#standing.set(grantId, await this.open(access));
  }

  /** The grant has ended: it is closed, and what was reached by it is cut. */
  async endStanding({ grantId, access }: Grant): Promise<void> {
    const end = this.#standing.get(grantId);
    this.#standing.delete(grantId);
    await end?.();
    if (end !== undefined) this.#network?.cutClosed(access?.hosts ?? []);
  }
}
