const PLAIN_WORD = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** A command line that a shell reads as exactly these words. */
export function quoteWords(words: readonly string[]): string {
  return words.map((word) => (PLAIN_WORD.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ');
}
