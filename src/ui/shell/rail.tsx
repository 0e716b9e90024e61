import { Compass, Inbox, Plus } from 'lucide-react';
import { type ReactNode, useMemo, useState } from 'react';
import type { SessionHead } from '../../protocol/index.ts';
import { Button } from '../controls/index.ts';
import { useLive, useLocal } from '../local/index.ts';
import { Icon } from '../marks/index.ts';
import { LinkTo } from './link-to.tsx';
import css from './rail.module.css';
import { EarlierLink, SessionLink } from './session-links.tsx';
import { useIsKnown } from './use-is-known.ts';

/** So many earlier sessions are listed at first, and with every further wish. */
const EARLIER_STEP = 50;

/** Where one can go. */
export function Rail(props: { readonly isOpen: boolean; onGo(): void }): ReactNode {
  const { isOpen, onGo } = props;
  const waiting = useLive((view) => view.approvals.length);
  const sessions = useLive((view) => view.sessions);
  const isKnown = useIsKnown();
  const screen = useLocal((ui) => ui.route.screen);
  const [open, earlier] = useMemo(() => splitSessions(sessions), [sessions]);
  return (
    <nav className={`${css['rail']} ${isOpen ? css['isOpen'] : ''}`} aria-label="Main">
      <LinkTo
        route={{ screen: 'inbox' }}
        className={navClass(screen === 'inbox')}
        isHere={screen === 'inbox'}
        onGo={onGo}
      >
        <Icon of={Inbox} />
        Inbox
        {isKnown && waiting > 0 && (
          <span className={css['badge']}>
            {waiting}
            <span className="visually-hidden"> waiting</span>
          </span>
        )}
      </LinkTo>
      <div className={css['lists']}>
        <div className={css['section']}>
          <h2>Sessions</h2>
          <LinkTo
            route={{ screen: 'new' }}
            className={css['plus'] ?? ''}
            isHere={screen === 'new'}
            title="New session"
            onGo={onGo}
          >
            <Icon of={Plus} size={14} />
            <span className="visually-hidden">New session</span>
          </LinkTo>
        </div>
        {open.length === 0 ? (
          <p className={css['none']}>{isKnown ? 'None is open.' : '–'}</p>
        ) : (
          <ul>
            {open.map((head) => (
              <li key={head.sessionId}>
                <SessionLink head={head} onGo={onGo} />
              </li>
            ))}
          </ul>
        )}
        {earlier.length > 0 && <Earlier heads={earlier} onGo={onGo} />}
      </div>
      <div className={css['foot']}>
        <LinkTo
          route={{ screen: 'welcome' }}
          className={navClass(screen === 'welcome')}
          isHere={screen === 'welcome'}
          onGo={onGo}
        >
          <Icon of={Compass} />
          First steps
        </LinkTo>
      </div>
    </nav>
  );
}

function navClass(isHere: boolean): string {
  return `${css['nav']} ${isHere ? css['on'] : ''}`;
}

function splitSessions(sessions: readonly SessionHead[]): readonly [SessionHead[], SessionHead[]] {
  const open = sessions.filter((head) => head.state === 'open');
  const earlier = sessions.filter((head) => head.state !== 'open');
  return [open, earlier];
}

function Earlier(props: { readonly heads: readonly SessionHead[]; onGo(): void }): ReactNode {
  const [shown, setShown] = useState(EARLIER_STEP);
  const more = props.heads.length - shown;
  return (
    <>
      <div className={css['section']}>
        <h2>Earlier</h2>
      </div>
      <ul>
        {props.heads.slice(0, shown).map((head) => (
          <li key={head.sessionId}>
            <EarlierLink head={head} onGo={props.onGo} />
          </li>
        ))}
      </ul>
      {more > 0 && (
        <Button isCompact look="quiet" onPress={() => setShown(shown + EARLIER_STEP)}>
          Show {Math.min(more, EARLIER_STEP)} more
        </Button>
      )}
    </>
  );
}
