/**
 * Text of an agent inside a sentence for a person. Promises: one line, at most `limit` characters, and no character
 * that moves, hides or reorders what stands around it. Without it a file name could rewrite the question it is in.
 */

/** The same characters, written in the same way, as where texts are shown by themselves. */
const UNSAFE =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{DI}\u2800\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/gu;

function nameCharacter(character: string): string {
  if (character === '\n') return '⏎';
  if (character === '\t') return '⇥';
  return `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`;
}

/** Quotes hostile text for a sentence: unsafe characters as `⟨U+…⟩`, cut at `limit` characters with `…`. */
export function showText(text: string, limit = 160): string {
  const bounded = text.slice(0, limit * 2);
  const shown = bounded.replace(UNSAFE, nameCharacter);
  return text.length > bounded.length || shown.length > limit ? `${shown.slice(0, limit)}…` : shown;
}
