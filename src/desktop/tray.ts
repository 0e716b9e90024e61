/**
 * The icon beside the clock: how many questions wait, and a menu that leads to them. Nothing is only here, for a desktop
 * may have no place for it.
 */
import { join } from 'node:path';
import type { ElectronPort, ImagePort, Rectangle } from './electron-port.ts';
import type { Overview } from './overview.ts';
import { buildTrayMenu, describeTray, type TrayActions, trayIconOf } from './tray-menu.ts';

/** A menu that changes under the pointer cannot be used: at most four times a second. */
const BETWEEN_MS = 250;
/** So often the ages in the menu are made anew while something waits. */
const AGE_MS = 60_000;

export interface TrayParts extends TrayActions {
  readonly platform: NodeJS.Platform;
  /** What the desktop calls itself; its panel may be dark whatever the theme. */
  readonly desktopName: string;
  /** Where the icons are. */
  readonly folder: string;
  togglePopover(beside: Rectangle): void;
  openWindow(): void;
}

export interface ShellTray {
  update(overview: Overview): void;
}

/** The panel of GNOME is dark in every theme. */
const DARK_PANEL = /gnome|unity|ubuntu/i;

export function createTray(
  electron: Pick<ElectronPort, 'Tray' | 'Menu' | 'nativeImage' | 'nativeTheme' | 'app'>,
  parts: TrayParts,
): ShellTray {
  const { platform } = parts;
  const images = new Map<string, ImagePort>();
  const tray = new electron.Tray(iconPath('idle'));
  let overview: Overview | undefined;
  let shownAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;

  function iconPath(icon: string): string {
    const isOnDark =
      electron.nativeTheme.shouldUseDarkColors ||
      (platform === 'linux' && DARK_PANEL.test(parts.desktopName));
    // macOS colours the black one itself
    const tone = platform !== 'darwin' && isOnDark ? 'light' : 'black';
    return join(parts.folder, `${icon}-${tone}${platform === 'linux' ? '-22' : ''}.png`);
  }

  function findImage(path: string): ImagePort {
    const known = images.get(path);
    if (known !== undefined) return known;
    const image = electron.nativeImage.createFromPath(path);
    if (platform === 'darwin') image.setTemplateImage(true);
    images.set(path, image);
    return image;
  }

  function show(): void {
    clearTimeout(timer);
    timer = undefined;
    if (overview === undefined) return;
    shownAt = Date.now();
    tray.setImage(findImage(iconPath(trayIconOf(overview))));
    tray.setToolTip(describeTray(overview));
    const count = overview.approvals.size;
    if (platform === 'darwin') tray.setTitle(count === 0 ? '' : String(count));
    electron.app.setBadgeCount(count);
    // Linux shows the menu as it was when it was set; on macOS a click would open it in place of the popover
    if (platform !== 'darwin') {
      tray.setContextMenu(electron.Menu.buildFromTemplate(buildTrayMenu(overview, parts, shownAt)));
    }
    if (count > 0) timer = setTimeout(show, AGE_MS);
  }

  function showSoon(): void {
    const waitMs = shownAt + BETWEEN_MS - Date.now();
    if (waitMs <= 0) {
      show();
      return;
    }
    clearTimeout(timer);
    timer = setTimeout(show, waitMs);
  }

  tray.on('click', () => {
    if (platform === 'linux') parts.openWindow();
    else parts.togglePopover(tray.getBounds());
  });
  if (platform === 'darwin') {
    tray.on('right-click', () => {
      if (overview === undefined) return;
      tray.popUpContextMenu(electron.Menu.buildFromTemplate(buildTrayMenu(overview, parts, Date.now())));
    });
  }
  electron.nativeTheme.on('updated', showSoon);
  return {
    update: (next) => {
      overview = next;
      showSoon();
    },
  };
}
