import type { ReactNode } from 'react';
import type { SessionId } from '../../protocol/index.ts';
import { useLive } from '../local/index.ts';
import { SafeText } from '../marks/index.ts';

/** One session: its head, and what happened in it. */
export function SessionPage(props: { readonly sessionId: SessionId }): ReactNode {
  const head = useLive((view) => view.sessions.find((session) => session.sessionId === props.sessionId));
  return (
    <main>
      <h1>
        <SafeText text={head?.title ?? ''} />
      </h1>
    </main>
  );
}
