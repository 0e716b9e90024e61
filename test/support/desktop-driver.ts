/**
 * Runs the built main bundle of the desktop app under Node, with the double in the place of Electron and a real process
 * for the engine's host, and prints what came of it as one line of JSON.
 *
 * Usage: node test/support/desktop-driver.ts OUT      (OUT: the folder of the bundles; SALLYPORT_HOME: a scratch one)
 */
import { registerHooks } from 'node:module';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { createEngineClient } from '../../src/client/index.ts';
import { createPortPipe } from '../../src/desktop/pipe-message-port.ts';
import { createElectronDouble } from './electron-double.ts';
import { RealChild } from './process-double.ts';

const out = resolve(process.argv[2] ?? 'out');
const home = process.env['SALLYPORT_HOME'] ?? '';
const electron = createElectronDouble({ hasRealChild: true, userData: join(home, 'desktop') });
Reflect.set(globalThis, 'electronDouble', electron);
const names = Object.keys(electron).map(
  (name) => `export const ${name} = globalThis.electronDouble.${name};`,
);
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url: 'double:electron', shortCircuit: true } : next(specifier, context),
  load: (url, context, next) =>
    url === 'double:electron'
      ? { format: 'module', source: names.join('\n'), shortCircuit: true }
      : next(url, context),
});

async function until<T>(what: string, find: () => T | undefined): Promise<T> {
  const deadline = Date.now() + 15_000;
  while (Date.now() < deadline) {
    const found = find();
    if (found !== undefined) return found;
    await delay(10);
  }
  throw new Error(`not within 15 s: ${what}`);
}

/** What the page would do with the port it was given last. */
async function speakAsPage(count: number) {
  const window = await until('a window', () => electron.windows[0]);
  const { handed } = window.webContents;
  await until(`port ${count}`, () => handed[count - 1]);
  const [port] = handed.at(-1)?.ports ?? [];
  if (port === undefined) throw new Error('no port');
  const client = createEngineClient(createPortPipe(port, { isReader: true }));
  await client.hello('page', '0.0.0');
  const { about, sessions } = await client.call('overview/watch', {});
  const stop = await client.call('engine/stop', { force: true }).catch((thrown: unknown) => thrown);
  return { client, about, sessions: sessions.length, stop: Reflect.get(Object(stop), 'code') };
}

const realChild = (at: number): RealChild => {
  const child = electron.children.at(at);
  if (child instanceof RealChild) return child;
  throw new Error('no child');
};

await import(pathToFileURL(join(out, 'main', 'index.js')).href);
const first = await speakAsPage(1);
const page = await electron.handlers.get('sallyport')?.(new Request('sallyport://app/'));

// the engine dies: the page gets a port to the next one
realChild(0).process.kill('SIGKILL');
await until('the port to close', () => (first.client.isClosed ? true : undefined));
const second = await speakAsPage(2);

const ended = new Promise((settle) => {
  realChild(-1).process.once('exit', settle);
});
electron.app.quit();
const status = await ended;
await until('the end', () => (electron.app.calls.at(-1) === 'quit' ? true : undefined));
process.stdout.write(
  `${JSON.stringify({
    loaded: electron.windows[0]?.calls[0],
    preferences: electron.windows[0]?.options['webPreferences'],
    page: page?.status,
    engines: [first.about.pid, second.about.pid],
    children: electron.children.map((_child, at) => realChild(at).process.pid),
    sessions: first.sessions,
    stop: first.stop,
    status,
    asked: electron.asked.length,
  })}\n`,
);
process.exit(0);
