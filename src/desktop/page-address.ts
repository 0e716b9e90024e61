import type { Approval } from '../protocol/index.ts';

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
