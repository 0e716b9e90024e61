import { rankRisk } from '../local/index.ts';
import type { InboxItem, RequestItem, StopItem } from './list-items.ts';

/** From this risk on a request is worth a key of its own. */
const HIGH = 6;

export function listStops(items: readonly InboxItem[]): StopItem[] {
  return items.filter((item): item is StopItem => item.kind !== 'head');
}

/** The key `by` stops further; stays at the ends. From nowhere the first, or backwards the last. */
export function moveBy(
  stops: readonly StopItem[],
  cursor: string | undefined,
  by: 1 | -1,
): string | undefined {
  const place = stops.findIndex(({ key }) => key === cursor);
  if (place < 0) return (by > 0 ? stops[0] : stops.at(-1))?.key;
  return stops[Math.min(stops.length - 1, Math.max(0, place + by))]?.key;
}

/** The next stop behind the cursor that waits and is high or critical, from the top again after the end. */
export function findNextHigh(stops: readonly StopItem[], cursor: string | undefined): string | undefined {
  const place = stops.findIndex(({ key }) => key === cursor);
  const around = [...stops.slice(place + 1), ...stops.slice(0, place + 1)];
  return around.find(isHigh)?.key;
}

function isHigh(stop: StopItem): boolean {
  if (stop.kind === 'flood') return stop.flood.approvals.some(({ risk }) => rankRisk(risk) >= HIGH);
  return stop.settled === undefined && rankRisk(stop.approval.risk) >= HIGH;
}

/** Where the cursor goes when what it stood on has left: to what took its place. */
export function keepCursor(
  before: readonly StopItem[],
  now: readonly StopItem[],
  cursor: string | undefined,
): string | undefined {
  if (cursor === undefined || now.some(({ key }) => key === cursor)) return cursor;
  const place = before.findIndex(({ key }) => key === cursor);
  // it was never there: it may still come
  if (place < 0) return cursor;
  const still = new Set(now.map(({ key }) => key));
  const follower = before.slice(place + 1).find(({ key }) => still.has(key));
  return follower?.key ?? now.at(-1)?.key;
}

/** All requests from the anchor to the cursor, both included, that still wait. */
export function listRange(
  stops: readonly StopItem[],
  anchor: string | undefined,
  cursor: string,
): RequestItem[] {
  const to = stops.findIndex(({ key }) => key === cursor);
  const from = stops.findIndex(({ key }) => key === (anchor ?? cursor));
  const start = from < 0 ? to : from;
  return stops
    .slice(Math.min(start, to), Math.max(start, to) + 1)
    .filter((stop): stop is RequestItem => stop.kind === 'request' && stop.settled === undefined);
}
