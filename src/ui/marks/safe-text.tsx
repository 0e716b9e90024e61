import type { ReactNode } from 'react';
import { showDiffLine, showLine, showText } from '../../timeline/index.ts';
import css from './marks.module.css';

const NAMED = /(⟨U\+[0-9A-F]{4,6}⟩|⏎|⇥)/;
const NAMED_IN_DIFF = /(⟨U\+[0-9A-F]{4,6}⟩|⏎|⇥|·+(?=[·⇥ ]*(?:⟨U\+000D⟩)?$))/;

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
  return lightUp(shown.split(NAMED), () => css['odd']);
}

/** A line of a diff, or with `isEnd` false a piece of one: tabs and the spaces at its end can be seen too. */
export function SafeDiffLine(props: { readonly text: string; readonly isEnd: boolean }): ReactNode {
  const parts = showDiffLine(props.text, props.isEnd).split(NAMED_IN_DIFF);
  // Blanks are ordinary in files: they are seen, and not alarming.
  return lightUp(parts, (mark) => css[/^(?:⇥|·+)$/.test(mark) ? 'blank' : 'odd']);
}

function lightUp(parts: readonly string[], lookOf: (mark: string) => string | undefined): ReactNode {
  if (parts.length === 1) return parts[0];
  // parts alternate: text, mark, text …; their places never change
  return parts.map((part, place) =>
    place % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the place is what tells two equal marks apart
      <span key={place} className={lookOf(part)}>
        {part}
      </span>
    ) : (
      part
    ),
  );
}
