import type { BrowserWindowConstructorOptions } from 'electron';
import type { ElectronPort, Rectangle, WindowPort } from './electron-port.ts';

const SIZE = { width: 420, height: 640 } as const;
/** The click that closes the popover by taking its focus must not open it again. */
const REOPEN_MS = 300;

export interface Popover {
  /** Opens it beside the tray's icon, or closes it. */
  toggle(beside: Rectangle): void;
  close(): void;
}

/** The small window of the tray. It is made anew each time: a hidden page would be told everything for nobody. */
export function createPopover(
  { screen }: Pick<ElectronPort, 'screen'>,
  make: (options: BrowserWindowConstructorOptions) => WindowPort,
  load: (window: WindowPort) => void,
): Popover {
  let popover: WindowPort | undefined;
  let closedAt = Number.NEGATIVE_INFINITY;

  function open(beside: Rectangle): void {
    const { workArea } = screen.getDisplayMatching(beside);
    const window = make({
      ...SIZE,
      ...placeBeside(beside, workArea),
      frame: false,
      resizable: false,
      minimizable: false,
      maximizable: false,
      fullscreenable: false,
      skipTaskbar: true,
    });
    popover = window;
    window.on('ready-to-show', () => window.show());
    window.on('blur', () => window.destroy());
    window.on('closed', () => {
      popover = undefined;
      closedAt = Date.now();
    });
    load(window);
  }

  return {
    toggle: (beside) => {
      if (popover !== undefined) popover.destroy();
      else if (Date.now() - closedAt > REOPEN_MS) open(beside);
    },
    close: () => popover?.destroy(),
  };
}

/** Wholly on the display of the icon. */
function placeBeside(beside: Rectangle, area: Rectangle): { x: number; y: number } {
  const keep = (at: number, from: number, room: number): number =>
    Math.round(Math.max(from, Math.min(at, from + room)));
  const isAtTop = beside.y < area.y + area.height / 2;
  const y = isAtTop ? beside.y + beside.height : beside.y - SIZE.height;
  return {
    x: keep(beside.x + beside.width / 2 - SIZE.width / 2, area.x, area.width - SIZE.width),
    y: keep(y, area.y, area.height - SIZE.height),
  };
}
