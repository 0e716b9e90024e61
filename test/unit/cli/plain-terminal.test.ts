import { createRequire } from 'node:module';
import type { Terminal } from '@xterm/xterm';
import { describe, expect, it } from 'vitest';
import { CLEAR_BELOW, PLAIN_TERMINAL } from '../../../src/cli/plain-terminal.ts';

// the terminal of the page, without a page: it draws nothing then, and has a screen all the same
const { Terminal: PlainTerminal } = createRequire(import.meta.url)('@xterm/xterm') as {
  Terminal: typeof Terminal;
};

/** What a person would see: the letters of the screen, but for those that are hidden or in the colour of the ground. */
async function look(printed: string): Promise<string> {
  const terminal = new PlainTerminal({ cols: 60, rows: 12 });
  await new Promise<void>((resolve) => terminal.write(printed, resolve));
  const buffer = terminal.buffer.active;
  let seen = '';
  for (let row = 0; row < terminal.rows; row++) {
    const line = buffer.getLine(buffer.viewportY + row);
    for (let column = 0; column < terminal.cols; column++) {
      const cell = line?.getCell(column);
      const isUnseen = cell === undefined || cell.isInvisible() !== 0 || hasOneColour(cell);
      seen += isUnseen || cell.getChars() === '' ? ' ' : cell.getChars();
    }
    seen += '\n';
  }
  terminal.dispose();
  return seen;
}

function hasOneColour(cell: { getFgColor(): number; getBgColor(): number; isBgDefault(): boolean }): boolean {
  return !cell.isBgDefault() && cell.getFgColor() === cell.getBgColor();
}

const QUESTION = 'QUESTION line one\r\nQUESTION line two\r\nQUESTION line three\r\nYour answer: ';

const TRICKS: [name: string, printed: string][] = [
  ['a title without end', '\x1b]2;'],
  ['a device string without end', '\x1bPq'],
  ['an application string without end', '\x1b_'],
  ['a start of string without end', '\x1bX'],
  ['a private message without end', '\x1b^'],
  ['half a sequence', '\x1b[3'],
  ['hidden letters', '\x1b[8m'],
  ['letters in the colour of the ground', '\x1b[30;40m'],
  ['letters of the line drawing set', '\x1b(0'],
  ['a region of two rows', '\x1b[1;2r'],
  ['lines that are not wrapped', '\x1b[?7l'],
  ['insert mode', '\x1b[4h'],
];

describe('what is written behind whatever a program has printed', () => {
  it.each(TRICKS)('is seen behind %s', async (_name, printed) => {
    const fake = 'FAKE question: harmless? ';
    const seen = await look(`some output\r\n${fake}${printed}${PLAIN_TERMINAL}\r\n${CLEAR_BELOW}${QUESTION}`);
    for (const line of QUESTION.split('\r\n')) expect(seen).toContain(line.trim());
  });

  it.each(TRICKS.slice(0, 10))('would not be seen whole without it behind %s', async (_name, printed) => {
    const seen = await look(`some output\r\n${printed}\r\n${QUESTION}`);
    const lines = QUESTION.split('\r\n').filter((line) => !seen.includes(line.trim()));
    expect(lines).not.toEqual([]);
  });

  it('leaves what was printed before, and nothing behind itself', async () => {
    const seen = await look(`before\r\n\r\nbehind\x1b[1A${PLAIN_TERMINAL}\r\n${CLEAR_BELOW}${QUESTION}`);
    expect(seen).toContain('before');
    expect(seen).not.toContain('behind');
  });
});
