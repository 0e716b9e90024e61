import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Rectangle } from './electron-port.ts';

export const DEFAULT_SIZE = { width: 1280, height: 800 } as const;
export const MIN_SIZE = { width: 960, height: 600 } as const;
/** So much of the top of a window must be on a display, or nobody could move it there. */
const REACHABLE = { width: 120, height: 40 } as const;
const MAX_SIDE = 20_000;

/** Where the window was when it was closed. */
export interface WindowState {
  readonly bounds: Rectangle;
  readonly isMaximized: boolean;
}

/** What a new window is made with; without a place, the system chooses one. */
export interface WindowPlace {
  readonly x?: number;
  readonly y?: number;
  readonly width: number;
  readonly height: number;
  readonly isMaximized: boolean;
}

/** `undefined` where there is none, or none that can be read: a window is better than an error about one. */
export function readWindowState(file: string): WindowState | undefined {
  try {
    return checkWindowState(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

/** In one step, so that half a file is never left. A disk that is full costs the place of the window, nothing more. */
export function writeWindowState(file: string, state: WindowState): void {
  try {
    writeFileSync(`${file}.new`, `${JSON.stringify(state)}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  } catch {
    // the next window opens at its default place
  }
}

function checkWindowState(value: unknown): WindowState | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const bounds: unknown = Reflect.get(value, 'bounds');
  if (typeof bounds !== 'object' || bounds === null) return undefined;
  const numbers = ['x', 'y', 'width', 'height'].map((key): unknown => Reflect.get(bounds, key));
  const [x, y, width, height] = numbers.filter(
    (number) => typeof number === 'number' && Number.isInteger(number) && Math.abs(number) <= MAX_SIDE,
  ) as number[];
  if (x === undefined || y === undefined || width === undefined || height === undefined) return undefined;
  return { bounds: { x, y, width, height }, isMaximized: Reflect.get(value, 'isMaximized') === true };
}

/** The place of the last time, as far as today's displays have it; sizes in device-independent pixels. */
export function placeWindow(
  state: WindowState | undefined,
  displays: readonly { readonly workArea: Rectangle }[],
): WindowPlace {
  if (state === undefined) return { ...DEFAULT_SIZE, isMaximized: false };
  const { bounds, isMaximized } = state;
  const home = displays.find(({ workArea }) => isReachable(bounds, workArea));
  const clamp = (size: number, min: number, max: number | undefined): number =>
    Math.max(min, Math.min(size, max ?? size));
  const width = clamp(bounds.width, MIN_SIZE.width, home?.workArea.width);
  const height = clamp(bounds.height, MIN_SIZE.height, home?.workArea.height);
  if (home === undefined) return { width, height, isMaximized };
  return { x: bounds.x, y: bounds.y, width, height, isMaximized };
}

function isReachable(bounds: Rectangle, area: Rectangle): boolean {
  const visibleWidth = Math.min(bounds.x + bounds.width, area.x + area.width) - Math.max(bounds.x, area.x);
  const isTopInside = bounds.y >= area.y && bounds.y + REACHABLE.height <= area.y + area.height;
  return isTopInside && visibleWidth >= REACHABLE.width;
}
