import { spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync, readSync } from 'node:fs';
import { isatty, ReadStream, WriteStream } from 'node:tty';
import type { OutputHold } from './output-hold.ts';
import type { QuestionTerminal } from './terminal-questions.ts';

/** The terminal of this process: questions are asked on it, and what is typed otherwise belongs to the script. */
export interface OwnTerminal extends QuestionTerminal {
  /** What is typed on standard input goes to the script, except while a question is shown. */
  passInput(script: ScriptInput): void;
  /** To the script as if it was typed for it, although a question is shown. */
  typeForScript(keys: string): void;
  /** Gives the terminal back as it was. */
  close(): void;
}

export interface ScriptInput {
  write(bytes: Buffer): void;
  end(): void;
}

/**
 * Opens the terminal for questions. With `isForScript` the script has a terminal of its own, and this one becomes raw:
 * every key goes there. `undefined`: there is none. Asking from the background would stop this process, so that counts
 * as none.
 */
export function openOwnTerminal(hold: OutputHold, isForScript: boolean): OwnTerminal | undefined {
  if (!isForeground()) return undefined;
  if (isForScript) {
    const write = (text: string): void => void process.stderr.write(text.replaceAll('\n', '\r\n'));
    return new TerminalOwner({
      keys: process.stdin,
      write,
      columns: () => process.stdout.columns,
      hold,
      isForScript,
    });
  }
  const fd = openControllingTerminal();
  if (fd === undefined) return undefined;
  const output = new WriteStream(fd);
  const write = (text: string): void => void output.write(text);
  // only the standard streams learn that the window has changed
  const columns = (): number => process.stdout.columns ?? process.stderr.columns ?? output.columns;
  return new TerminalOwner({ write, columns, hold, isForScript });
}

/**
 * What the script prints has gone through a terminal of its own; here not a byte of it may be changed, or a program that
 * draws a screen would find its cursor elsewhere. Node's raw mode turns line feeds into two characters, and its end
 * brings back what was. Where there is no stty, the screen of some programs is not as it should be.
 */
function keepOutput(): void {
  if (process.platform !== 'win32') spawnSync('stty', ['-opost'], { stdio: ['inherit', 'ignore', 'ignore'] });
}

/** Whether this process group has the terminal; where the system does not tell, it is taken for granted. */
function isForeground(): boolean {
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8');
    // state, parent, process group, session, terminal, process group in the foreground
    const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return group === foreground;
  } catch {
    return true;
  }
}

function openControllingTerminal(): number | undefined {
  let fd: number | undefined;
  try {
    fd = openSync('/dev/tty', 'r+');
    if (isatty(fd)) return fd;
  } catch {
    // there is no terminal
  }
  if (fd !== undefined) closeSync(fd);
  return undefined;
}

/** What has been typed on the terminal and was read by nobody. */
function readTyped(): string {
  let fd: number | undefined;
  const pieces: Buffer[] = [];
  try {
    fd = openSync('/dev/tty', constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    for (let piece = readPiece(fd); piece.length > 0; piece = readPiece(fd)) pieces.push(piece);
  } catch {
    // nothing more is there
  }
  if (fd !== undefined) closeSync(fd);
  return Buffer.concat(pieces).toString('utf8');
}

/** At most what a terminal keeps. Throws where nothing is there. */
function readPiece(fd: number): Buffer {
  const piece = Buffer.alloc(4096);
  return piece.subarray(0, readSync(fd, piece));
}

interface TerminalParts {
  /** Where keys are read when the script has a terminal of its own: standard input itself. */
  readonly keys?: ReadStream;
  write(text: string): void;
  columns(): number | undefined;
  readonly hold: OutputHold;
  readonly isForScript: boolean;
}

class TerminalOwner implements OwnTerminal {
  readonly #parts: TerminalParts;
  #script: ScriptInput | undefined;
  #onKeys: ((text: string) => void) | undefined;
  /** Reads the keys of questions where standard input belongs to the script. */
  #questionKeys: ReadStream | undefined;
  readonly #takeKeys = (bytes: Buffer): void => {
    if (this.#onKeys !== undefined) this.#onKeys(bytes.toString('utf8'));
    else if (this.#parts.isForScript) this.#script?.write(bytes);
  };

  constructor(parts: TerminalParts) {
    this.#parts = parts;
    if (parts.keys === undefined) return;
    listenTo(parts.keys, this.#takeKeys);
    parts.keys.pause();
  }

  write(text: string): void {
    this.#parts.write(text);
  }

  columns(): number | undefined {
    // a terminal that does not know its size says 0
    return this.#parts.columns() || undefined;
  }

  passInput(script: ScriptInput): void {
    this.#script = script;
    const { keys } = this.#parts;
    if (keys !== undefined) {
      keys.setRawMode(true);
      keepOutput();
      keys.resume();
      return;
    }
    process.stdin.on('data', (bytes: Buffer) => script.write(bytes));
    process.stdin.on('end', () => script.end());
    process.stdin.on('error', () => script.end());
    if (this.#onKeys !== undefined) this.#holdInput();
  }

  typeForScript(keys: string): void {
    // without a terminal of its own, the script reads lines as this one would have made them
    const text = this.#parts.isForScript ? keys : keys.replaceAll('\r', '\n');
    this.#script?.write(Buffer.from(text));
  }

  capture(onKeys: (text: string) => void): () => void {
    const { keys, hold } = this.#parts;
    hold.hold();
    this.#onKeys = onKeys;
    if (keys === undefined) this.#openQuestionKeys();
    else {
      keys.setRawMode(true);
      keys.resume();
    }
    return () => {
      this.#onKeys = undefined;
      this.#closeQuestionKeys();
      hold.release();
    };
  }

  close(): void {
    const { keys } = this.#parts;
    this.#onKeys = undefined;
    this.#script = undefined;
    this.#closeQuestionKeys();
    if (keys === undefined) return;
    keys.off('data', this.#takeKeys);
    if (!keys.destroyed) keys.setRawMode(false);
    keys.pause();
  }

  /**
   * A reader of its own: standard input may come to its end, and the next question must not. Two readers of one terminal
   * would share its lines by chance, and a stream that is only paused goes on reading. So there is one at a time.
   */
  #openQuestionKeys(): void {
    this.#holdInput();
    const fd = openControllingTerminal();
    // it has gone away, and with it whoever could answer; its signal ends this process
    if (fd === undefined) return;
    this.#questionKeys = new ReadStream(fd);
    listenTo(this.#questionKeys, this.#takeKeys);
    this.#questionKeys.setRawMode(true);
    // what was typed before the question is no answer to it, however late it is read
    const early = readTyped();
    if (process.stdin.isTTY) this.typeForScript(early);
    this.#questionKeys.resume();
  }

  #closeQuestionKeys(): void {
    const keys = this.#questionKeys;
    if (keys === undefined) return;
    this.#questionKeys = undefined;
    keys.off('data', this.#takeKeys);
    if (!keys.destroyed) keys.setRawMode(false);
    keys.destroy();
    if (this.#script !== undefined && process.stdin.isTTY) process.stdin.resume();
  }

  #holdInput(): void {
    if (this.#script !== undefined && process.stdin.isTTY) process.stdin.pause();
  }
}

function listenTo(keys: ReadStream, listener: (bytes: Buffer) => void): void {
  keys.on('data', listener);
  // a terminal that goes away ends this process by its signal
  keys.on('error', () => {});
}
