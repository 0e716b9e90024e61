/**
 * Text of an agent inside a sentence for a person. Promises: one line, at most `limit` characters, and no character
 * that moves, hides or reorders what stands around it. Without it a file name could rewrite the question it is in.
 */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}\u115f\u1160\u3164\uffa0]/gu;

/** Quotes hostile text for a sentence: unsafe characters as `\u{…}`, cut at `limit` characters with `…`. */
export function showText(text: string, limit = 160): string {
  const bounded = text.slice(0, limit * 2);
  const shown = bounded.replace(UNSAFE, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
  return text.length > bounded.length || shown.length > limit ? `${shown.slice(0, limit)}…` : shown;
}
