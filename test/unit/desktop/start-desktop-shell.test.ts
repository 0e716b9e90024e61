import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ElectronPort } from '../../../src/desktop/electron-port.ts';
import { createPortPipe } from '../../../src/desktop/pipe-message-port.ts';
import { startDesktopShell } from '../../../src/desktop/start-desktop-shell.ts';
import type { Approval, SessionHead } from '../../../src/protocol/index.ts';
import { RpcPeer } from '../../../src/protocol/index.ts';
import {
  createElectronDouble,
  type DoubleOptions,
  type ElectronDouble,
} from '../../support/electron-double.ts';
import type { PortDouble } from '../../support/process-double.ts';
import { makeFolder } from '../../support/real-engine.ts';
import { makeHead, makeQuestion } from './make-question.ts';

const folder = makeFolder();
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const peers: RpcPeer[] = [];
let earlier: Map<string, NodeJS.SignalsListener[]>;

beforeEach(() => {
  earlier = new Map(SIGNALS.map((signal) => [signal, process.listeners(signal)]));
});
afterEach(() => {
  for (const peer of peers.splice(0)) peer.close();
  for (const signal of SIGNALS) {
    for (const listener of process.listeners(signal)) {
      if (earlier.get(signal)?.includes(listener) !== true) process.off(signal, listener);
    }
  }
});

async function start(options: DoubleOptions = {}, platform: NodeJS.Platform = 'linux') {
  const electron = createElectronDouble({ userData: folder.path, ...options });
  const port: ElectronPort = electron;
  startDesktopShell(port, {
    platform,
    desktopName: 'GNOME',
    paths: { pages: folder.path, preload: '/preload.cjs', engineHost: '/host.js', resources: '/resources' },
    userData: undefined,
  });
  await vi.waitFor(() => expect(electron.app.calls).toContain('whenReady'));
  await new Promise((resolve) => setTimeout(resolve, 20));
  return electron;
}

/** Answers the shell's own connection as an engine would. */
function serveShell(electron: ElectronDouble, approvals: Approval[], sessions: SessionHead[]): RpcPeer {
  const posted = electron.children.at(-1)?.posted.findLast(({ ports }) => ports.length === 1);
  const [port] = posted?.ports ?? [];
  if (port === undefined) throw new Error('no port');
  const about = { version: '0', engineId: 'e', pid: 1, platform: 'linux', wall: 'none', wallVersion: '' };
  const peer = new RpcPeer(createPortPipe(port), {
    'engine/hello': () => ({
      protocolVersion: 1,
      engineVersion: '0',
      engineId: 'e',
      pid: 1,
      openSessions: 0,
    }),
    'overview/watch': () => ({
      about: { ...about, gate: 'none', home: '/h', hasHistory: true },
      sessions,
      approvals,
    }),
  });
  peers.push(peer);
  return peer;
}

const ready = (electron: ElectronDouble, isOwn = true): void =>
  electron.children.at(-1)?.emit('message', { type: 'ready', isOwn });

describe('the start', () => {
  it('opens one locked window on our own page, and an engine', async () => {
    const electron = await start();
    const [window] = electron.windows;
    expect(electron.windows).toHaveLength(1);
    expect(window?.options).toMatchObject({
      ...{ width: 1280, height: 800, minWidth: 960, minHeight: 600, show: false, title: 'Sallyport' },
      webPreferences: {
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        preload: '/preload.cjs',
      },
    });
    expect(window?.calls).toEqual(['load sallyport://app/', 'show']);
    expect(electron.children).toHaveLength(1);
    expect(electron.app.calls).toContain('enableSandbox');
    expect(electron.trays).toHaveLength(1);
  });

  it('a second one shows the window of the first and ends', async () => {
    const first = await start();
    const second = createElectronDouble({ isFirstInstance: false });
    startDesktopShell(second, {
      platform: 'linux',
      desktopName: '',
      paths: { pages: '', preload: '', engineHost: '', resources: '' },
      userData: undefined,
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(second.app.calls.at(-1)).toBe('quit');
    expect([second.windows, second.children, second.trays]).toEqual([[], [], []]);
    const [window] = first.windows;
    if (window !== undefined) window.minimized = true;
    first.app.emit('second-instance');
    expect(window?.calls.slice(-3)).toEqual(['restore', 'show', 'focus']);
    expect(first.windows).toHaveLength(1);
  });

  it('has no reload and no developer tools in its menu once packaged', async () => {
    const rolesOf = async (isPackaged: boolean): Promise<string> =>
      JSON.stringify((await start({ isPackaged })).menus);
    expect(await rolesOf(false)).toMatch(/reload.*toggleDevTools/);
    expect(await rolesOf(true)).not.toMatch(/reload|toggleDevTools/i);
  });
});

describe('ports', () => {
  const handed = (electron: ElectronDouble) => electron.windows[0]?.webContents.handed ?? [];

  it('are handed when the engine is ready, and anew for a page that loads again', async () => {
    const electron = await start();
    expect(handed(electron)).toEqual([]);
    ready(electron);
    expect(handed(electron).map(({ channel, ports }) => [channel, ports.length])).toEqual([['port', 1]]);
    electron.windows[0]?.webContents.reload();
    await vi.waitFor(() => expect(handed(electron)).toHaveLength(2));
  });

  it('go to no page but our own', async () => {
    const electron = await start();
    const [window] = electron.windows;
    if (window === undefined) throw new Error('no window');
    for (const url of ['https://example.org/', 'file:///x', 'sallyport://other/', '']) {
      window.webContents.url = url;
      ready(electron);
      window.webContents.emit('did-finish-load');
    }
    expect(handed(electron)).toEqual([]);
    const stranger = new electron.BrowserWindow({});
    await stranger.loadURL('sallyport://app/');
    expect(stranger.webContents.handed).toEqual([]);
  });

  it('the page and the engine have the two ends of one channel', async () => {
    const electron = await start();
    ready(electron);
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
    const electron = await start();
    ready(electron);
    const first = electron.children[0]?.posted[0]?.message as { pageId: number };
    electron.children[0]?.emit('message', { type: 'page-closed', pageId: first.pageId });
    electron.children[0]?.emit('message', { type: 'page-closed', pageId: first.pageId });
    await vi.waitFor(() => expect(handed(electron)).toHaveLength(2), 3000);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(handed(electron)).toHaveLength(2);
  });

  it('a new engine gets new ports of every page', async () => {
    const electron = await start();
    ready(electron);
    electron.children[0]?.emit('exit', 11);
    await vi.waitFor(() => expect(electron.children).toHaveLength(2), 3000);
    expect(handed(electron)).toHaveLength(1);
    ready(electron);
    expect(handed(electron)).toHaveLength(2);
  });
});

describe('questions', () => {
  it('are in the tray and in a notice, lead to the window, and go when they are settled', async () => {
    const electron = await start();
    const question = makeQuestion();
    ready(electron);
    const peer = serveShell(electron, [], []);
    await vi.waitFor(() => expect(electron.trays[0]?.toolTips.at(-1)).toBe('Sallyport'));
    peer.notify('overview/changed', { sessions: [], approvals: [question], settled: [] });
    await vi.waitFor(() => expect(electron.notices).toHaveLength(1));
    await vi.waitFor(() => expect(electron.trays[0]?.toolTips.at(-1)).toMatch(/1 question waits/));
    electron.notices[0]?.emit('click');
    const address = `sallyport://app/#/session/${question.sessionId}/${question.approvalId}`;
    expect(electron.windows[0]?.calls.slice(-3)).toEqual([`load ${address}`, 'show', 'focus']);
    const { approvalId, sessionId } = question;
    const settled = [{ approvalId, sessionId, outcome: 'allowed' as const, settledAt: 1 }];
    peer.notify('overview/changed', { sessions: [], approvals: [], settled });
    await vi.waitFor(() => expect(electron.trays[0]?.toolTips.at(-1)).toBe('Sallyport'));
  });
});

describe('the end', () => {
  async function startWithSession(isOwn: boolean) {
    const electron = await start();
    ready(electron, isOwn);
    serveShell(electron, [], [makeHead()]);
    await vi.waitFor(() => expect(electron.trays[0]?.toolTips.at(-1)).toMatch(/1 session open/));
    return electron;
  }
  const endChild = (electron: ElectronDouble): void => electron.children.at(-1)?.emit('exit', 0);
  const isAskedToStop = (electron: ElectronDouble): boolean =>
    JSON.stringify(electron.children[0]?.posted).includes('"stop"');

  it('without sessions takes the engine with it, unasked', async () => {
    const electron = await start();
    electron.app.quit();
    await vi.waitFor(() => expect(isAskedToStop(electron)).toBe(true));
    expect(electron.windows[0]?.isDestroyed()).toBe(true);
    endChild(electron);
    await vi.waitFor(() => expect(electron.app.calls.at(-1)).toBe('quit'));
    expect(electron.asked).toEqual([]);
  });

  it('is asked about while a session is open, and can be declined', async () => {
    const electron = await startWithSession(true);
    electron.answers.push(0, 1);
    electron.app.quit();
    electron.app.quit();
    await vi.waitFor(() => expect(electron.asked).toHaveLength(1));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(isAskedToStop(electron)).toBe(false);
    expect(electron.windows[0]?.isDestroyed()).toBe(false);
    electron.app.quit();
    await vi.waitFor(() => expect(isAskedToStop(electron)).toBe(true));
    expect(electron.asked.map(({ message }) => message)).toEqual([
      'A session is open. Quit anyway?',
      'A session is open. Quit anyway?',
    ]);
    endChild(electron);
    await vi.waitFor(() => expect(electron.app.calls.at(-1)).toBe('quit'));
  });

  it('is not asked about where another engine has the sessions', async () => {
    const electron = await startWithSession(false);
    electron.app.quit();
    await vi.waitFor(() => expect(isAskedToStop(electron)).toBe(true));
    expect(electron.asked).toEqual([]);
    endChild(electron);
  });

  it.each(SIGNALS)('is not asked about when %s says it', async (signal) => {
    const electron = await startWithSession(true);
    for (const listener of process.listeners(signal)) {
      if (earlier.get(signal)?.includes(listener) !== true) listener(signal);
    }
    await vi.waitFor(() => expect(isAskedToStop(electron)).toBe(true));
    endChild(electron);
    await vi.waitFor(() => expect(electron.app.calls.at(-1)).toBe('quit'));
    expect(electron.asked).toEqual([]);
  });

  it('comes with the last window, which remembers its place; but not on macOS', async () => {
    const electron = await start();
    const [window] = electron.windows;
    if (window !== undefined) window.bounds = { x: 7, y: 30, width: 1000, height: 640 };
    window?.close();
    await vi.waitFor(() => expect(isAskedToStop(electron)).toBe(true));
    endChild(electron);
    const state = JSON.parse(readFileSync(join(folder.path, 'window-state.json'), 'utf8'));
    expect(state.bounds).toEqual({ x: 7, y: 30, width: 1000, height: 640 });

    const mac = await start({}, 'darwin');
    expect(mac.windows[0]?.options).toMatchObject({ x: 7, y: 30, width: 1000, height: 640 });
    mac.windows[0]?.close();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(mac.app.calls.filter((call) => call.startsWith('quit'))).toEqual([]);
    mac.app.emit('activate');
    expect(mac.windows).toHaveLength(2);
  });
});

describe('what goes wrong', () => {
  it('a page whose process died is loaded again, at most three times a minute', async () => {
    const electron = await start();
    const contents = electron.windows[0]?.webContents;
    vi.useFakeTimers();
    for (let count = 0; count < 5; count += 1) {
      contents?.emit('render-process-gone', {}, { reason: 'crashed' });
      vi.advanceTimersByTime(5000);
    }
    contents?.emit('render-process-gone', {}, { reason: 'clean-exit' });
    vi.useRealTimers();
    expect(contents?.reloads).toBe(3);
  });

  it('an engine that does not stay up is told of, with the reason, and tried again on demand', async () => {
    const electron = await start();
    vi.useFakeTimers();
    for (let count = 0; count < 4; count += 1) {
      electron.children.at(-1)?.emit('message', { type: 'failed', message: 'disk full', hint: undefined });
      electron.children.at(-1)?.emit('exit', 1);
      vi.advanceTimersByTime(5000);
    }
    vi.useRealTimers();
    await vi.waitFor(() => expect(electron.asked).toHaveLength(1));
    expect(JSON.stringify(electron.asked[0])).toContain('disk full');
    await vi.waitFor(() => expect(electron.children).toHaveLength(5));
  });
});

describe('the popover', () => {
  it('opens beside the tray on its own screen and closes with its focus', async () => {
    const electron = await start({}, 'win32');
    electron.trays[0]?.emit('click');
    const popover = electron.windows[1];
    expect(popover?.options).toMatchObject({ width: 420, height: 640, frame: false, x: 802, y: 24 });
    expect(popover?.calls[0]).toBe('load sallyport://app/#/popover');
    popover?.emit('blur');
    expect(popover?.isDestroyed()).toBe(true);
    electron.trays[0]?.emit('click');
    expect(electron.windows).toHaveLength(2);
    electron.windows[0]?.destroy();
  });
});
