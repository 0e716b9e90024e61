/** What stays where it is when rows come or change their size: the end, or one row at its distance from the top edge. */
export type ScrollHold =
  | { readonly to: 'end' }
  | {
      readonly to: 'row';
      readonly position: number;
      /** Px from the upper edge of the view to the row's; negative where it is partly above. */
      readonly fromTop: number;
    };

export const AT_END: ScrollHold = { to: 'end' };

/** Px from the end that still count as being there: wheels and touch screens stop at fractions. */
const NEAR_END = 4;
/** The same for who scrolls down: while that went on, a row or two may have come. */
const NEAR_END_DOWN = 60;

/** Where the view stands in a list of rows; all in px. */
export interface ScrollPlace {
  readonly offset: number;
  /** Of the view. */
  readonly height: number;
  /** Of all rows together. */
  readonly whole: number;
}

/** The farthest that one can scroll. */
export function farthest(place: Pick<ScrollPlace, 'height' | 'whole'>): number {
  return Math.max(0, place.whole - place.height);
}

/** What a person who scrolled from `before` to here wants to keep in sight; `first` is the topmost row. */
export function holdAt(
  place: ScrollPlace,
  first: { readonly index: number; readonly start: number } | undefined,
  before: number,
): ScrollHold {
  const near = place.offset > before ? NEAR_END_DOWN : NEAR_END;
  if (first === undefined || place.offset >= farthest(place) - near) return AT_END;
  return { to: 'row', position: first.index, fromTop: first.start - place.offset };
}

/** Where the view must stand so that what is held stays; `startOf` tells the upper edge of a row. */
export function offsetOfHold(
  hold: ScrollHold,
  place: Pick<ScrollPlace, 'height' | 'whole'>,
  startOf: (position: number) => number,
): number {
  const last = farthest(place);
  if (hold.to === 'end') return last;
  return Math.min(last, Math.max(0, startOf(hold.position) - hold.fromTop));
}

/**
 * Where the view must stand to show a row: in its middle, or just so far that the row is whole in sight. `undefined`:
 * it is in sight already.
 */
export function offsetToShow(
  row: { readonly start: number; readonly end: number },
  place: ScrollPlace,
  where: 'middle' | 'nearest',
): number | undefined {
  const last = farthest(place);
  const isInSight = row.start >= place.offset && row.end <= place.offset + place.height;
  if (isInSight) return undefined;
  const wanted =
    where === 'middle'
      ? (row.start + row.end - place.height) / 2
      : row.start < place.offset
        ? row.start
        : row.end - place.height;
  return Math.min(last, Math.max(0, Math.round(wanted)));
}
