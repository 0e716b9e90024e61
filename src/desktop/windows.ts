import type { BrowserWindowConstructorOptions } from 'electron';
import type { Approval } from '../protocol/index.ts';
import type { ContentsPort, ElectronPort, Rectangle, WindowPort } from './electron-port.ts';
import { PAGE_URL, questionHash } from './page-address.ts';
import { createPopover } from './popover.ts';
import { createRestartPolicy } from './restart-policy.ts';
import { lockedPreferences } from './security.ts';
import { MIN_SIZE, placeWindow, readWindowState, writeWindowState } from './window-state.ts';

/** The page's own ground, so that a window does not flash while it loads. */
const GROUND = { light: '#ffffff', dark: '#16181d' } as const;

export interface WindowsParts {
  readonly preload: string;
  readonly stateFile: string;
  readonly icon: string;
  /** A page of ours has loaded, for the first time or again. */
  onPage(contents: ContentsPort): void;
  onMainClosed(): void;
}

export interface ShellWindows {
  /** Shows the main window, made where there is none, on a screen of the page where one is given. */
  open(hash?: string): void;
  openQuestion(approval: Approval): void;
  /** Opens the popover beside the tray, or closes it. */
  togglePopover(beside: Rectangle): void;
  isAnyFocused(): boolean;
  /** Contents of our own windows. */
  listContents(): readonly ContentsPort[];
  destroyAll(): void;
}

type WindowsElectron = Pick<ElectronPort, 'app' | 'BrowserWindow' | 'nativeTheme' | 'screen'>;

export function createWindows(electron: WindowsElectron, parts: WindowsParts): ShellWindows {
  const windows = new Set<WindowPort>();
  let main: WindowPort | undefined;
  const popover = createPopover(electron, make, (window) => load(window, '#/popover'));

  function make(options: BrowserWindowConstructorOptions): WindowPort {
    const window = new electron.BrowserWindow({
      show: false,
      title: 'Sallyport',
      icon: parts.icon,
      backgroundColor: electron.nativeTheme.shouldUseDarkColors ? GROUND.dark : GROUND.light,
      webPreferences: lockedPreferences(parts.preload, electron.app.isPackaged),
      ...options,
    });
    windows.add(window);
    window.on('closed', () => windows.delete(window));
    keepPageAlive(window.webContents, parts.onPage);
    return window;
  }

  function remember(window: WindowPort): void {
    const state = { bounds: window.getNormalBounds(), isMaximized: window.isMaximized() };
    writeWindowState(parts.stateFile, state);
  }

  function makeMain(): WindowPort {
    const place = placeWindow(readWindowState(parts.stateFile), electron.screen.getAllDisplays());
    const { isMaximized, ...bounds } = place;
    const window = make({ ...bounds, minWidth: MIN_SIZE.width, minHeight: MIN_SIZE.height });
    window.on('ready-to-show', () => {
      if (isMaximized) window.maximize();
      window.show();
    });
    window.on('close', () => remember(window));
    window.on('closed', () => {
      main = undefined;
      parts.onMainClosed();
    });
    return window;
  }

  function open(hash = ''): void {
    popover.close();
    if (main === undefined) {
      main = makeMain();
      load(main, hash);
      return;
    }
    if (hash !== '') load(main, hash);
    if (main.isMinimized()) main.restore();
    main.show();
    main.focus();
  }

  return {
    open,
    openQuestion: (approval) => open(questionHash(approval)),
    togglePopover: (beside) => popover.toggle(beside),
    isAnyFocused: () => [...windows].some((window) => !window.isDestroyed() && window.isFocused()),
    listContents: () => [...windows].map((window) => window.webContents),
    destroyAll: () => {
      // who is destroyed is not told to close before
      if (main !== undefined) remember(main);
      for (const window of [...windows]) window.destroy();
    },
  };
}

/** Another part behind `#` shows another screen and loads nothing anew. */
function load(window: WindowPort, hash: string): void {
  // a page that was closed or sent elsewhere while it loaded is no fault
  window.loadURL(`${PAGE_URL}${hash}`).catch(() => {});
}

/** A page whose process has died is loaded again, on the same screen; at most three times a minute. */
function keepPageAlive(contents: ContentsPort, onPage: (contents: ContentsPort) => void): void {
  const policy = createRestartPolicy();
  contents.on('did-finish-load', () => onPage(contents));
  contents.on('render-process-gone', (_event, { reason }) => {
    const delayMs = reason === 'clean-exit' ? undefined : policy.next(Date.now());
    if (delayMs === undefined) return;
    setTimeout(() => {
      if (!contents.isDestroyed()) contents.reload();
    }, delayMs);
  });
}
