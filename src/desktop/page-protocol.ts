/**
 * Serves the page to our windows under a scheme of its own.
 *
 * Promises: only files of the built page are handed out, by their whole name from a list, so no address reaches any
 * other file; every answer carries the same content policy as the web host's. Without it the page would be a file of
 * the disk, and every file of the disk its neighbour.
 */
import { createPageFiles, PAGE_CSP } from '../server/index.ts';
import type { ProtocolPort } from './electron-port.ts';
import { PAGE_HOST, PAGE_SCHEME } from './page-address.ts';

/** Must be called before the app is ready. */
export function registerPageScheme(protocol: ProtocolPort): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: PAGE_SCHEME, privileges: { standard: true, secure: true } },
  ]);
}

/** Serves `desktop.html` and its parts from `folder`, once the app is ready. */
export function servePages(protocol: ProtocolPort, folder: string): void {
  protocol.handle(PAGE_SCHEME, createPageHandler(folder));
}

function answerWith(status: number, type: string, body: Buffer | string): Response {
  return new Response(typeof body === 'string' ? body : new Uint8Array(body), {
    status,
    headers: {
      'content-type': type,
      'content-security-policy': PAGE_CSP,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      // a new version may be installed under an open window; the files are read from memory anyway
      'cache-control': 'no-store',
    },
  });
}

/** Answers one request: 200, 404, or 405 for anything but reading. */
export function createPageHandler(folder: string): (request: Request) => Promise<Response> {
  const files = createPageFiles(folder, 'desktop.html');
  return async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return answerWith(405, 'text/plain; charset=utf-8', '405\n');
    const url = URL.parse(request.url);
    const file = url?.host === PAGE_HOST ? files.find(url.pathname) : undefined;
    if (file === undefined) return answerWith(404, 'text/plain; charset=utf-8', '404\n');
    return answerWith(200, file.type, request.method === 'HEAD' ? '' : file.body);
  };
}
