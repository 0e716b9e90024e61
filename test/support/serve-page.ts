import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createEngine } from '../../src/engine/index.ts';
import { type Serving, serveEngine } from '../../src/server/index.ts';
import { type PageAddress, readPageAddress } from './page-client.ts';
import { makeFolder } from './real-engine.ts';

/** A real engine in this process that serves a page of a few lines. */
export interface ServedPage {
  readonly serving: Serving;
  /** An address with a token that nobody has used. */
  openAddress(): Promise<PageAddress>;
  stop(): Promise<void>;
}

/** Beside the page lies a secret, one folder up and behind a link. */
export async function servePage(): Promise<ServedPage> {
  const folder = makeFolder('sallyport-web');
  const pages = join(folder.path, 'pages');
  mkdirSync(join(pages, 'assets', 'inner'), { recursive: true });
  writeFileSync(join(pages, 'web.html'), '<!doctype html><title>a page</title>\n');
  writeFileSync(join(pages, 'desktop.html'), 'the other page');
  writeFileSync(join(pages, 'assets', 'web-AbCd1234.js'), 'export {};\n');
  writeFileSync(join(pages, 'assets', 'notes.md'), 'not a part of the page');
  writeFileSync(join(pages, 'assets', 'inner', 'deep.js'), 'export {};\n');
  writeFileSync(join(folder.path, 'secret.txt'), 'a secret');
  symlinkSync(join(folder.path, 'secret.txt'), join(pages, 'assets', 'link.txt'));
  const home = join(folder.path, 'home');
  const serving = await serveEngine({
    home,
    runtimeDir: join(home, 'run'),
    version: '0.0.0-test',
    env: {},
    isBackground: false,
    pagesFolder: pages,
    createEngine,
  });
  if (serving.state !== 'serving') throw new Error('not serving');
  return {
    serving,
    openAddress: async () => readPageAddress(await serving.openWeb()),
    stop: async () => {
      await serving.stop();
      folder.remove();
    },
  };
}
