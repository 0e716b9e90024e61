import type { StoreApi } from 'zustand/vanilla';
import type { SessionId } from '../../protocol/index.ts';
import type { LocalUi } from './local-ui.ts';

/** What of a session is shown. */
export type Pane = 'timeline' | 'terminal';

/** Sessions that are remembered as showing their terminal. */
export const MAX_TERMINALS = 50;

/** Remembers what of a session is shown. */
export function setPane(local: StoreApi<LocalUi>, sessionId: SessionId, pane: Pane): void {
  local.setState(({ terminals }) => {
    const others = terminals.filter((id) => id !== sessionId);
    return { terminals: pane === 'terminal' ? [...others, sessionId].slice(-MAX_TERMINALS) : others };
  });
}
