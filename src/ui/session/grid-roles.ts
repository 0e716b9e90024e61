// The rows are a grid that is drawn only where one looks, which no table can be; hence the roles of a table's parts.

export const ROW_GROUP = { role: 'rowgroup' } as const;
/** Never focused itself: the grid is, and names the selected row. */
export const CELL = { role: 'gridcell' } as const;

/** `place` counts from 1 over all rows, drawn or not. */
export function rowRole(place: number): { readonly role: 'row'; readonly 'aria-rowindex': number } {
  return { role: 'row', 'aria-rowindex': place };
}
