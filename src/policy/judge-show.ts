/**
 * Text of an agent inside a sentence for a person. Promises: one line, at most `limit` characters, and no character
 * that moves, hides or reorders what stands around it. Without it a file name could rewrite the question it is in.
 */
import { nameHidden } from '../protocol/index.ts';

/** Quotes hostile text for a sentence: unsafe characters as `⟨U+…⟩`, cut at `limit` characters with `…`. */
export function showText(text: string, limit = 160): string {
  const bounded = text.slice(0, limit * 2);
  const shown = nameHidden(bounded, '⏎', '⇥');
  return text.length > bounded.length || shown.length > limit ? `${shown.slice(0, limit)}…` : shown;
}
