// The list is a grid that is drawn only where one looks, which no table can be; hence the roles of a table's parts.

/** `place` counts from 1 over the whole list, drawn or not. */
export function rowRole(place: number): { readonly role: 'row'; readonly 'aria-rowindex': number } {
  return { role: 'row', 'aria-rowindex': place };
}

/** Not focusable by itself: the row is, and reads all its cells. */
export const CELL = { role: 'gridcell' } as const;
