import type { TimelineRow } from '../../protocol/index.ts';
import { goTo, type Page } from '../local/index.ts';

/** Below this width the card is a page of its own. */
const ONE_COLUMN = '(max-width: 719px)';

/** The question that waits in a row. */
export function waitingIn(row: TimelineRow): TimelineRow['approvalId'] {
  return row.outcome === 'waiting' ? row.approvalId : undefined;
}

/** Makes a row the selected one; what is open in the inspector stays open. */
export function selectRow(page: Page, row: TimelineRow): void {
  page.local.setState({ selectedRowId: row.rowId, selectedRow: row });
}

/** Selects a row and shows it in the inspector: its waiting question, or the row itself. Moves no focus. */
export function showRow(page: Page, row: TimelineRow): void {
  page.local.setState({ selectedRowId: row.rowId, selectedRow: row, openApprovalId: waitingIn(row) });
}

/** Shows a row because a person asked for it by click or Enter: a waiting question gets the focus. */
export function openRow(page: Page, row: TimelineRow): void {
  const approvalId = waitingIn(row);
  const { route } = page.local.getState();
  if (approvalId !== undefined && route.screen === 'session' && matchMedia(ONE_COLUMN).matches) {
    goTo(page, { ...route, approvalId });
  }
  showRow(page, row);
  if (approvalId !== undefined) page.local.setState({ cardFocusWanted: approvalId });
}
