import { useEffect } from 'react';
import { findOldest, goTo, isPlainKey, isTyping, type Page, usePage } from '../local/index.ts';

/** Screens on which a card can be shown. */
const WITH_CARD = ['inbox', 'session', 'popover'];

/** Ctrl or ⌘ with J, and `?`, wherever the focus is. */
export function useGlobalKeys(): void {
  const page = usePage();
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.isComposing || event.defaultPrevented) return;
      if (isOldestKey(event)) {
        event.preventDefault();
        goToOldest(page);
      } else if (event.key === '?' && isPlainKey(event) && !isTyping(event.target)) {
        if (!page.local.getState().hasLetterKeys) return;
        event.preventDefault();
        page.local.setState({ isHelpOpen: true });
      }
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [page]);
}

function isOldestKey(event: KeyboardEvent): boolean {
  const hasMod = event.ctrlKey || event.metaKey;
  return hasMod && !event.altKey && !event.shiftKey && event.key.toLowerCase() === 'j';
}

/** Gives the focus to the card that has waited longest: here where a card can be shown, else in the inbox. */
export function goToOldest(page: Page): void {
  const { live, local, host } = page;
  const oldest = findOldest(live.getState().approvals, local.getState().snoozedUntil, host.nowMs());
  if (oldest === undefined) return;
  const { approvalId } = oldest;
  if (!WITH_CARD.includes(local.getState().route.screen)) goTo(page, { screen: 'inbox', approvalId });
  local.setState({ openApprovalId: approvalId, cardFocusWanted: approvalId, isHelpOpen: false });
}
