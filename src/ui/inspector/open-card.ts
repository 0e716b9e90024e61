import type { Approval } from '../../protocol/index.ts';
import { goTo, type Page } from '../local/index.ts';

/** Opens the card of a question where the person is, and gives it the focus: only ever because the person asked. */
export function openCard(page: Page, approval: Approval, wantsFocus: boolean): void {
  const { route } = page.local.getState();
  const { approvalId, sessionId } = approval;
  if (route.screen === 'inbox') goTo(page, { screen: 'inbox', approvalId });
  else if (route.screen === 'session') goTo(page, { screen: 'session', sessionId, approvalId });
  page.local.setState({ openApprovalId: approvalId, ...(wantsFocus && { cardFocusWanted: approvalId }) });
}
