import type { ReactNode } from 'react';
import type { SessionHead } from '../../protocol/index.ts';
import { Button } from '../controls/index.ts';
import { goTo, useLive, usePage } from '../local/index.ts';
import { DEMO_WALK, walkPlaceOf } from './demo-walk.ts';
import css from './welcome.module.css';

/** Goes along with the example: what the question that waits is there to show, and what to try. */
export function DemoGuide(props: { readonly head: SessionHead }): ReactNode {
  const { head } = props;
  const page = usePage();
  const open = useLive((view) => view.approvals.find((approval) => approval.sessionId === head.sessionId));
  if (head.state !== 'open') {
    return (
      <aside className={css['guide']} aria-label="The example">
        <span>
          <b>That was the example.</b> Every row below was written down before it was told, and{' '}
          <code>sallyport history verify</code> finds any change.
        </span>
        <span className={css['guideEnd']}>
          <Button isCompact onPress={() => goTo(page, { screen: 'new' })}>
            New session
          </Button>
        </span>
      </aside>
    );
  }
  const place = open === undefined ? undefined : walkPlaceOf(open);
  const step = place === undefined ? undefined : DEMO_WALK[place];
  if (step === undefined || place === undefined) {
    return (
      <aside className={css['guide']} aria-label="The example">
        <span>
          <b>The example is running.</b> {open === undefined ? 'Its next question comes in a moment.' : ''}
        </span>
      </aside>
    );
  }
  return (
    <aside className={css['guide']} aria-label="The example">
      <span className={`${css['number']} ${css['now']}`}>{place + 1}</span>
      <span>
        <b>{step.advice}</b> {step.why}
      </span>
    </aside>
  );
}
