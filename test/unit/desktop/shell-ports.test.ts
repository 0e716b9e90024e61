import { describe, expect, it, vi } from 'vitest';
import { createPortPipe } from '../../../src/desktop/pipe-message-port.ts';
import type { ElectronDouble } from '../../support/electron-double.ts';
import type { PortDouble } from '../../support/process-double.ts';
import { startShell, tellReady } from './start-shell.ts';

describe('ports', () => {
  const handed = (electron: ElectronDouble) => electron.windows[0]?.webContents.handed ?? [];

  it('are handed when the engine is ready, and anew for a page that loads again', async () => {
    const electron = await startShell();
    expect(handed(electron)).toEqual([]);
    tellReady(electron);
    expect(handed(electron).map(({ channel, ports }) => [channel, ports.length])).toEqual([['port', 1]]);
    electron.windows[0]?.webContents.reload();
    await vi.waitFor(() => expect(handed(electron)).toHaveLength(2));
  });

  it('go to no page but our own', async () => {
    const electron = await startShell();
    const [window] = electron.windows;
    if (window === undefined) throw new Error('no window');
    for (const url of ['https://example.org/', 'file:///x', 'sallyport://other/', '']) {
      window.webContents.url = url;
      tellReady(electron);
      window.webContents.emit('did-finish-load');
    }
    expect(handed(electron)).toEqual([]);
    const stranger = new electron.BrowserWindow({});
    await stranger.loadURL('sallyport://app/');
    expect(stranger.webContents.handed).toEqual([]);
  });

  it('the page and the engine have the two ends of one channel', async () => {
    const electron = await startShell();
    tellReady(electron);
    const [ours] = handed(electron)[0]?.ports ?? [];
    const [theirs] = electron.children[0]?.posted[0]?.ports ?? [];
    const lines: string[] = [];
    const pipe = createPortPipe(theirs as PortDouble);
    pipe.onLine((line) => lines.push(line));
    ours?.postMessage('{"a":1}');
    await vi.waitFor(() => expect(lines).toEqual(['{"a":1}']));
    pipe.close();
  });

  it('a page whose port was closed gets another, once', async () => {
    const electron = await startShell();
    tellReady(electron);
    const first = electron.children[0]?.posted[0]?.message as { pageId: number };
    electron.children[0]?.emit('message', { type: 'page-closed', pageId: first.pageId });
    electron.children[0]?.emit('message', { type: 'page-closed', pageId: first.pageId });
    await vi.waitFor(() => expect(handed(electron)).toHaveLength(2), 3000);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(handed(electron)).toHaveLength(2);
  });

  it('a new engine gets new ports of every page', async () => {
    const electron = await startShell();
    tellReady(electron);
    electron.children[0]?.emit('exit', 11);
    await vi.waitFor(() => expect(electron.children).toHaveLength(2), 3000);
    expect(handed(electron)).toHaveLength(1);
    tellReady(electron);
    expect(handed(electron)).toHaveLength(2);
  });
});
