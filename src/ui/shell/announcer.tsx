import { type ReactNode, useEffect, useState } from 'react';
import type { LiveView } from '../../client/index.ts';
import type { Approval } from '../../protocol/index.ts';
import { type Page, useLive, usePage } from '../local/index.ts';
import { findNews, tellAsked, tellSettled } from './announcements.ts';
import { LOST_WORDS } from './describe-connection.ts';

/** At most one message in so many ms. */
const BATCH_MS = 2000;

/** What a screen reader is told while the focus stays where it is: new requests, outcomes, and a lost engine. */
export function Announcer(): ReactNode {
  const page = usePage();
  const [asked, setAsked] = useState('');
  const [settled, setSettled] = useState('');
  const isLost = useLive(({ connection }) => connection.state === 'lost' && connection.wasReady);
  useEffect(() => followNews(page, { setAsked, setSettled }), [page]);
  return (
    <>
      <div className="visually-hidden" aria-live="polite" data-region="asked">
        {asked}
      </div>
      <div className="visually-hidden" aria-live="polite" data-region="settled">
        {settled}
      </div>
      <div className="visually-hidden" aria-live="assertive" data-region="lost">
        {isLost ? LOST_WORDS : ''}
      </div>
    </>
  );
}

interface Told {
  setAsked(words: string): void;
  setSettled(words: string): void;
}

/** Gathers what is new and tells it in batches; the result ends that. */
function followNews({ live, host }: Page, told: Told): () => void {
  let asked: readonly Approval[] = [];
  let settled: LiveView['settled'] = [];
  let stopWaiting: (() => void) | undefined;
  const tell = (): void => {
    stopWaiting = undefined;
    // what was asked and settled within one batch is told as settled only
    const over = new Set(settled.map(({ approvalId }) => approvalId));
    const open = asked.filter(({ approvalId }) => !over.has(approvalId));
    if (open.length > 0) told.setAsked(tellAsked(open));
    if (settled.length > 0) told.setSettled(tellSettled(settled));
    asked = [];
    settled = [];
  };
  const stop = live.subscribe((now, before) => {
    const news = findNews(before, now);
    if (news.asked.length + news.settled.length === 0) return;
    asked = [...asked, ...news.asked];
    settled = [...settled, ...news.settled];
    stopWaiting ??= host.after(BATCH_MS, tell);
  });
  return () => {
    stop();
    stopWaiting?.();
  };
}
