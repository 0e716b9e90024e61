import type { ReactNode } from 'react';
import type { SessionHead } from '../../protocol/index.ts';
import { Button } from '../controls/index.ts';
import { goTo, useLive, useNarrow, usePage } from '../local/index.ts';
import { Kbd } from '../marks/index.ts';
import { DEMO_WALK, walkPlaceOf } from './demo-walk.ts';
import css from './welcome.module.css';

/** How one gets to the card of the question, by mouse and by keys. */
function WayToCard(): ReactNode {
  const chord = usePage().host.platform === 'mac' ? '⌘J' : 'Ctrl+J';
  const isNarrow = useNarrow();
  return (
    <span className={css['way']}>
      {isNarrow ? (
        'Its waiting row below opens its card.'
      ) : (
        <>
          Its card is on the right; after an answer, <b>Next waiting</b> leads to the next one.
        </>
      )}{' '}
      With keys: <Kbd>{chord}</Kbd>, then the letters on its buttons.
    </span>
  );
}

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
        <WayToCard />
      </span>
    </aside>
  );
}
