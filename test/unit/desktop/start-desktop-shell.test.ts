import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { startDesktopShell } from '../../../src/desktop/start-desktop-shell.ts';
import { createElectronDouble, type ElectronDouble } from '../../support/electron-double.ts';
import { makeHead, makeQuestion } from './make-question.ts';
import { folder, SIGNALS, sendToShell, serveShell, startShell, tellReady } from './start-shell.ts';

describe('the start', () => {
  it('opens one locked window on our own page, and an engine', async () => {
    const electron = await startShell();
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
    const first = await startShell();
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
      JSON.stringify((await startShell({ isPackaged })).menus);
    expect(await rolesOf(false)).toMatch(/reload.*toggleDevTools/);
    expect(await rolesOf(true)).not.toMatch(/reload|toggleDevTools/i);
  });
});

describe('questions', () => {
  it('are in the tray and in a notice, lead to the window, and go when they are settled', async () => {
    const electron = await startShell();
    const question = makeQuestion();
    tellReady(electron);
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

describe('a page that asks for a window', () => {
  it('has the main window shown at its question, made anew where it was closed', async () => {
    const electron = await startShell({}, 'darwin');
    const { sessionId, approvalId } = makeQuestion();
    const address = `sallyport://app/#/session/${sessionId}/${approvalId}`;
    const [main] = electron.windows;
    electron.trays[0]?.emit('click');
    const popover = electron.windows.at(-1);
    await vi.waitFor(() => expect(popover?.calls).toContain('load sallyport://app/#/popover'));
    expect(popover?.webContents.openHandler?.({ url: address })).toEqual({ action: 'deny' });
    await vi.waitFor(() => expect(main?.calls.slice(-3)).toEqual([`load ${address}`, 'show', 'focus']));
    main?.close();
    main?.webContents.openHandler?.({ url: address });
    await vi.waitFor(() => expect(electron.windows.at(-1)?.calls).toEqual([`load ${address}`, 'show']));
    expect(electron.windows.at(-1)).not.toBe(main);
  });
});

describe('the end', () => {
  async function startWithSession(isOwn: boolean) {
    const electron = await startShell();
    tellReady(electron, isOwn);
    serveShell(electron, [], [makeHead()]);
    await vi.waitFor(() => expect(electron.trays[0]?.toolTips.at(-1)).toMatch(/1 session open/));
    return electron;
  }
  const endChild = (electron: ElectronDouble): void => electron.children.at(-1)?.emit('exit', 0);
  const isAskedToStop = (electron: ElectronDouble): boolean =>
    JSON.stringify(electron.children[0]?.posted).includes('"stop"');

  it('without sessions takes the engine with it, unasked', async () => {
    const electron = await startShell();
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
    sendToShell(signal);
    await vi.waitFor(() => expect(isAskedToStop(electron)).toBe(true));
    endChild(electron);
    await vi.waitFor(() => expect(electron.app.calls.at(-1)).toBe('quit'));
    expect(electron.asked).toEqual([]);
  });

  it('comes with the last window, which remembers its place; but not on macOS', async () => {
    const electron = await startShell();
    const [window] = electron.windows;
    if (window !== undefined) window.bounds = { x: 7, y: 30, width: 1000, height: 640 };
    window?.close();
    await vi.waitFor(() => expect(isAskedToStop(electron)).toBe(true));
    endChild(electron);
    const state = JSON.parse(readFileSync(join(folder.path, 'window-state.json'), 'utf8'));
    expect(state.bounds).toEqual({ x: 7, y: 30, width: 1000, height: 640 });

    const mac = await startShell({}, 'darwin');
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
    const electron = await startShell();
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
    const electron = await startShell();
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
    const electron = await startShell({}, 'win32');
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
