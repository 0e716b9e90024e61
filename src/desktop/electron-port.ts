/**
 * The part of Electron that the shell uses, as narrow types: the real module fits them (`main.ts` fails to compile
 * when it does not), and so does the double of the tests.
 */
import type {
  BrowserWindowConstructorOptions,
  MenuItemConstructorOptions,
  MessageBoxOptions,
  NotificationConstructorOptions,
} from 'electron';

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PreventableEvent {
  preventDefault(): void;
}

export interface NavigationEvent extends PreventableEvent {
  readonly url: string;
}

/** One end of a message channel. */
export interface PortEnd {
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  postMessage(message: unknown): void;
  start(): void;
  close(): void;
}

/** The page in a window. */
export interface ContentsPort {
  readonly id: number;
  getURL(): string;
  isDestroyed(): boolean;
  reload(): void;
  on(event: 'did-finish-load', listener: () => void): unknown;
  on(event: 'render-process-gone', listener: (event: unknown, details: { reason: string }) => void): unknown;
  on(event: 'will-navigate' | 'will-redirect', listener: (event: NavigationEvent) => void): unknown;
  on(event: 'will-frame-navigate', listener: (event: NavigationEvent) => void): unknown;
  on(event: 'will-attach-webview', listener: (event: PreventableEvent) => void): unknown;
  setWindowOpenHandler(handler: (details: { readonly url: string }) => { action: 'deny' }): void;
  postMessage(channel: string, message: unknown, transfer?: readonly PortEnd[]): void;
}

export interface WindowPort {
  readonly webContents: ContentsPort;
  loadURL(url: string): Promise<void>;
  show(): void;
  focus(): void;
  restore(): void;
  maximize(): void;
  destroy(): void;
  getNormalBounds(): Rectangle;
  isDestroyed(): boolean;
  isFocused(): boolean;
  isMaximized(): boolean;
  isMinimized(): boolean;
  on(event: 'ready-to-show' | 'close' | 'closed' | 'blur', listener: () => void): unknown;
}

export interface ImagePort {
  isEmpty(): boolean;
  setTemplateImage(isTemplate: boolean): void;
}

export interface TrayPort {
  on(event: 'click' | 'right-click', listener: () => void): unknown;
  setImage(image: ImagePort | string): void;
  setToolTip(text: string): void;
  setTitle(title: string): void;
  setContextMenu(menu: object | null): void;
  popUpContextMenu(menu?: object): void;
  getBounds(): Rectangle;
  destroy(): void;
}

export interface NotificationPort {
  on(event: 'click' | 'close' | 'failed', listener: () => void): unknown;
  show(): void;
  close(): void;
}

export interface ChildPort {
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
  postMessage(message: unknown, transfer?: readonly PortEnd[]): void;
  kill(): boolean;
}

export interface AppPort {
  readonly isPackaged: boolean;
  enableSandbox(): void;
  exit(code?: number): void;
  getPath(name: 'userData'): string;
  getVersion(): string;
  on(event: 'second-instance' | 'activate', listener: () => void): unknown;
  on(event: 'window-all-closed', listener: () => void): unknown;
  on(event: 'before-quit', listener: (event: PreventableEvent) => void): unknown;
  on(event: 'web-contents-created', listener: (event: unknown, contents: ContentsPort) => void): unknown;
  quit(): void;
  requestSingleInstanceLock(): boolean;
  setAppUserModelId(id: string): void;
  setBadgeCount(count: number): boolean;
  setDesktopName(name: string): void;
  setPath(name: 'userData', path: string): void;
  whenReady(): Promise<void>;
}

export interface SessionPort {
  setPermissionCheckHandler(
    handler: (contents: ContentsPort | null, permission: string, origin: string) => boolean,
  ): void;
  setPermissionRequestHandler(
    handler: (contents: ContentsPort, permission: string, callback: (isGranted: boolean) => void) => void,
  ): void;
  setDevicePermissionHandler(handler: () => boolean): void;
}

export interface ProtocolPort {
  handle(scheme: string, handler: (request: Request) => Promise<Response>): void;
  registerSchemesAsPrivileged(
    schemes: { scheme: string; privileges: { standard: boolean; secure: boolean } }[],
  ): void;
}

export interface ElectronPort {
  readonly app: AppPort;
  readonly BrowserWindow: new (options: BrowserWindowConstructorOptions) => WindowPort;
  readonly Menu: {
    buildFromTemplate(template: MenuItemConstructorOptions[]): object;
    setApplicationMenu(menu: object | null): void;
  };
  readonly MessageChannelMain: new () => { readonly port1: PortEnd; readonly port2: PortEnd };
  readonly Notification: {
    new (options: NotificationConstructorOptions): NotificationPort;
    isSupported(): boolean;
  };
  readonly Tray: new (imagePath: string) => TrayPort;
  readonly dialog: { showMessageBox(options: MessageBoxOptions): Promise<{ readonly response: number }> };
  readonly nativeImage: { createFromPath(path: string): ImagePort };
  readonly nativeTheme: {
    readonly shouldUseDarkColors: boolean;
    on(event: 'updated', listener: () => void): unknown;
  };
  readonly protocol: ProtocolPort;
  readonly screen: {
    getAllDisplays(): readonly { readonly workArea: Rectangle }[];
    getDisplayMatching(area: Rectangle): { readonly workArea: Rectangle };
  };
  readonly session: { readonly defaultSession: SessionPort };
  readonly utilityProcess: {
    fork(modulePath: string, args: string[], options: { serviceName: string; cwd: string }): ChildPort;
  };
}
