import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createEngineClient, type EngineClient } from '../../../src/client/index.ts';
import { createPortPipe } from '../../../src/desktop/pipe-message-port.ts';
import { type ParentEnd, runEngineHost } from '../../../src/desktop/run-engine-host.ts';
import { takeEngineSeat } from '../../../src/desktop/take-engine-seat.ts';
import { type EngineFolders, serveEngine } from '../../../src/server/index.ts';
import { createFakeEngine } from '../../support/fake-engine.ts';
import { PortDouble } from '../../support/process-double.ts';
import { makeFolder } from '../../support/real-engine.ts';

let folder: ReturnType<typeof makeFolder>;
let folders: EngineFolders;
const endings: (() => Promise<void> | void)[] = [];

beforeEach(() => {
  folder = makeFolder();
  folders = { home: folder.path, runtimeDir: join(folder.path, 'run') };
});
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
  folder.remove();
});

function serve() {
  const engine = createFakeEngine();
  return serveEngine({
    ...folders,
    version: '0.0.0',
    env: {},
    isBackground: false,
    pagesFolder: folder.path,
    createEngine: async () => engine,
  });
}

/** Another engine of the same user, with real socket and lock. */
async function startOther() {
  const outcome = await serve();
  if (outcome.state !== 'serving') throw new Error('not serving');
  endings.push(() => outcome.stop());
  return outcome;
}

function startHost() {
  const parent = new EventEmitter();
  const said: { type: string }[] = [];
  const statuses: number[] = [];
  const end: ParentEnd = Object.assign(parent, {
    postMessage: (message: { type: string }) => said.push(message),
  });
  const host = runEngineHost({
    parent: end,
    takeSeat: (signal) => takeEngineSeat({ folders, version: '0.0.0', signal, serve }),
    exit: (status) => void statuses.push(status),
  });
  endings.push(async () => {
    host.stop();
    await vi.waitFor(() => expect(statuses).not.toEqual([]));
  });
  let pages = 0;
  function openPage(): EngineClient {
    const { port1, port2 } = new MessageChannel();
    pages += 1;
    parent.emit('message', { data: { type: 'page', pageId: pages }, ports: [new PortDouble(port2)] });
    const client = createEngineClient(createPortPipe(new PortDouble(port1), { isReader: true }));
    endings.push(() => client.close());
    return client;
  }
  const heard = async (type: string): Promise<object | undefined> =>
    await vi.waitFor(() => {
      const message = said.find((one) => one.type === type);
      expect(message).toBeDefined();
      return message;
    }, 5000);
  return { host, openPage, said, statuses, heard };
}

async function expectPageRights(page: EngineClient): Promise<void> {
  await page.hello('page', '0.0.0');
  const { about } = await page.call('overview/watch', {});
  expect(about.engineId).toBe('fake-engine');
  for (const call of [
    page.call('engine/stop', { force: true }),
    page.call('event/subscribe', {}),
    page.call('web/open', {}),
  ]) {
    await expect(call).rejects.toMatchObject({ code: 'unknown-method' });
  }
}

describe("the engine's host", () => {
  it('becomes the engine, and gives a page what a page may, also one that came early', async () => {
    const { openPage, heard } = startHost();
    const early = openPage();
    expect(await heard('ready')).toEqual({ type: 'ready', isOwn: true });
    await expectPageRights(early);
    await expectPageRights(openPage());
  });

  it('relays pages to the engine that runs already, with no more rights', async () => {
    await startOther();
    const { openPage, heard } = startHost();
    expect(await heard('ready')).toEqual({ type: 'ready', isOwn: false });
    const page = openPage();
    await expectPageRights(page);
    await page.call('engine/hello', { protocolVersion: 1, client: 'x', version: '0', as: 'control' });
    await expect(page.call('engine/stop', { force: true })).rejects.toMatchObject({ code: 'unknown-method' });
  });

  it('takes the place of an engine that ends, and says so', async () => {
    const other = await startOther();
    const { openPage, said, heard } = startHost();
    await heard('ready');
    const page = openPage();
    await page.hello('page', '0.0.0');
    await other.stop();
    await vi.waitFor(() => {
      expect(said).toEqual([
        { type: 'ready', isOwn: false },
        expect.objectContaining({ type: expect.stringMatching(/gone|page-closed/) }),
        expect.objectContaining({ type: expect.stringMatching(/gone|page-closed/) }),
        { type: 'ready', isOwn: true },
      ]);
    }, 5000);
    expect(page.isClosed).toBe(true);
    await expectPageRights(openPage());
  });

  it('tells when a page is gone', async () => {
    const { openPage, heard } = startHost();
    await heard('ready');
    const page = openPage();
    await page.hello('page', '0.0.0');
    page.close();
    expect(await heard('page-closed')).toEqual({ type: 'page-closed', pageId: 1 });
  });

  it('ends with status 0 when it is told to, and frees the lock', async () => {
    const { host, heard, statuses } = startHost();
    await heard('ready');
    host.stop();
    await vi.waitFor(() => expect(statuses).toEqual([0]));
    expect((await startOther()).state).toBe('serving');
  });

  it('says why it cannot go on', async () => {
    const said: unknown[] = [];
    const statuses: number[] = [];
    const parent: ParentEnd = Object.assign(new EventEmitter(), {
      postMessage: (message: unknown) => said.push(message),
    });
    runEngineHost({
      parent,
      takeSeat: async () => {
        throw new Error('the disk is full');
      },
      exit: (status) => void statuses.push(status),
    });
    await vi.waitFor(() => expect(statuses).toEqual([1]));
    expect(said).toEqual([{ type: 'failed', message: 'the disk is full', hint: undefined }]);
  });
});
