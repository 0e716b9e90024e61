/**
 * What a page of ours may load and do, sent with every file of it, over HTTP and over the scheme of the desktop shell
 * alike. Nothing comes from elsewhere, nothing runs but our own files, nobody shows us in a frame, and text cannot
 * become HTML by accident (one named policy of the page's own is allowed to make it).
 */
export const PAGE_CSP: string = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "object-src 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types sallyport',
].join('; ');
