/**
 * The locks on every page of the shell.
 *
 * Promises: a page runs in Chromium's sandbox without Node, shows nothing but our own scheme, opens no window, has no
 * webview and gets no permission but the one to put text on the clipboard. Does not promise anything about what the
 * page does with the port it is given: the engine allows a page what a page may. Without the locks, text of an agent
 * that got to run as script could go anywhere and bring anything back.
 */
import type { WebPreferences } from 'electron';
import type { AppPort, ContentsPort, NavigationEvent, SessionPort } from './electron-port.ts';
import { isPageAddress, readQuestionHash } from './page-address.ts';

/** How every window of ours is made. */
export function lockedPreferences(preload: string, isPackaged: boolean): WebPreferences {
  return {
    preload,
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    navigateOnDragDrop: false,
    webviewTag: false,
    spellcheck: false,
    devTools: !isPackaged,
  };
}

/**
 * Locks the contents of every window, whoever makes it. A page that wants a window for one question of ours gets none;
 * `showQuestion` is told, with the screen as `#/session/<id>/<id>`.
 */
export function lockAllContents(app: AppPort, showQuestion: (hash: string) => void): void {
  app.on('web-contents-created', (_event, contents) => lockContents(contents, showQuestion));
}

function lockContents(contents: ContentsPort, showQuestion: (hash: string) => void): void {
  const stayInside = (event: NavigationEvent): void => {
    if (!isPageAddress(event.url)) event.preventDefault();
  };
  contents.on('will-navigate', stayInside);
  contents.on('will-redirect', stayInside);
  contents.on('will-frame-navigate', stayInside);
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    const hash = isPageAddress(contents.getURL()) ? readQuestionHash(url) : undefined;
    // after the answer to the page: what is shown may close the window that asked
    if (hash !== undefined) setImmediate(() => showQuestion(hash));
    return { action: 'deny' };
  });
}

/** The Copy buttons of the page; reading the clipboard is another permission. */
const GRANTED = 'clipboard-sanitized-write';

/** Refuses every permission that a page can ask for, but to write the clipboard. */
export function lockSession(session: SessionPort): void {
  const isGranted = (address: string | undefined, permission: string): boolean =>
    permission === GRANTED && address !== undefined && isPageAddress(address);
  session.setPermissionRequestHandler((contents, permission, callback) =>
    callback(isGranted(contents.getURL(), permission)),
  );
  session.setPermissionCheckHandler((contents, permission) => isGranted(contents?.getURL(), permission));
  session.setDevicePermissionHandler(() => false);
}
