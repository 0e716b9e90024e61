import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildAppMenu } from './app-menu.ts';
import { connectShell } from './connect-shell.ts';
import type { ElectronPort } from './electron-port.ts';
import { createNotices } from './notices.ts';
import { registerPageScheme, servePages } from './page-protocol.ts';
import { guardQuit } from './quit-guard.ts';
import { lockAllContents, lockSession } from './security.ts';
import { createTray } from './tray.ts';

const APP_ID = 'dev.sallyport.desktop';

export interface ShellOptions {
  readonly platform: NodeJS.Platform;
  /** What a Linux desktop calls itself; else empty. */
  readonly desktopName: string;
  readonly paths: {
    /** The built page: `desktop.html` and `assets/`. */
    readonly pages: string;
    readonly preload: string;
    readonly engineHost: string;
    /** `icons/` and `tray/`. */
    readonly resources: string;
  };
  /** Where window state and lock are kept; the system's own place when absent. */
  readonly userData: string | undefined;
}

/**
 * Starts the shell, or, where it runs already, has that one show its window and ends. Must be called before the app is
 * ready.
 */
export function startDesktopShell(electron: ElectronPort, options: ShellOptions): void {
  const { app } = electron;
  if (options.userData !== undefined) {
    mkdirSync(options.userData, { recursive: true, mode: 0o700 });
    app.setPath('userData', options.userData);
  }
  app.setAppUserModelId(APP_ID);
  if (options.platform === 'linux') app.setDesktopName('sallyport.desktop');
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  registerPageScheme(electron.protocol);
  app.enableSandbox();
  // before the app is ready there is no page that could ask
  let showQuestion = (_hash: string): void => undefined;
  lockAllContents(app, (hash) => showQuestion(hash));
  app.whenReady().then(
    () => {
      showQuestion = runShell(electron, options);
    },
    () => app.exit(1),
  );
}

/** Gives what shows a screen in the main window. */
function runShell(electron: ElectronPort, options: ShellOptions): (hash: string) => void {
  const { app, Menu } = electron;
  const { paths, platform } = options;
  lockSession(electron.session.defaultSession);
  servePages(electron.protocol, paths.pages);

  const { engine, watch, windows } = connectShell(electron, options);
  const openScreen = (hash: string): void => windows.open(hash);
  Menu.setApplicationMenu(
    Menu.buildFromTemplate(buildAppMenu({ platform, isPackaged: app.isPackaged, openScreen })),
  );
  const quit = guardQuit(electron, {
    countSessions: () =>
      engine.isOwn ? [...watch.overview.sessions.values()].filter(({ state }) => state === 'open').length : 0,
    stay: () => {
      // there may be no tray on Linux: without a window the app could not be found again
      if (platform === 'linux') windows.open();
    },
    leave: () => windows.destroyAll(),
    end: () => engine.end(),
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => quit.quitNow());

  const tray = createTray(electron, {
    platform,
    desktopName: options.desktopName,
    folder: join(paths.resources, 'tray'),
    togglePopover: (beside) => windows.togglePopover(beside),
    openWindow: () => windows.open(),
    openQuestion: (approval) => windows.openQuestion(approval),
    openScreen,
    quit: () => app.quit(),
  });
  const notices = createNotices(electron, {
    platform,
    isAnyFocused: () => windows.isAnyFocused(),
    openQuestion: (approval) => windows.openQuestion(approval),
  });
  tray.update(watch.overview);
  watch.onChanged((overview) => {
    tray.update(overview);
    notices.update(overview);
  });

  app.on('second-instance', () => windows.open());
  app.on('activate', () => windows.open());
  // the tray may keep the app alive without a window
  app.on('window-all-closed', () => {});
  engine.start();
  windows.open();
  return openScreen;
}
