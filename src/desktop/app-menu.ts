import type { MenuItemConstructorOptions } from 'electron';

export interface AppMenuParts {
  readonly platform: NodeJS.Platform;
  readonly isPackaged: boolean;
  openScreen(hash: string): void;
}

/** The menu of the app: the system's own entries, and the screens. Reloading is for who builds the page. */
export function buildAppMenu({
  platform,
  isPackaged,
  openScreen,
}: AppMenuParts): MenuItemConstructorOptions[] {
  const isMac = platform === 'darwin';
  const development: MenuItemConstructorOptions[] = isPackaged
    ? []
    : [{ role: 'reload' }, { role: 'toggleDevTools' }, { type: 'separator' }];
  return [
    ...(isMac ? [{ role: 'appMenu' } as const] : []),
    {
      label: 'File',
      submenu: [
        { label: 'New Session…', accelerator: 'CmdOrCtrl+N', click: () => openScreen('#/new') },
        { label: 'Inbox', accelerator: 'CmdOrCtrl+Shift+A', click: () => openScreen('#/inbox') },
        { type: 'separator' },
        { role: isMac ? 'close' : 'quit' },
      ],
    },
    { role: 'editMenu' },
    {
      label: 'View',
      submenu: [
        ...development,
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
      ],
    },
    { role: 'windowMenu' },
  ];
}
