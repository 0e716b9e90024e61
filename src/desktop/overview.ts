import { createEngineClient, type EngineClient } from '../client/index.ts';
import type { Approval, ApprovalId, Pipe, SessionHead, SessionId } from '../protocol/index.ts';

/** What the shell itself knows: the sessions and the questions, as the engine told them. */
export interface Overview {
  /** While false, what is here may be old. */
  readonly isConnected: boolean;
  readonly sessions: ReadonlyMap<SessionId, SessionHead>;
  /** In the order they were asked. */
  readonly approvals: ReadonlyMap<ApprovalId, Approval>;
}

export interface OverviewWatch {
  readonly overview: Overview;
  /** Follows the engine behind this pipe, in place of the one before. */
  follow(pipe: Pipe, version: string): Promise<void>;
  /** Told of every change. */
  onChanged(listener: (overview: Overview) => void): void;
}

const NOTHING: Overview = { isConnected: false, sessions: new Map(), approvals: new Map() };

/** The shell's own connection: a page like the others, that shows its questions in the tray and in notices. */
export function watchOverview(): OverviewWatch {
  const listeners: ((overview: Overview) => void)[] = [];
  let overview = NOTHING;
  let current: EngineClient | undefined;

  function set(next: Overview): void {
    overview = next;
    for (const listener of listeners) listener(next);
  }

  return {
    get overview() {
      return overview;
    },
    onChanged: (listener) => {
      listeners.push(listener);
    },
    follow: async (pipe, version) => {
      const client = createEngineClient(pipe);
      current = client;
      client.onClose(() => {
        // what is not known to be there is not shown; it comes back with the next connection
        if (current === client) set(NOTHING);
      });
      await client.hello('desktop', version);
      client.on('overview/changed', ({ sessions, approvals, settled }) => {
        const heads = new Map(overview.sessions);
        for (const head of sessions) heads.set(head.sessionId, head);
        const questions = new Map(overview.approvals);
        for (const approval of approvals) questions.set(approval.approvalId, approval);
        for (const { approvalId } of settled) questions.delete(approvalId);
        set({ isConnected: true, sessions: heads, approvals: questions });
      });
      const first = await client.call('overview/watch', { mayAnswer: true });
      set({
        isConnected: true,
        sessions: new Map(first.sessions.map((head) => [head.sessionId, head])),
        approvals: new Map(first.approvals.map((approval) => [approval.approvalId, approval])),
      });
    },
  };
}
