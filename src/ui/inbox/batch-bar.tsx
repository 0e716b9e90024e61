import { type ReactNode, useState } from 'react';
import type { Approval } from '../../protocol/index.ts';
import { Button } from '../controls/index.ts';
import { SafeText } from '../marks/index.ts';
import css from './batch.module.css';
import { BatchDialog, type BatchWish } from './batch-dialog.tsx';
import { judgeBatch } from './judge-batch.ts';
import { listAction, verbOf } from './name-action.ts';
import type { Inbox } from './use-inbox.ts';

/** What can be done with the selected requests together. */
export function BatchBar(props: { readonly inbox: Inbox }): ReactNode {
  const { selected, isReady, clearSelection } = props.inbox;
  const [wish, setWish] = useState<BatchWish | undefined>(undefined);
  const verdict = judgeBatch(selected);
  const count = selected.length;
  const close = (): void => {
    setWish(undefined);
    clearSelection();
  };
  return (
    <>
      {count > 0 && (
        <section className={css['bar']} aria-label="Selected requests">
          <b>{count} selected</b>
          <span className={css['action']}>
            <Described selected={selected} actionCount={verdict.actionCount} />
          </span>
          {verdict.problem !== undefined && <span className={css['problem']}>{verdict.problem}</span>}
          <span className={css['buttons']}>
            <Button
              look="deny"
              isDisabled={!isReady}
              onPress={() => setWish({ outcome: 'rejected', approvals: selected })}
            >
              Reject {count}…
            </Button>
            <Button
              look="allow"
              isDisabled={!isReady || verdict.problem !== undefined}
              onPress={() => setWish({ outcome: 'allowed', approvals: selected })}
            >
              Allow {count} once…
            </Button>
            <Button look="quiet" onPress={clearSelection}>
              Clear
            </Button>
          </span>
        </section>
      )}
      {wish !== undefined && <BatchDialog wish={wish} onCancel={() => setWish(undefined)} onDone={close} />}
    </>
  );
}

function Described(props: {
  readonly selected: readonly Approval[];
  readonly actionCount: number;
}): ReactNode {
  const first = props.selected[0];
  if (first === undefined || props.actionCount > 1) return `${props.actionCount} different actions`;
  return (
    <>
      one action: {verbOf(first.kind)}{' '}
      <code>
        <SafeText text={listAction(first)} maxChars={200} />
      </code>
    </>
  );
}
