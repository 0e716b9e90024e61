import { Inbox as InboxIcon, Loader } from 'lucide-react';
import type { ReactNode } from 'react';
import { countThings } from '../../timeline/index.ts';
import { folderNameOf, useLive } from '../local/index.ts';
import { Icon, SafeText } from '../marks/index.ts';
import css from './empty-inbox.module.css';

/** Nothing waits: says so, and what goes on instead. */
export function EmptyInbox(): ReactNode {
  const sessions = useLive((view) => view.sessions);
  const isKnown = useLive((view) => view.about !== undefined && view.connection.state !== 'refused');
  const working = sessions.filter((head) => head.state === 'open' && head.isWorking && !head.isPaused);
  if (!isKnown)
    return <p className={css['quiet']}>What waits is not known: the engine has not told this page.</p>;
  return (
    <div className={css['empty']}>
      <InboxIcon aria-hidden="true" className={css['icon']} strokeWidth={1.5} />
      <p className={css['big']}>Nothing is waiting.</p>
      <p className={css['count']}>{describeWorking(working.length)}</p>
      {working.length > 0 && (
        <ul className={css['list']}>
          {working.map((head) => (
            <li key={head.sessionId}>
              <Icon of={Loader} size={14} />
              <b>
                <SafeText text={folderNameOf(head.workspace)} maxChars={80} />
              </b>
              <span className={css['agent']}>
                <SafeText text={head.agentName} maxChars={60} />
              </span>
              <span className={css['activity']}>
                <SafeText text={head.activity === '' ? head.title : head.activity} maxChars={200} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function describeWorking(count: number): string {
  if (count === 0) return 'No agent is working.';
  return `${countThings(count, 'agent')} ${count === 1 ? 'is' : 'are'} working.`;
}
