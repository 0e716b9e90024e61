import type { MapMark } from '../../protocol/index.ts';

/** Colours by what they say, as the theme has them. */
export interface MapColours {
  readonly row: string;
  readonly allowed: string;
  readonly rejected: string;
  readonly waiting: string;
}

/** One shape of the map, in px from its upper edge. */
export type MapShape =
  | { readonly form: 'tick'; readonly y: number; readonly width: number }
  | { readonly form: 'diamond'; readonly y: number; readonly half: number; readonly look: keyof MapColours };

/** Px that a tick takes with its gap. */
const TICK = 4;
const WEIGHT: Record<MapMark, number> = { none: 0, row: 1, allowed: 2, rejected: 3, blocked: 3, waiting: 4 };
/** Lengths of ticks: no two neighbours alike, so that it looks like text. */
const LENGTHS = [6, 8, 4, 10, 10, 5, 6, 4, 8];

/** The shapes for a strip of this height; stretches that would overlap become one, with the most telling mark. */
export function shapesOfMap(marks: readonly MapMark[], height: number): readonly MapShape[] {
  if (marks.length === 0 || height <= 0) return [];
  const count = Math.max(1, Math.min(marks.length, Math.floor(height / TICK)));
  const worst = Array.from({ length: count }, (): MapMark => 'none');
  marks.forEach((mark, index) => {
    const place = Math.floor((index * count) / marks.length);
    if (WEIGHT[mark] > WEIGHT[worst[place] ?? 'none']) worst[place] = mark;
  });
  const ticks: MapShape[] = [];
  const diamonds: MapShape[] = [];
  worst.forEach((mark, place) => {
    const y = ((place + 0.5) * height) / count;
    if (mark === 'none') return;
    ticks.push({ form: 'tick', y, width: LENGTHS[place % LENGTHS.length] ?? 6 });
    if (mark === 'row') return;
    const look = mark === 'blocked' ? 'rejected' : mark;
    diamonds.push({ form: 'diamond', y, half: mark === 'waiting' ? 5 : 4, look });
  });
  diamonds.sort((a, b) => Number(isWaiting(a)) - Number(isWaiting(b)));
  return [...ticks, ...diamonds];
}

const isWaiting = (shape: MapShape): boolean => shape.form === 'diamond' && shape.look === 'waiting';

/** What the map shows, in words. */
export function describeMap(marks: readonly MapMark[], total: number): string {
  const count = (...wanted: readonly MapMark[]): number =>
    marks.filter((mark) => wanted.includes(mark)).length;
  const parts = [
    `${count('waiting')} waiting`,
    `${count('rejected', 'blocked')} rejected or blocked`,
    `${count('allowed')} allowed`,
  ].filter((part) => !part.startsWith('0 '));
  const rows = `Map of ${total} ${total === 1 ? 'row' : 'rows'}`;
  return parts.length === 0 ? rows : `${rows}, places with: ${parts.join(', ')}`;
}

/** Draws the shapes; the canvas is scaled so that a unit is a px of the page. */
export function drawShapes(
  context: CanvasRenderingContext2D,
  shapes: readonly MapShape[],
  colours: MapColours,
): void {
  for (const shape of shapes) {
    if (shape.form === 'tick') {
      context.globalAlpha = 0.45;
      context.fillStyle = colours.row;
      context.fillRect(6, shape.y - 0.75, shape.width, 1.5);
      continue;
    }
    const { y, half, look } = shape;
    context.globalAlpha = 1;
    context.fillStyle = colours[look];
    context.beginPath();
    context.moveTo(12, y - half);
    context.lineTo(12 + half, y);
    context.lineTo(12, y + half);
    context.lineTo(12 - half, y);
    context.fill();
  }
}
