/** As much of Electron as the shell uses, without windows: it records what it is asked for, and real ports carry words. */
import type { Rectangle } from '../../src/desktop/electron-port.ts';
import {
  ChannelDouble,
  ChildDouble,
  Emitter,
  type PortDouble,
  preventable,
  RealChild,
} from './process-double.ts';

let nextId = 1;

export class ContentsDouble extends Emitter {
  readonly id = nextId++;
  readonly handed: { channel: string; ports: readonly PortDouble[] }[] = [];
  url = '';
  reloads = 0;
  isGone = false;
  openHandler: ((details: { url: string }) => { action: 'deny' }) | undefined;
  getURL = (): string => this.url;
  isDestroyed = (): boolean => this.isGone;
  reload(): void {
    this.reloads += 1;
    setImmediate(() => this.emit('did-finish-load'));
  }
  setWindowOpenHandler(handler: (details: { url: string }) => { action: 'deny' }): void {
    this.openHandler = handler;
  }
  postMessage(channel: string, _message: unknown, ports: readonly PortDouble[] = []): void {
    this.handed.push({ channel, ports });
  }
}

export class WindowDouble extends Emitter {
  readonly webContents = new ContentsDouble();
  readonly options: Record<string, unknown>;
  readonly calls: string[] = [];
  bounds: Rectangle;
  focused = false;
  maximized = false;
  minimized = false;

  constructor(options: object) {
    super();
    this.options = { ...options };
    const { x = 10, y = 10, width = 800, height = 600 } = options as Partial<Rectangle>;
    this.bounds = { x, y, width, height };
  }
  async loadURL(url: string): Promise<void> {
    const [page] = this.webContents.url.split('#');
    this.webContents.url = url;
    this.calls.push(`load ${url}`);
    // another part behind # loads nothing
    if (url.split('#')[0] === page) return;
    await new Promise(setImmediate);
    if (this.webContents.isGone) return;
    this.emit('ready-to-show');
    this.webContents.emit('did-finish-load');
  }
  show = (): void => void this.calls.push('show');
  focus = (): void => void this.calls.push('focus');
  restore = (): void => void this.calls.push('restore');
  maximize = (): void => void this.calls.push('maximize');
  /** As a person does. */
  close(): void {
    this.emit('close');
    this.destroy();
  }
  destroy(): void {
    if (this.webContents.isGone) return;
    this.webContents.isGone = true;
    this.emit('closed');
  }
  getNormalBounds = (): Rectangle => this.bounds;
  isDestroyed = (): boolean => this.webContents.isGone;
  isFocused = (): boolean => this.focused;
  isMaximized = (): boolean => this.maximized;
  isMinimized = (): boolean => this.minimized;
}

class TrayDouble extends Emitter {
  readonly images: unknown[] = [];
  readonly toolTips: string[] = [];
  readonly titles: string[] = [];
  readonly menus: unknown[] = [];
  popUps = 0;
  setImage = (image: unknown): void => void this.images.push(image);
  setToolTip = (text: string): void => void this.toolTips.push(text);
  setTitle = (title: string): void => void this.titles.push(title);
  setContextMenu = (menu: object | null): void => void this.menus.push(menu);
  popUpContextMenu = (): void => {
    this.popUps += 1;
  };
  getBounds = (): Rectangle => ({ x: 1000, y: 0, width: 24, height: 24 });
  destroy = (): void => {};
}

export interface NoticeOptions {
  title?: string;
  subtitle?: string;
  body?: string;
  id?: string;
}

export class NoticeDouble extends Emitter {
  readonly options: NoticeOptions;
  state: 'made' | 'shown' | 'closed' = 'made';
  constructor(options: NoticeOptions) {
    super();
    this.options = options;
  }
  show(): void {
    this.state = 'shown';
  }
  close(): void {
    this.state = 'closed';
    this.emit('close');
  }
}

export interface DoubleOptions {
  readonly isFirstInstance?: boolean;
  readonly userData?: string;
  readonly hasRealChild?: boolean;
  readonly isPackaged?: boolean;
}

class AppDouble extends Emitter {
  readonly calls: string[] = [];
  readonly isPackaged: boolean;
  readonly #options: DoubleOptions;
  constructor(options: DoubleOptions) {
    super();
    this.#options = options;
    this.isPackaged = options.isPackaged === true;
  }
  enableSandbox = (): void => void this.calls.push('enableSandbox');
  exit = (code = 0): void => void this.calls.push(`exit ${code}`);
  getPath = (): string => this.#options.userData ?? '/nowhere';
  getVersion = (): string => '0.0.0-test';
  setAppUserModelId = (id: string): void => void this.calls.push(`setAppUserModelId ${id}`);
  setDesktopName = (name: string): void => void this.calls.push(`setDesktopName ${name}`);
  setPath = (name: string, path: string): void => void this.calls.push(`setPath ${name} ${path}`);
  setBadgeCount = (count: number): boolean => this.calls.push(`setBadgeCount ${count}`) > 0;
  requestSingleInstanceLock = (): boolean => this.#options.isFirstInstance !== false;
  whenReady = async (): Promise<void> => void this.calls.push('whenReady');
  /** Ends unless a listener prevents it, as the real one does. */
  quit(): void {
    const event = preventable({});
    this.emit('before-quit', event);
    this.calls.push(event.isPrevented ? 'quit prevented' : 'quit');
    if (!event.isPrevented) this.emit('will-quit', preventable({}));
  }
}

class SessionDouble {
  request: ((contents: ContentsDouble, permission: string, done: (ok: boolean) => void) => void) | undefined;
  check: ((contents: ContentsDouble | null, permission: string, origin: string) => boolean) | undefined;
  device: (() => boolean) | undefined;
  setPermissionRequestHandler = (handler: NonNullable<SessionDouble['request']>): void => {
    this.request = handler;
  };
  setPermissionCheckHandler = (handler: NonNullable<SessionDouble['check']>): void => {
    this.check = handler;
  };
  setDevicePermissionHandler = (handler: () => boolean): void => {
    this.device = handler;
  };
}

class ThemeDouble extends Emitter {
  shouldUseDarkColors = false;
}

const WORK_AREA: Rectangle = { x: 0, y: 24, width: 1920, height: 1056 };

/** One Electron with nothing in it. The lists hold what was made, in order. */
export function createElectronDouble(options: DoubleOptions = {}) {
  const windows: WindowDouble[] = [];
  const trays: TrayDouble[] = [];
  const notices: NoticeDouble[] = [];
  const children: ChildDouble[] = [];
  const menus: unknown[] = [];
  const asked: { message: string; buttons?: string[] }[] = [];
  const schemes: unknown[] = [];
  const handlers = new Map<string, (request: Request) => Promise<Response>>();
  /** What a person answers to the next dialogs; the first button where it is empty. */
  const answers: number[] = [];
  const app = new AppDouble(options);
  return {
    ...{ windows, trays, notices, children, menus, asked, answers, schemes, handlers, app },
    BrowserWindow: class extends WindowDouble {
      constructor(made: object) {
        super(made);
        windows.push(this);
        app.emit('web-contents-created', {}, this.webContents);
      }
    },
    Menu: {
      buildFromTemplate: (template: object[]) => template,
      setApplicationMenu: (menu: object | null) => void menus.push(menu),
    },
    MessageChannelMain: ChannelDouble,
    Notification: class extends NoticeDouble {
      constructor(made: NoticeOptions) {
        super(made);
        notices.push(this);
      }
      static isSupported = (): boolean => true;
    },
    Tray: class extends TrayDouble {
      constructor(image: string) {
        super();
        this.images.push(image);
        trays.push(this);
      }
    },
    dialog: {
      showMessageBox: async (made: { message: string; buttons?: string[] }) => {
        asked.push(made);
        return { response: answers.shift() ?? 0 };
      },
    },
    nativeImage: {
      createFromPath: (path: string) => ({ path, isEmpty: () => false, setTemplateImage: () => {} }),
    },
    nativeTheme: new ThemeDouble(),
    protocol: {
      registerSchemesAsPrivileged: (made: unknown[]) => void schemes.push(...made),
      handle: (scheme: string, handler: (request: Request) => Promise<Response>) => {
        handlers.set(scheme, handler);
      },
    },
    screen: {
      getAllDisplays: () => [{ workArea: WORK_AREA }],
      getDisplayMatching: () => ({ workArea: WORK_AREA }),
    },
    session: { defaultSession: new SessionDouble() },
    utilityProcess: {
      fork: (modulePath: string, args: string[]) => {
        const child = options.hasRealChild === true ? new RealChild(modulePath, args) : new ChildDouble(args);
        children.push(child);
        return child;
      },
    },
  };
}
export type ElectronDouble = ReturnType<typeof createElectronDouble>;
