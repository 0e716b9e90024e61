/**
 * Brings a terminal back from whatever a program has done to it, so that what is written next is seen as it is: a
 * question that is swallowed by a sequence without an end, or painted in the colour of the screen, would be answered
 * unseen. Does not undo what stands on the screen already. Sequences: ECMA-48 and
 * https://invisible-island.net/xterm/ctlseqs/ctlseqs.html; what a terminal does not know it passes over.
 */
export const PLAIN_TERMINAL = [
  // an unfinished sequence of any kind: some end by this one, some by that
  '\x18\x1b\\',
  // a soft reset, and what it does not reset everywhere: origin, margins left and right
  '\x1b[!p\x1b[?6l\x1b[?69l',
  // the whole screen scrolls again; the cursor stays where it was
  '\x1b7\x1b[r\x1b8',
  // plain letters in plain colours, those of the palette too
  '\x1b[0m\x1b(B\x1b)B\x0f\x1b]104\x1b\\\x1b]110\x1b\\\x1b]111\x1b\\',
  // inserting off, long lines go on in the next, the cursor is seen, nothing is held back, reversed or printed elsewhere
  '\x1b[4l\x1b[?7h\x1b[?25h\x1b[?2026l\x1b[?5l\x1b[4i',
  // keys come as letters
  '\x1b[<99u\x1b[>4;0m',
].join('');

/** Nothing that stood there already stands behind what comes. */
export const CLEAR_BELOW = '\x1b[J';
