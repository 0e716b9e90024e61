import { ArrowDown } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { SessionId } from '../../protocol/index.ts';
import { Button } from '../controls/index.ts';
import { useLive, useLocal, usePage } from '../local/index.ts';
import { Icon, Kbd } from '../marks/index.ts';
import css from './timeline.module.css';

const NUMBERS = new Intl.NumberFormat('en-GB');

/** What has come since the end went out of sight, and the way back to it. */
export function FollowPill(props: {
  readonly sessionId: SessionId;
  readonly total: number;
  onPress(): void;
}): ReactNode {
  const { host } = usePage();
  const hasLetterKeys = useLocal((ui) => ui.hasLetterKeys);
  // it is there only while the end is not followed: what it begins with is what was known then
  const [began] = useState(() => ({ total: props.total, at: host.nowMs() }));
  const waiting = useLive(
    (view) =>
      view.approvals.filter((one) => one.sessionId === props.sessionId && one.askedAt >= began.at).length,
  );
  const fresh = Math.max(0, props.total - began.total);
  return (
    <div className={css['followBar']}>
      <Button className={css['follow'] ?? ''} onPress={props.onPress}>
        <Icon of={ArrowDown} size={14} />
        {fresh === 0 && waiting === 0 ? 'To the end' : `${NUMBERS.format(fresh)} new`}
        {waiting > 0 && (
          <>
            <span className={css['dot']}>·</span> <b>{waiting} waiting</b>
          </>
        )}
        {hasLetterKeys && <Kbd>F</Kbd>}
      </Button>
    </div>
  );
}
