import type { LiveView } from '../../client/index.ts';
import type { Route } from '../local/index.ts';

/** What a page without an address begins with; `undefined` while nothing is known yet. */
export function chooseHome(
  view: Pick<LiveView, 'about' | 'sessions' | 'approvals'>,
): Route | 'empty' | undefined {
  const { about, sessions, approvals } = view;
  if (about === undefined) return undefined;
  if (approvals.length > 0) return { screen: 'inbox' };
  const newest = sessions[0];
  if (newest !== undefined) return { screen: 'session', sessionId: newest.sessionId };
  return about.hasHistory ? 'empty' : { screen: 'welcome' };
}
