import { Check, CircleX, type LucideIcon, Minus, Square, Unplug } from 'lucide-react';
import type { ReactNode } from 'react';
import type { SessionHead } from '../../protocol/index.ts';
import { showLine } from '../../timeline/index.ts';
import { folderNameOf, useLocal } from '../local/index.ts';
import { Age, Icon, RiskChip, SafeText, StatePill } from '../marks/index.ts';
import { LinkTo } from './link-to.tsx';
import css from './rail.module.css';

interface LinkProps {
  readonly head: SessionHead;
  onGo(): void;
}

function useIsHere(head: SessionHead): boolean {
  return useLocal(({ route }) => route.screen === 'session' && route.sessionId === head.sessionId);
}

const nameOf = (head: SessionHead): ReactNode => (
  <SafeText text={folderNameOf(head.workspace)} maxChars={80} />
);

/** A session that is open: who works where, since when, and the worst that it asks. */
export function SessionLink({ head, onGo }: LinkProps): ReactNode {
  const isHere = useIsHere(head);
  return (
    <LinkTo
      route={{ screen: 'session', sessionId: head.sessionId }}
      className={`${css['session']} ${isHere ? css['here'] : ''}`}
      isHere={isHere}
      title={showLine(head.title, 200)}
      onGo={onGo}
    >
      <span className={css['line']}>
        <span className={css['name']}>{nameOf(head)}</span>
        <span className={css['agent']}>
          <SafeText text={head.agentName} maxChars={40} />
        </span>
        <span className={css['age']}>
          <Age since={head.lastAt} />
        </span>
      </span>
      <span className={css['line']}>
        <StatePill head={head} />
        {head.openRisk === undefined ? (
          <span className={css['activity']}>
            <SafeText text={head.activity} maxChars={100} />
          </span>
        ) : (
          <span className={css['end']}>
            <RiskChip risk={head.openRisk} isBare />
          </span>
        )}
      </span>
    </LinkTo>
  );
}

interface End {
  readonly icon: LucideIcon;
  readonly words: string;
}

const ENDS: Record<SessionHead['outcome'], End> = {
  ok: { icon: Check, words: 'ended well' },
  failed: { icon: CircleX, words: 'failed' },
  stopped: { icon: Square, words: 'stopped' },
  none: { icon: Minus, words: 'ended' },
};
const LOST: End = { icon: Unplug, words: 'lost' };

/** A session that is over, and how it ended. */
export function EarlierLink({ head, onGo }: LinkProps): ReactNode {
  const isHere = useIsHere(head);
  const { icon, words } = head.state === 'lost' ? LOST : ENDS[head.outcome];
  return (
    <LinkTo
      route={{ screen: 'session', sessionId: head.sessionId }}
      className={`${css['old']} ${isHere ? css['here'] : ''}`}
      isHere={isHere}
      title={`${showLine(head.title, 200)}: ${words}`}
      onGo={onGo}
    >
      <Icon of={icon} size={14} />
      <span className="visually-hidden">{words}</span>
      <span className={css['oldName']}>{nameOf(head)}</span>
      {head.title !== '' && head.title !== folderNameOf(head.workspace) && (
        <span className={css['oldTitle']}>
          <SafeText text={head.title} maxChars={80} />
        </span>
      )}
      <span className={css['age']}>
        <Age since={head.closedAt ?? head.lastAt} />
      </span>
    </LinkTo>
  );
}
