import type { StoreApi } from 'zustand/vanilla';
import type { Approval, NotificationParams } from '../protocol/index.ts';
import type { EngineClient } from './engine-client.ts';
import type { LivePorts } from './live-ports.ts';
import type { LiveView } from './live-view.ts';
import { addSettled, changeOverview, takeOverview } from './overview.ts';
import { type Paced, pace } from './pace.ts';

const GRANTS_MS = 250;
/** Questions that were settled while there was no connection, of which the page asks what came. */
const MAX_GONE = 20;

/** Keeps sessions, questions and grants of the view as the engine has them. */
export class OverviewFollower {
  readonly #store: StoreApi<LiveView>;
  readonly #grants: Paced;
  #client: EngineClient | undefined;
  /** Changes that came while a snapshot was on its way: they stand behind it. */
  #held: NotificationParams<'overview/changed'>[] | undefined;

  constructor(store: StoreApi<LiveView>, setTimer: LivePorts['setTimer']) {
    this.#store = store;
    this.#grants = pace(setTimer, GRANTS_MS, () => this.#readGrants());
  }

  /** Takes everything anew. Throws what the engine throws. */
  async begin(client: EngineClient): Promise<void> {
    const held: NotificationParams<'overview/changed'>[] = [];
    this.#client = client;
    this.#held = held;
    try {
      const snapshot = await client.call('overview/watch', { mayAnswer: true });
      if (this.#held !== held) return;
      const open = new Set(snapshot.approvals.map(({ approvalId }) => approvalId));
      const gone = this.#store.getState().approvals.filter(({ approvalId }) => !open.has(approvalId));
      this.#store.setState((view) => ({ about: snapshot.about, ...takeOverview(view, snapshot) }));
      this.#held = undefined;
      for (const changed of held) this.take(changed);
      this.#grants.ask();
      for (const approval of gone.slice(-MAX_GONE)) void this.#learn(client, approval);
    } finally {
      if (this.#held === held) this.#held = undefined;
    }
  }

  take(changed: NotificationParams<'overview/changed'>): void {
    if (this.#held !== undefined) {
      this.#held.push(changed);
      return;
    }
    this.#store.setState((view) => changeOverview(view, changed));
    this.#grants.ask();
  }

  disconnect(): void {
    this.#client = undefined;
    this.#held = undefined;
    this.#grants.cancel();
  }

  /** What came of a question that nobody told of. */
  async #learn(client: EngineClient, approval: Approval): Promise<void> {
    try {
      const { settled } = await client.call('approval/context', { approvalId: approval.approvalId });
      if (settled !== null) this.#store.setState((view) => addSettled(view, settled, approval));
    } catch {
      // it is gone all the same; who looks at it asks again
    }
  }

  async #readGrants(): Promise<void> {
    const client = this.#client;
    if (client === undefined) return;
    try {
      const { grants } = await client.call('grant/list', {});
      if (client === this.#client) this.#store.setState({ grants });
    } catch {
      // what was known stays; the next change asks again
    }
  }
}
