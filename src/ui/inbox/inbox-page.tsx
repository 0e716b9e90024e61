import type { ReactNode } from 'react';
import { useLive } from '../local/index.ts';

/** Everything that waits, over all sessions. */
export function InboxPage(): ReactNode {
  const count = useLive((view) => view.approvals.length);
  return (
    <main>
      <h1>Inbox</h1>
      <p>{count} waiting</p>
    </main>
  );
}
