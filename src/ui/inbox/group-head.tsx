import { Pause, Play } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '../controls/index.ts';
import { formatAge, Icon, SafeText } from '../marks/index.ts';
import { CELL, rowRole } from './grid-roles.ts';
import css from './inbox.module.css';
import type { HeadItem } from './list-items.ts';
import type { Inbox } from './use-inbox.ts';

/** The head of a group: whose requests follow, how many wait and since when. */
export function GroupHead(props: {
  readonly head: HeadItem;
  readonly inbox: Inbox;
  readonly rowIndex: number;
}): ReactNode {
  const { head, inbox } = props;
  const { sessionId, oldestAt } = head;
  const oldest = oldestAt === undefined ? '' : `, oldest ${formatAge(inbox.nowMs - oldestAt)}`;
  return (
    <div {...rowRole(props.rowIndex)} className={css['group']}>
      <span {...CELL} className={css['groupCell']}>
        <h2 className={head.isAction ? css['mono'] : ''}>
          <SafeText text={head.title} maxChars={200} />
        </h2>
        {head.agentName !== '' && (
          <span className={`${css['meta']} ${css['agent']}`}>
            <SafeText text={head.agentName} maxChars={60} />
          </span>
        )}
        <span className={css['meta']}>
          {head.waiting} waiting{oldest}
        </span>
        {sessionId !== undefined && (
          <PauseButton
            isPaused={head.isPaused}
            isDisabled={!inbox.isReady}
            onPress={() => inbox.togglePause(sessionId)}
          />
        )}
      </span>
    </div>
  );
}

/** Holds new runs of a session, or lets them go on. */
export function PauseButton(props: {
  readonly isPaused: boolean;
  readonly isDisabled: boolean;
  onPress(): void;
}): ReactNode {
  return (
    <Button
      isCompact
      look="quiet"
      label={props.isPaused ? 'Let the session go on' : 'Pause session'}
      className={css['push'] ?? ''}
      isDisabled={props.isDisabled}
      onPress={props.onPress}
    >
      <Icon of={props.isPaused ? Play : Pause} size={14} />
      <span className={css['words']}>{props.isPaused ? 'Go on' : 'Pause session'}</span>
    </Button>
  );
}
