import { type RefObject, useEffect, useRef } from 'react';
import { useLocal } from '../local/index.ts';
import { type InboxKey, readInboxKey } from './inbox-keys.ts';
import { findNextHigh, listRange, moveBy } from './move-cursor.ts';
import type { Inbox } from './use-inbox.ts';

const CONTROL = 'button, a, input, select, [role=radio], [role=switch]';

/** The keys of the list, while the focus is in it or nowhere: never while it is in a card, a menu or a dialog. */
export function useInboxKeys(
  pane: RefObject<HTMLElement | null>,
  filterField: RefObject<HTMLInputElement | null>,
  inbox: Inbox,
): void {
  const hasLetterKeys = useLocal((local) => local.hasLetterKeys);
  const latest = useRef(inbox);
  useEffect(() => {
    latest.current = inbox;
  });
  useEffect(() => {
    const document = pane.current?.ownerDocument;
    const onKeyDown = (event: KeyboardEvent): void => {
      const target = event.target instanceof Element ? event.target : null;
      const isOurs = target === document?.body || pane.current?.contains(target) === true;
      if (!isOurs) return;
      const isOnControl = target?.closest(CONTROL) != null && !target.matches('[data-row-check]');
      const key = readInboxKey(event, { hasLetterKeys, isOnControl });
      if (key === undefined) return;
      event.preventDefault();
      if (key === 'filter') filterField.current?.focus();
      else act(key, latest.current);
    };
    document?.addEventListener('keydown', onKeyDown);
    return () => document?.removeEventListener('keydown', onKeyDown);
  }, [pane, filterField, hasLetterKeys]);
}

function act(key: Exclude<InboxKey, 'filter'>, inbox: Inbox): void {
  const { stops, cursor } = inbox;
  if (key === 'next' || key === 'previous') {
    inbox.moveTo(moveBy(stops, cursor, key === 'next' ? 1 : -1));
    return;
  }
  if (key === 'next-high') {
    inbox.moveTo(findNextHigh(stops, cursor) ?? cursor);
    return;
  }
  if (key === 'group') {
    inbox.setGrouping(inbox.grouping === 'session' ? 'action' : 'session');
    return;
  }
  actOnCursor(key, inbox);
}

function actOnCursor(key: 'open' | 'select' | 'range' | 'snooze' | 'pause', inbox: Inbox): void {
  const stop = inbox.stops.find((one) => one.key === inbox.cursor);
  if (stop === undefined) return;
  if (key === 'open') inbox.open(stop);
  else if (key === 'pause') {
    const sessionId = stop.kind === 'flood' ? stop.sessionId : stop.approval.sessionId;
    inbox.togglePause(sessionId);
  } else if (stop.kind !== 'request') return;
  else if (key === 'select') inbox.toggle(stop);
  else if (key === 'range') inbox.select(listRange(inbox.stops, inbox.anchor, stop.key));
  else if (stop.settled === undefined) inbox.snooze(stop);
}
