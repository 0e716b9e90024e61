import { Pause, Play } from 'lucide-react';
import type { ReactNode } from 'react';
import { countThings } from '../../timeline/index.ts';
import { Button } from '../controls/index.ts';
import { useLive } from '../local/index.ts';
import { formatAge, Icon, Kbd, RiskChip, SafeText } from '../marks/index.ts';
import { ActionIcon } from './action-icon.tsx';
import type { FloodLine } from './find-flood.ts';
import css from './flood.module.css';
import { CELL, rowRole } from './grid-roles.ts';
import type { FloodItem } from './list-items.ts';
import { listAction } from './name-action.ts';
import type { Inbox } from './use-inbox.ts';

/** So many actions are named; the others are counted. */
const SHOWN_LINES = 3;

/** Many requests in a short time, as one. It cannot be answered: only opened, or its session paused. */
export function FloodCard(props: {
  readonly item: FloodItem;
  readonly inbox: Inbox;
  readonly rowIndex: number;
  readonly isCursor: boolean;
}): ReactNode {
  const { item, inbox } = props;
  const { approvals, lines, spanMs } = item.flood;
  const isPaused = useLive(
    (view) => view.sessions.find(({ sessionId }) => sessionId === item.sessionId)?.isPaused === true,
  );
  const more = lines.length - SHOWN_LINES;
  return (
    <div
      {...rowRole(props.rowIndex)}
      className={css['flood']}
      tabIndex={props.isCursor ? 0 : -1}
      data-key={item.key}
    >
      <span {...CELL} className={css['cell']}>
        <span className={css['title']}>
          {countThings(approvals.length, 'request')}, highest is {approvals[0]?.risk?.level ?? 'not reviewed'}
          <span className={css['span']}>
            {approvals.length} in {formatAge(Math.max(1000, spanMs))}
          </span>
        </span>
        {lines.slice(0, SHOWN_LINES).map((line) => (
          <Line key={line.approval.approvalId} {...line} />
        ))}
        {more > 0 && <span className={css['note']}>and {countThings(more, 'more action')}</span>}
        <span className={css['buttons']}>
          <Button isDisabled={!inbox.isReady} onPress={() => inbox.togglePause(item.sessionId)}>
            <Icon of={isPaused ? Play : Pause} size={14} />
            {isPaused ? 'Go on' : 'Pause session'}
          </Button>
          <Button onPress={() => inbox.unfold(approvals)}>
            One by one <Kbd>⏎</Kbd>
          </Button>
        </span>
        <span className={css['note']}>
          A group is never allowed as one. Rows with one same action can be, when none is high.
        </span>
      </span>
    </div>
  );
}

function Line(props: FloodLine): ReactNode {
  const { approval, count } = props;
  return (
    <span className={css['line']}>
      <ActionIcon kind={approval.kind} />
      <code>
        <SafeText text={listAction(approval)} maxChars={200} />
      </code>
      <span className={css['count']}>{count}</span>
      <RiskChip risk={approval.risk} />
    </span>
  );
}
