const PLAIN_WORD = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** The words as a person would type them in a shell; never run by one. */
export function quoteArgv(argv: readonly string[]): string {
  return argv.map((word) => (PLAIN_WORD.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
}
