import { ApprovalId, SessionId } from '../../protocol/index.ts';

/** The screens. The address of each is the part behind `#`, so that Back works and a link can be kept. */
export type Route =
  | { readonly screen: 'inbox'; readonly approvalId?: ApprovalId }
  | { readonly screen: 'session'; readonly sessionId: SessionId; readonly approvalId?: ApprovalId }
  | { readonly screen: 'new' }
  | { readonly screen: 'welcome' }
  | { readonly screen: 'popover' }
  | { readonly screen: 'home' };

/** `#/inbox`, `#/inbox/cmd-…`, `#/session/<id>`, `#/session/<id>/cmd-…`, `#/new`, `#/welcome`, `#/popover`. */
export function parseRoute(hash: string): Route {
  const [screen, first, second] = hash.replace(/^#\/?/, '').split('/');
  const approvalOf = (text: string | undefined): { approvalId?: ApprovalId } => {
    const parsed = ApprovalId.safeParse(text);
    return parsed.success ? { approvalId: parsed.data } : {};
  };
  if (screen === 'inbox') return { screen, ...approvalOf(first) };
  if (screen === 'session') {
    const sessionId = SessionId.safeParse(first);
    if (sessionId.success) return { screen, sessionId: sessionId.data, ...approvalOf(second) };
  }
  if (screen === 'new' || screen === 'welcome' || screen === 'popover') return { screen };
  return { screen: 'home' };
}

/** The address of a screen, with its `#`. */
export function writeRoute(route: Route): string {
  if (route.screen === 'home') return '#/';
  const parts: string[] = [route.screen];
  if (route.screen === 'session') parts.push(route.sessionId);
  if ('approvalId' in route && route.approvalId !== undefined) parts.push(route.approvalId);
  return `#/${parts.join('/')}`;
}
