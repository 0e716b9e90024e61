import { Check, CircleX, Clock, KeyRound, type LucideIcon, Minus, Pencil } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Approval, SettledApproval } from '../../protocol/index.ts';
import { Button } from '../controls/index.ts';
import { findOldest, goTo, useLive, useLocal, useNow, usePage } from '../local/index.ts';
import { formatAge, Icon, Kbd, SafeText } from '../marks/index.ts';
import css from './card.module.css';
import { CardQuote } from './card-facts.tsx';
import { byWords, outcomeWord } from './card-words.ts';
import { openCard } from './open-card.ts';

function iconOf(settled: Pick<SettledApproval, 'outcome' | 'scope'>): LucideIcon {
  switch (settled.outcome) {
    case 'allowed':
      return settled.scope === undefined || settled.scope === 'once' ? Check : KeyRound;
    case 'rejected':
      return CircleX;
    case 'edited':
      return Pencil;
    case 'expired':
      return Clock;
    case 'withdrawn':
      return Minus;
  }
}

function ago(atMs: number, nowMs: number): string {
  const age = nowMs - atMs;
  return age < 5000 ? 'just now' : `${formatAge(age)} ago`;
}

const withCapital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

/** When and by whom; for what nobody answered, why. */
function outcomeStory(settled: Outcome, nowMs: number): string {
  const when = settled.settledAt === undefined ? '' : ago(settled.settledAt, nowMs);
  if (settled.outcome === 'withdrawn')
    return `${withCapital(settled.by ?? 'the asker is gone')}. Nothing was run.`;
  if (settled.outcome === 'expired') return `${when === '' ? '' : `${when}. `}Nobody answered in time.`;
  return [when, byWords(settled.by)].filter((part) => part !== '').join(', ');
}

/** As far as it is known: an answer that came too late is told less than the engine tells everybody. */
export type Outcome = Pick<SettledApproval, 'outcome' | 'by' | 'scope' | 'feedback' | 'editedText'> & {
  readonly settledAt?: number | undefined;
};

/** What came of a question. `isLate`: this page answered too, and was not the first. */
export function CardOutcome(props: { readonly settled: Outcome; readonly isLate: boolean }): ReactNode {
  const { settled, isLate } = props;
  const nowMs = useNow();
  const word = outcomeWord(settled);
  const story = outcomeStory(settled, nowMs);
  const look = settled.outcome === 'rejected' ? css['bad'] : settled.outcome === 'allowed' ? css['good'] : '';
  return (
    <>
      <p className={css['outcome']} role="status">
        <span className={look}>
          <Icon of={iconOf(settled)} />
        </span>
        <span>
          {isLate && 'Your answer came too late. '}
          <b>{word}</b>
          {settled.outcome === 'withdrawn' ? '. ' : ' '}
          <span className={css['story']}>
            <SafeText text={story} maxChars={1000} />
          </span>
        </span>
      </p>
      {settled.editedText !== undefined && (
        <CardQuote label="Instead of it" text={settled.editedText} isCode />
      )}
      {settled.feedback !== undefined && settled.feedback !== '' && (
        <CardQuote label="Reason" text={settled.feedback} isQuoted={settled.by !== 'rule'} />
      )}
    </>
  );
}

/** Where to go from a settled card. */
export function OutcomeLinks(props: {
  readonly approval: Approval | undefined;
  readonly hasKeyCaps: boolean;
}): ReactNode {
  const page = usePage();
  const { approval } = props;
  const approvals = useLive((view) => view.approvals);
  const snoozedUntil = useLocal((ui) => ui.snoozedUntil);
  const next = findOldest(approvals, snoozedUntil, page.host.nowMs());
  const route = useLocal((ui) => ui.route);
  const isThere = route.screen === 'session' && route.sessionId === approval?.sessionId;
  const chord = page.host.platform === 'mac' ? '⌘J' : 'Ctrl+J';
  if (next === undefined && (approval === undefined || isThere)) return null;
  return (
    <div className={css['links']}>
      {approval !== undefined && !isThere && (
        <Button
          isCompact
          onPress={() =>
            goTo(page, {
              screen: 'session',
              sessionId: approval.sessionId,
              approvalId: approval.approvalId,
            })
          }
        >
          Open record
        </Button>
      )}
      {next !== undefined && (
        <Button isCompact look="quiet" onPress={() => openCard(page, next, true)}>
          Next waiting {props.hasKeyCaps && <Kbd>{chord}</Kbd>}
        </Button>
      )}
    </div>
  );
}
