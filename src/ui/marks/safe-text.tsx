import type { ReactNode } from 'react';
import { showDiffLine, showLine, showText } from '../../timeline/index.ts';
import css from './marks.module.css';

const NAMED = /(⟨U\+[0-9A-F]{4,6}⟩|⏎|⇥)/;
/** Letters of scripts that are written from right to left, which would turn the order of what stands between them. */
const TURNING = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const NAMED_IN_DIFF = /(⟨U\+[0-9A-F]{4,6}⟩|⏎|⇥|·+(?=[·⇥ ]*(?:⟨U\+000D⟩)?$))/;

/**
 * Text that a stranger wrote, as one line or several: what would move the cursor, turn the reading order or hide stands
 * there as its number, lit, and is never HTML. Where letters run from right to left, all of it stands in the order of the
 * text all the same: else what comes first in a path or a script would be shown last.
 */
export function SafeText(props: {
  readonly text: string;
  readonly isBlock?: boolean;
  readonly maxChars?: number;
}): ReactNode {
  const { text, isBlock = false, maxChars = isBlock ? 20_000 : 500 } = props;
  const shown = isBlock ? showText(text, maxChars) : showLine(text, maxChars);
  return inOrder(
    shown,
    lightUp(shown.split(NAMED), () => css['odd']),
  );
}

/** A line of a diff, or with `isEnd` false a piece of one: tabs and the spaces at its end can be seen too. */
export function SafeDiffLine(props: { readonly text: string; readonly isEnd: boolean }): ReactNode {
  const shown = showDiffLine(props.text, props.isEnd);
  // Blanks are ordinary in files: they are seen, and not alarming.
  const lookOf = (mark: string): string | undefined => css[/^(?:⇥|·+)$/.test(mark) ? 'blank' : 'odd'];
  return inOrder(shown, lightUp(shown.split(NAMED_IN_DIFF), lookOf));
}

/** One character behind the other, as a program reads them. */
function inOrder(shown: string, drawn: ReactNode): ReactNode {
  return TURNING.test(shown) ? <bdo dir="ltr">{drawn}</bdo> : drawn;
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
