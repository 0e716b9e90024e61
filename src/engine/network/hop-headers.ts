/** Headers that are meant for the next reader only, and are not passed on. */
const HOP_HEADERS = new Set([
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'trailers',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  'expect',
  'host',
  'content-length',
]);

function listNamed(rawHeaders: readonly string[]): Set<string> {
  const named = new Set<string>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    if (!/^(?:proxy-)?connection$/i.test(rawHeaders[index] ?? '')) continue;
    for (const name of (rawHeaders[index + 1] ?? '').split(',')) named.add(name.trim().toLowerCase());
  }
  return named;
}

/**
 * The headers to pass on, as a flat list of names and values: without those for one hop, those that `Connection` names,
 * `Proxy-*`, and those of the framing (`Host`, `Content-Length`), which the sender sets anew.
 */
export function passHeaders(rawHeaders: readonly string[]): string[] {
  const named = listNamed(rawHeaders);
  const passed: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2);
    const key = name.toLowerCase();
    if (HOP_HEADERS.has(key) || key.startsWith('proxy-') || named.has(key)) continue;
    passed.push(name, value);
  }
  return passed;
}
