/** Places that the wall stood on and that were taken away from outside it, as findings. */
import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { showLine } from '../../timeline/index.ts';
import type { LostPlaces } from './live-grants.ts';
import { aside } from './put-aside.ts';
import type { LateFinding } from './sandbox.ts';

/** A placeholder holds at most so much: the line `.`. */
const MOST_BYTES = 2;

/** Something else than a placeholder stands there now. */
export function isReplaced(place: string): boolean {
  try {
    const stat = lstatSync(place, { throwIfNoEntry: false });
    if (stat === undefined) return false;
    if (stat.isDirectory()) return readdirSync(place).length > 0;
    return !stat.isFile() || stat.size > MOST_BYTES;
  } catch {
    return true;
  }
}

/** `vanished`: placeholders; `lost`: what was mounted in grants, placeholders among them. Without its folder nothing obeys one. */
export function describeLost(vanished: readonly string[], { lost, ended }: LostPlaces): LateFinding[] {
  const places = [...new Set([...vanished, ...lost.map(({ place }) => place)])];
  return places.flatMap((place) => {
    const granted = lost.find((each) => each.place === place)?.granted;
    if (granted === undefined && !existsSync(dirname(place))) return [];
    const what = vanished.includes(place) ? 'It was held empty' : 'It was read-only';
    const end = granted === undefined ? '' : `; what was granted of ${showLine(granted)} is closed`;
    const reason = `${what} in the session and was taken away or replaced from outside its wall: programs of the session could write there since then${end}.`;
    const finding = isReplaced(place) ? aside(place, reason) : { path: place, reason, undo: null };
    return [{ ...finding, ...(granted !== undefined && ended.includes(granted) && { closed: granted }) }];
  });
}
