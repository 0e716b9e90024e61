/**
 * Takes out of a program's output what is meant for a terminal: colours, cursor moves, titles, links and other strings
 * between ESC and its end. What a progress line wrote over stays away, as on a terminal. Does not make the rest fit to be
 * shown: that is `showLine` and `showText`.
 */

const ESCAPES = new RegExp(
  [
    // strings up to BEL or ST: OSC, DCS, SOS, PM, APC; one without an end goes to the end of its line
    '(?:\\u001b[\\]PX^_]|[\\u009d\\u0090\\u0098\\u009e\\u009f])[^\\u0007\\u001b\\u009c\\n]*(?:\\u0007|\\u001b\\\\|\\u009c)?',
    // CSI: parameters, intermediates, a final byte; one that the text ends in is taken too
    '(?:\\u001b\\[|\\u009b)[0-?]*[ -/]*(?:[@-~]|$)',
    // two- and three-character sequences, such as the choice of a character set
    '\\u001b[ -/]*[0-~]',
  ].join('|'),
  'g',
);

/** The text without escape sequences; of a line that was written over with carriage returns, what was written last. */
export function stripAnsi(text: string): string {
  const plain = text.replace(ESCAPES, '').replaceAll('\r\n', '\n');
  if (!plain.includes('\r')) return plain;
  return plain
    .split('\n')
    .map((line) => {
      const written = line.endsWith('\r') ? line.slice(0, -1) : line;
      return written.slice(written.lastIndexOf('\r') + 1);
    })
    .join('\n');
}
