import { describe, expect, it } from 'vitest';
import { lockAllContents, lockedPreferences, lockSession } from '../../../src/desktop/security.ts';
import { createElectronDouble } from '../../support/electron-double.ts';
import { preventable } from '../../support/process-double.ts';
import { makeQuestion } from './make-question.ts';

const OWN = 'sallyport://app/#/inbox';
const FOREIGN = [
  'https://example.org/',
  'http://127.0.0.1:8080/',
  'file:///etc/passwd',
  'data:text/html,x',
  'about:blank',
  'javascript:alert(1)',
  'sallyport://other/',
  'sallyport://user@app/',
  'sallyportx://app/',
  'sallyport:app',
  '',
];

function openWindow() {
  const electron = createElectronDouble();
  const shown: string[] = [];
  lockAllContents(electron.app, (hash) => shown.push(hash));
  const { webContents } = new electron.BrowserWindow({});
  return Object.assign(webContents, { shown });
}

describe('the locks of a window', () => {
  it('is made without Node, in the sandbox, in a world of its own', () => {
    const preferences = lockedPreferences('/preload.cjs', true);
    expect(preferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      devTools: false,
    });
    expect(lockedPreferences('/preload.cjs', false).devTools).toBe(true);
  });

  it.each(['will-navigate', 'will-redirect', 'will-frame-navigate'])('%s leads nowhere else', (event) => {
    const contents = openWindow();
    const isPrevented = (url: string): boolean => {
      const navigation = preventable({ url });
      contents.emit(event, navigation);
      return navigation.isPrevented;
    };
    expect(isPrevented(OWN)).toBe(false);
    expect(FOREIGN.filter((url) => !isPrevented(url))).toEqual([]);
  });

  it('opens no window and attaches no webview', () => {
    const contents = openWindow();
    const attaching = preventable({});
    contents.emit('will-attach-webview', attaching);
    expect(attaching.isPrevented).toBe(true);
    for (const url of [OWN, ...FOREIGN]) expect(contents.openHandler?.({ url })).toEqual({ action: 'deny' });
  });

  describe('asked for a window', () => {
    const { sessionId, approvalId } = makeQuestion();
    const question = `#/session/${sessionId}/${approvalId}`;
    async function shownFor(url: string, from = 'sallyport://app/#/popover'): Promise<string[]> {
      const contents = openWindow();
      contents.url = from;
      expect(contents.openHandler?.({ url })).toEqual({ action: 'deny' });
      await new Promise(setImmediate);
      return contents.shown;
    }

    it('for a question of ours, has it shown in the main window', async () => {
      expect(await shownFor(`sallyport://app/${question}`)).toEqual([question]);
    });

    it.each([
      ...FOREIGN,
      OWN,
      'sallyport://app/',
      `https://example.org/${question}`,
      `sallyport://other/${question}`,
      `sallyport://app/other.html${question}`,
      `sallyport://app/?x=1${question}`,
      `sallyport://app/${question}/more`,
      `sallyport://app/${question}%0a`,
      `sallyport://app/#/session/${sessionId}`,
      'sallyport://app/#/session/../cmd-7k3q9d2e',
    ])('for %s, shows nothing', async (url) => expect(await shownFor(url)).toEqual([]));

    it('by a page that is not ours, shows nothing', async () => {
      expect(await shownFor(`sallyport://app/${question}`, 'https://example.org/')).toEqual([]);
    });
  });
});

describe('permissions', () => {
  function ask(url: string, permission: string): boolean[] {
    const { session, BrowserWindow } = createElectronDouble();
    lockSession(session.defaultSession);
    const { webContents } = new BrowserWindow({});
    webContents.url = url;
    const granted: boolean[] = [];
    session.defaultSession.request?.(webContents, permission, (isGranted) => granted.push(isGranted));
    granted.push(session.defaultSession.check?.(webContents, permission, url) ?? true);
    return granted;
  }

  it.each([
    'media',
    'geolocation',
    'notifications',
    'clipboard-read',
    'openExternal',
    'fullscreen',
    'unknown',
  ])('%s is refused to our own page', (permission) => expect(ask(OWN, permission)).toEqual([false, false]));

  it('writing the clipboard is granted to our page, and to no other', () => {
    expect(ask(OWN, 'clipboard-sanitized-write')).toEqual([true, true]);
    expect(ask('https://example.org/', 'clipboard-sanitized-write')).toEqual([false, false]);
  });

  it('no device, and nothing without a page', () => {
    const { session } = createElectronDouble();
    lockSession(session.defaultSession);
    expect(session.defaultSession.device?.()).toBe(false);
    expect(session.defaultSession.check?.(null, 'clipboard-sanitized-write', '')).toBe(false);
  });
});
