import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPageHandler, registerPageScheme, servePages } from '../../../src/desktop/page-protocol.ts';
import { PAGE_CSP } from '../../../src/server/index.ts';
import { createElectronDouble } from '../../support/electron-double.ts';
import { makeFolder } from '../../support/real-engine.ts';

const folder = makeFolder();
let get: (url: string, method?: string) => Promise<Response>;

beforeAll(() => {
  const pages = join(folder.path, 'renderer');
  mkdirSync(join(pages, 'assets', 'deeper'), { recursive: true });
  writeFileSync(join(folder.path, 'secret.js'), 'secret');
  writeFileSync(join(pages, 'desktop.html'), '<title>desktop</title>');
  writeFileSync(join(pages, 'web.html'), 'web');
  writeFileSync(join(pages, 'assets', 'app.js'), 'app');
  writeFileSync(join(pages, 'assets', 'deeper', 'x.js'), 'secret');
  symlinkSync(join(folder.path, 'secret.js'), join(pages, 'assets', 'link.js'));
  const handler = createPageHandler(pages);
  get = (url, method = 'GET') => handler(new Request(url, { method }));
});
afterAll(() => folder.remove());

describe('the own scheme', () => {
  it('is registered as standard and secure, and nothing more', () => {
    const { protocol, schemes, handlers } = createElectronDouble();
    registerPageScheme(protocol);
    servePages(protocol, folder.path);
    expect(schemes).toEqual([{ scheme: 'sallyport', privileges: { standard: true, secure: true } }]);
    expect([...handlers.keys()]).toEqual(['sallyport']);
  });

  it('serves the page and its parts, each with the policy of the web host', async () => {
    const page = await get('sallyport://app/#/inbox');
    expect([page.status, await page.text()]).toEqual([200, '<title>desktop</title>']);
    expect(page.headers.get('content-type')).toContain('text/html');
    const part = await get('sallyport://app/assets/app.js');
    expect([part.status, await part.text()]).toEqual([200, 'app']);
    for (const { headers } of [page, part, await get('sallyport://app/nothing')]) {
      expect(headers.get('content-security-policy')).toBe(PAGE_CSP);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  it.each([
    'sallyport://app/../secret.js',
    'sallyport://app/assets/../../secret.js',
    'sallyport://app/assets/%2e%2e/%2e%2e/secret.js',
    'sallyport://app/assets/..%2f..%2fsecret.js',
    'sallyport://app/assets/..%5c..%5csecret.js',
    'sallyport://app/assets/..\\..\\secret.js',
    'sallyport://app//secret.js',
    'sallyport://app/assets/link.js',
    'sallyport://app/assets/deeper/x.js',
    'sallyport://app/assets/app.js%00.png',
    'sallyport://app/assets/',
    'sallyport://app/web.html',
    'sallyport://other/assets/app.js',
  ])('%s is 404', async (url) => {
    const answer = await get(url);
    expect([answer.status, await answer.text()]).toEqual([404, '404\n']);
  });

  it('only reads', async () => {
    expect((await get('sallyport://app/', 'POST')).status).toBe(405);
    const head = await get('sallyport://app/', 'HEAD');
    expect([head.status, await head.text()]).toEqual([200, '']);
  });
});
