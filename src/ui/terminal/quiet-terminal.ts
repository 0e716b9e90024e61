/**
 * A terminal for the output of strangers.
 *
 * Promises: what is printed is shown and does nothing else. It makes no links, takes neither the title of the page nor
 * the clipboard, does not move or resize a window, does not change the colours of the whole terminal, and is answered
 * only where `mayAnswer` says so, and then with nothing but fixed words and the place of the cursor. Without it a file
 * that is printed could type on the terminal that shows it.
 */
import { type ITerminalOptions, Terminal } from '@xterm/xterm';

export interface QuietTerminalOptions {
  readonly columns: number;
  readonly rows: number;
  readonly fontSize: number;
  readonly fontFamily: string;
  readonly theme: NonNullable<ITerminalOptions['theme']>;
  /** Questions of the program about the terminal are answered. */
  mayAnswer(): boolean;
}

const SCROLLBACK_LINES = 5000;
/** Titles, colours of the terminal, links, notices, clipboard, and what other terminals have added. */
const TAKEN_TEXTS = [0, 1, 2, 4, 5, 7, 8, 9, 10, 11, 12, 13, 17, 19, 21, 22, 50, 52]
  .concat([99, 104, 110, 111, 112, 117, 119])
  .concat([133, 633, 777, 1337]);

export function createQuietTerminal(options: QuietTerminalOptions): Terminal {
  const terminal = new Terminal({
    cols: options.columns,
    rows: options.rows,
    fontSize: options.fontSize,
    fontFamily: options.fontFamily,
    theme: options.theme,
    scrollback: SCROLLBACK_LINES,
    disableStdin: true,
    minimumContrastRatio: 4.5,
    linkHandler: { activate: () => undefined },
    windowOptions: {},
  });
  const take = (): boolean => true;
  const takeUnlessAnswered = (): boolean => !options.mayAnswer();
  const { parser } = terminal;
  for (const code of TAKEN_TEXTS) parser.registerOscHandler(code, take);
  // place of the cursor and "all is well"; which terminal this is
  parser.registerCsiHandler({ final: 'n' }, takeUnlessAnswered);
  parser.registerCsiHandler({ final: 'c' }, takeUnlessAnswered);
  const others = [
    { prefix: '?', final: 'n' },
    { prefix: '>', final: 'c' },
    { prefix: '=', final: 'c' },
    { prefix: '>', final: 'q' },
    { intermediates: '$', final: 'p' },
    { prefix: '?', intermediates: '$', final: 'p' },
    { final: 't' },
    { final: 'x' },
  ];
  for (const id of others) parser.registerCsiHandler(id, take);
  parser.registerDcsHandler({ intermediates: '$', final: 'q' }, take);
  parser.registerDcsHandler({ intermediates: '+', final: 'q' }, take);
  // it draws no cursor before it had the focus, and who only looks on never gives it one
  terminal.write('\u001b[?25h');
  return terminal;
}
