import { Hand, Loader, Pause } from 'lucide-react';
import type { ReactNode } from 'react';
import type { SessionHead } from '../../protocol/index.ts';
import css from './marks.module.css';

/** What a session is doing. Asking is the only one with an outline. */
export function StatePill(props: { readonly head: SessionHead }): ReactNode {
  const { head } = props;
  if (head.openApprovals > 0) {
    return (
      <span className={`${css['state']} ${css['asking']}`}>
        <Hand aria-hidden="true" />
        Asking {head.openApprovals}
      </span>
    );
  }
  const plain = `${css['state']} ${css['plain']}`;
  if (head.isPaused) {
    return (
      <span className={plain}>
        <Pause aria-hidden="true" />
        Paused
      </span>
    );
  }
  if (head.state !== 'open') return <span className={plain}>{head.state === 'lost' ? 'Lost' : 'Ended'}</span>;
  if (!head.isWorking) return <span className={plain}>Open</span>;
  return (
    <span className={plain}>
      <Loader aria-hidden="true" />
      Working
    </span>
  );
}
