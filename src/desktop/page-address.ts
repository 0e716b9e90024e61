import { type Approval, ApprovalId, SessionId } from '../protocol/index.ts';

/** The scheme that the shell's own pages come from, and nothing else does. */
export const PAGE_SCHEME = 'sallyport';
export const PAGE_HOST = 'app';
/** Where the one page is; its screens are behind `#`. */
export const PAGE_URL: string = `${PAGE_SCHEME}://${PAGE_HOST}/`;

/** The screen of one question, in its session. */
export function questionHash({ sessionId, approvalId }: Pick<Approval, 'sessionId' | 'approvalId'>): string {
  return `#/session/${sessionId}/${approvalId}`;
}

/** Is this the address of a page of ours? */
export function isPageAddress(address: string): boolean {
  const url = URL.parse(address);
  return (
    url?.protocol === `${PAGE_SCHEME}:` &&
    url.host === PAGE_HOST &&
    url.username === '' &&
    url.password === ''
  );
}

/**
 * The screen of one question that an address of ours names, written anew; `undefined` for every other address. Other
 * screens have no reason to be opened from a page.
 */
export function readQuestionHash(address: string): string | undefined {
  const url = isPageAddress(address) ? URL.parse(address) : null;
  if (url === null || url.pathname !== '/' || url.search !== '') return undefined;
  const [screen, session, approval, ...rest] = url.hash.replace(/^#\//, '').split('/');
  const sessionId = SessionId.safeParse(session);
  const approvalId = ApprovalId.safeParse(approval);
  if (screen !== 'session' || rest.length > 0 || !sessionId.success || !approvalId.success) return undefined;
  return questionHash({ sessionId: sessionId.data, approvalId: approvalId.data });
}
