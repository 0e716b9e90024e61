import type { ReactNode } from 'react';
import type { WatchedRows } from '../../client/index.ts';
import { SafeText } from '../marks/index.ts';
import { CELL, rowRole } from './grid-roles.ts';
import { heightOfTail, type RowSizes } from './row-layout.ts';
import css from './rows.module.css';

/** Lines of what is being printed that are in sight. */
const LINES = 6;

/** The last lines of it, at most as many as are shown. */
export function liveLinesOf(liveTail: WatchedRows['liveTail']): readonly string[] {
  return liveTail?.lines.slice(-LINES) ?? [];
}

/** Px that they take. */
export function heightOfLiveTail(lines: readonly string[], sizes: RowSizes): number {
  return lines.length === 0 ? 0 : heightOfTail(lines.length, sizes);
}

/** What a script prints just now, behind the last row. No screen reader is told: it would never end. */
export function LiveTail(props: {
  readonly lines: readonly string[];
  readonly position: number;
  /** Px from the top of all rows. */
  readonly start: number;
}): ReactNode {
  const { lines, position, start } = props;
  if (lines.length === 0) return null;
  return (
    <div
      {...rowRole(position + 1)}
      className={`${css['place']} ${css['tail']}`}
      style={{ transform: `translateY(${start}px)` }}
    >
      <div {...CELL} className={css['tailText']}>
        {lines.map((line, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have nothing but their place
          <div key={place}>
            <SafeText text={line} />
          </div>
        ))}
      </div>
    </div>
  );
}
