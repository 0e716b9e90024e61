import type { Approval } from '../../protocol/index.ts';
import { goTo, type Page, renameCard } from '../local/index.ts';

/** Opens the card of a question where the person is, and gives it the focus: only ever because the person asked. */
export function openCard(page: Page, approval: Approval, wantsFocus: boolean): void {
  const { route } = page.local.getState();
  const { approvalId, sessionId } = approval;
  const isThere = route.screen === 'inbox' || (route.screen === 'session' && route.sessionId === sessionId);
  // in the place of a card there is no further page: Back leads to where the person came from
  if (isThere && route.approvalId !== undefined) renameCard(page, approvalId);
  else if (route.screen === 'inbox') goTo(page, { screen: 'inbox', approvalId });
  else if (route.screen === 'session') goTo(page, { screen: 'session', sessionId, approvalId });
  page.local.setState({ openApprovalId: approvalId, ...(wantsFocus && { cardFocusWanted: approvalId }) });
}
