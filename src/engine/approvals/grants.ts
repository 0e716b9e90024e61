/**
 * The live grants. Promises: a grant answers only what it covers, only while its scope lasts, and nothing after it was
 * revoked. It does not open anything itself: whoever listens to `onEnded` and asks `accessOf` moves the wall.
 */
import type { EventBody, Grant, GrantId, RunId, SessionId, TurnId } from '../../protocol/index.ts';
import { type TimerPorts, waitUntil } from './wait-until.ts';

export interface GrantPorts extends TimerPorts {
  append(sessionId: SessionId, bodies: readonly EventBody[]): Promise<unknown>;
}

export type GrantEndReason = 'revoked' | 'expired' | 'used' | 'scope-ended';

interface LiveGrant {
  grant: Grant;
  readonly sessionId: SessionId;
  cancelTimer: () => void;
}

export class GrantBook {
  readonly #ports: GrantPorts;
  readonly #live = new Map<GrantId, LiveGrant>();
  readonly #endListeners = new Set<(grant: Grant, sessionId: SessionId) => void | Promise<void>>();

  constructor(ports: GrantPorts) {
    this.#ports = ports;
  }

  list(): readonly Grant[] {
    return [...this.#live.values()].map((live) => live.grant);
  }

  /** The grants that may count in a session, oldest first. */
  ofSession(sessionId: SessionId): readonly Grant[] {
    return this.list().filter((grant) => isOf(grant, sessionId) && grant.refuses !== true);
  }

  /** What was rejected for a session, oldest first. */
  refusalsOf(sessionId: SessionId): readonly Grant[] {
    return this.list().filter((grant) => isOf(grant, sessionId) && grant.refuses === true);
  }

  /** Told after a grant has stopped counting; awaited before `revoke` resolves, so that the wall has closed by then. */
  onEnded(listener: (grant: Grant, sessionId: SessionId) => void | Promise<void>): () => void {
    this.#endListeners.add(listener);
    return () => this.#endListeners.delete(listener);
  }

  async add(grant: Grant, sessionId: SessionId): Promise<void> {
    await this.#ports.append(sessionId, [{ type: 'grant/added', grant }]);
    const live: LiveGrant = { grant, sessionId, cancelTimer: () => undefined };
    this.#live.set(grant.grantId, live);
    if (grant.untilMs === undefined) return;
    const expire = (): void => void this.end(grant.grantId, 'expired', 'clock').catch(() => undefined);
    live.cancelTimer = waitUntil(this.#ports, grant.untilMs, expire);
  }

  /** Counts a use. */
  use(grantId: GrantId): void {
    const live = this.#live.get(grantId);
    if (live) live.grant = { ...live.grant, uses: live.grant.uses + 1, lastUsedAt: this.#ports.nowMs() };
  }

  /** False when there is no such live grant. */
  async end(grantId: GrantId, reason: GrantEndReason, by: string): Promise<boolean> {
    const live = this.#live.get(grantId);
    if (!live) return false;
    this.#live.delete(grantId);
    live.cancelTimer();
    for (const listener of this.#endListeners) await listener(live.grant, live.sessionId);
    await this.#ports.append(live.sessionId, [{ type: 'grant/ended', grantId, reason, by }]);
    return true;
  }

  /** Ends what was given for a run, a turn, or (with neither) the whole session. */
  async endScope(sessionId: SessionId, ended: { runId?: RunId; turnId?: TurnId }): Promise<void> {
    const isOver = (grant: Grant): boolean => {
      if (ended.runId !== undefined) return grant.scope === 'once' && grant.runId === ended.runId;
      if (ended.turnId !== undefined)
        return grant.scope !== 'session' && grant.scope !== 'until' && grant.turnId === ended.turnId;
      return true;
    };
    for (const grant of this.list()) {
      if (grant.holder === sessionId && isOver(grant))
        await this.end(grant.grantId, 'scope-ended', 'session');
    }
  }
}

function isOf({ holder }: Grant, sessionId: SessionId): boolean {
  return holder === sessionId || holder === 'user';
}
