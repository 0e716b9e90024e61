import { CircleCheck, CircleX, Loader } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Connection } from '../../client/index.ts';
import { countThings } from '../../timeline/index.ts';
import { useLive } from '../local/index.ts';
import { Icon, SafeText } from '../marks/index.ts';
import css from './status-bar.module.css';

const STATES: Record<
  Connection['state'],
  { readonly icon: typeof CircleCheck; readonly words: string; readonly look: string }
> = {
  ready: { icon: CircleCheck, words: 'Engine running', look: 'good' },
  connecting: { icon: Loader, words: 'Connecting', look: '' },
  lost: { icon: CircleX, words: 'Not connected', look: 'bad' },
  refused: { icon: CircleX, words: 'Not signed in', look: 'bad' },
};

/** How the engine is, in one line at the foot. */
export function StatusBar(): ReactNode {
  const connection = useLive((view) => view.connection);
  const about = useLive((view) => view.about);
  const open = useLive((view) => view.sessions.filter((head) => head.state === 'open').length);
  const { icon, words, look } = STATES[connection.state];
  const isOtherVersion = connection.state === 'refused' && connection.reason === 'version';
  return (
    <footer className={css['bar']}>
      <span>
        <span className={css[look]}>
          <Icon of={icon} size={12} />
        </span>
        {isOtherVersion ? 'Other version' : words}
      </span>
      {about !== undefined && (
        <>
          <span className={about.wall === 'none' ? css['bad'] : ''}>
            <SafeText text={about.wall === 'none' ? 'no wall' : about.wallVersion} maxChars={60} />
          </span>
          <span className={css['sessions']}>{countThings(open, 'session')}</span>
          <span className={css['push']}>
            <SafeText text={about.platform} maxChars={40} />
          </span>
          <span>
            v<SafeText text={about.version} maxChars={40} />
          </span>
        </>
      )}
    </footer>
  );
}
