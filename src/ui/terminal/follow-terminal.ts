import { FitAddon } from '@xterm/addon-fit';
import type { ITheme, Terminal } from '@xterm/xterm';
import type { TerminalFollower } from '../../client/index.ts';
import { cleanPaste } from './clean-paste.ts';
import { createQuietTerminal } from './quiet-terminal.ts';
import { holdStylePort } from './style-port.ts';

interface Size {
  readonly columns: number;
  readonly rows: number;
}

export interface TerminalPorts {
  watch(follower: TerminalFollower): () => void;
  decode(data: string): Uint8Array;
  /** The program is to have this size. */
  resize(size: Size): void;
  /** A key, or what was pasted. */
  send(text: string): void;
  isTyping(): boolean;
  /** What a person has to know about what is shown; undefined: nothing. */
  note(note: string | undefined): void;
  /** The person leaves by the key that the program is not sent. */
  leave(): void;
}

export interface ShownTerminal {
  setTyping(isTyping: boolean): void;
  /** Colours and size of the letters are not what they were. */
  readStyle(): void;
  end(): void;
}

/** Ends a sequence that was cut through, so that it does not swallow what comes. */
const CANCEL_SEQUENCE = '\x18';
const FOCUS_REPORTS = ['\x1b[I', '\x1b[O'];

/** Shows the terminal of a session below `parent`. */
export function followTerminal(parent: HTMLElement, ports: TerminalPorts): ShownTerminal {
  let mayResize = false;
  /** Where the next piece should begin. */
  let next = 0;
  const view = parent.ownerDocument.defaultView ?? window;
  const terminal = createQuietTerminal({
    columns: 80,
    rows: 24,
    ...readLook(parent),
    mayAnswer: () => mayResize && ports.isTyping(),
  });
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  const letGoOfStyles = holdStylePort(parent.ownerDocument);
  terminal.open(parent);
  terminal.onData((text) => {
    // told as soon as the program turns it on, so it would be an answer to what is printed
    if (!FOCUS_REPORTS.includes(text)) ports.send(text);
  });
  terminal.attachCustomKeyEventHandler((event) => mayTakeKey(event, ports));
  const stopPasting = takePaste(parent, terminal);
  const fitParent = (): void => {
    const wanted = mayResize ? fit.proposeDimensions() : undefined;
    if (wanted === undefined || !(wanted.cols > 1) || !(wanted.rows > 1)) return;
    if (wanted.cols !== terminal.cols || wanted.rows !== terminal.rows) {
      ports.resize({ columns: wanted.cols, rows: wanted.rows });
    }
  };
  const stop = ports.watch({
    onBegin: (begun) => {
      terminal.reset();
      terminal.resize(begun.size.columns, begun.size.rows);
      mayResize = begun.mayResize;
      next = begun.offset;
      ports.note(begun.offset > 0 ? 'The beginning is not kept.' : undefined);
      fitParent();
    },
    onData: (offset, data) => {
      if (offset !== next) {
        terminal.write(CANCEL_SEQUENCE);
        ports.note('Some of what was printed is left out.');
      }
      const bytes = ports.decode(data);
      next = offset + bytes.length;
      terminal.write(bytes);
    },
    onSize: ({ columns, rows }) => terminal.resize(columns, rows),
    onFail: (message) => ports.note(message),
  });
  const observer = new view.ResizeObserver(fitParent);
  observer.observe(parent);
  const dark = view.matchMedia('(prefers-color-scheme: dark)');
  const readStyle = (): void => applyLook(terminal, parent);
  dark.addEventListener('change', readStyle);
  return {
    setTyping: (isTyping) => {
      terminal.options.disableStdin = !isTyping;
      terminal.options.cursorBlink = isTyping;
      if (isTyping) terminal.focus();
    },
    readStyle: () => {
      readStyle();
      fitParent();
    },
    end: () => {
      stop();
      stopPasting();
      observer.disconnect();
      dark.removeEventListener('change', readStyle);
      terminal.dispose();
      letGoOfStyles();
    },
  };
}

/** Pastes in place of the library, which would let everything through. */
function takePaste(parent: HTMLElement, terminal: Terminal): () => void {
  const onPaste = (event: ClipboardEvent): void => {
    event.preventDefault();
    event.stopPropagation();
    terminal.paste(cleanPaste(event.clipboardData?.getData('text/plain') ?? ''));
  };
  parent.addEventListener('paste', onPaste, true);
  return () => parent.removeEventListener('paste', onPaste, true);
}

/** Whether a key goes to the program. */
function mayTakeKey(event: KeyboardEvent, ports: Pick<TerminalPorts, 'isTyping' | 'leave'>): boolean {
  if (!ports.isTyping()) return false;
  if (event.key !== 'F6') return true;
  if (event.type === 'keydown') ports.leave();
  event.preventDefault();
  return false;
}

function readLook(parent: HTMLElement): { fontSize: number; fontFamily: string; theme: ITheme } {
  const style = getComputedStyle(parent);
  const read = (name: string): string => style.getPropertyValue(name).trim();
  return {
    fontSize: Math.round(12.5 * Number(read('--text-scale') || 1)),
    fontFamily: read('--mono'),
    theme: {
      background: read('--sunken'),
      foreground: read('--text'),
      cursor: read('--text'),
      cursorAccent: read('--sunken'),
      selectionBackground: read('--selected'),
    },
  };
}

function applyLook(terminal: Terminal, parent: HTMLElement): void {
  const { fontSize, fontFamily, theme } = readLook(parent);
  terminal.options = { fontSize, fontFamily, theme };
}
