import type { ReactNode } from 'react';
import { showLine, showText } from '../../timeline/index.ts';
import css from './marks.module.css';

const NAMED = /(⟨U\+[0-9A-F]{4,6}⟩|⏎|⇥)/;

/**
 * Text that a stranger wrote, as one line or several: what would move the cursor, turn the reading order or hide stands
 * there as its number, lit, and is never HTML.
 */
export function SafeText(props: {
  readonly text: string;
  readonly isBlock?: boolean;
  readonly maxChars?: number;
}): ReactNode {
  const { text, isBlock = false, maxChars = isBlock ? 20_000 : 500 } = props;
  const shown = isBlock ? showText(text, maxChars) : showLine(text, maxChars);
  const parts = shown.split(NAMED);
  if (parts.length === 1) return shown;
  // parts alternate: text, mark, text …; their places never change
  return parts.map((part, place) =>
    place % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the place is what tells two equal marks apart
      <span key={place} className={css['odd']}>
        {part}
      </span>
    ) : (
      part
    ),
  );
}
