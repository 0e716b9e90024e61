import { closeSync, openSync, readFileSync } from 'node:fs';
import { ReadStream, WriteStream } from 'node:tty';
import type { OutputHold } from './output-hold.ts';
import type { QuestionTerminal } from './terminal-questions.ts';

/** The terminal of this process: questions are asked on it, and what is typed otherwise belongs to the script. */
export interface OwnTerminal extends QuestionTerminal {
  /** Raw from now on: every byte that is typed goes to `onBytes`, except while a question is shown. */
  passThrough(onBytes: (bytes: Buffer) => void): void;
  /** Lines from now on: what is typed goes to `onBytes`, except while a question is shown. */
  passLines(onBytes: (bytes: Buffer) => void): void;
  /** Gives the terminal back as it was. */
  close(): void;
}

/**
 * Opens the terminal for questions: standard input where that is one, else `/dev/tty`. `undefined`: there is none.
 * Asking in the background would stop this process, so it counts as none.
 */
export function openOwnTerminal(hold: OutputHold): OwnTerminal | undefined {
  if (!isForeground()) return undefined;
  if (process.stdin.isTTY && process.stderr.isTTY) {
    return new TerminalOwner({
      input: process.stdin,
      write: (text) => process.stderr.write(text),
      hold,
      isOurs: false,
    });
  }
  const fd = openControllingTerminal();
  if (fd === undefined) return undefined;
  const output = new WriteStream(fd);
  const isStdinShared = process.stdin.isTTY === true;
  const input = isStdinShared ? process.stdin : new ReadStream(fd);
  return new TerminalOwner({ input, write: (text) => output.write(text), hold, isOurs: !isStdinShared });
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
    new WriteStream(fd).getWindowSize();
    return fd;
  } catch {
    if (fd !== undefined) closeSync(fd);
    return undefined;
  }
}

interface TerminalParts {
  readonly input: ReadStream;
  write(text: string): void;
  readonly hold: OutputHold;
  /** The input is read only while a question is shown. */
  readonly isOurs: boolean;
}

class TerminalOwner implements OwnTerminal {
  readonly #parts: TerminalParts;
  #onBytes: ((bytes: Buffer) => void) | undefined;
  #onKeys: ((text: string) => void) | undefined;
  #isRawForScript = false;
  readonly #take = (bytes: Buffer): void => {
    if (this.#onKeys !== undefined) this.#onKeys(bytes.toString('utf8'));
    else this.#onBytes?.(bytes);
  };

  constructor(parts: TerminalParts) {
    this.#parts = parts;
    parts.input.on('data', this.#take);
    parts.input.pause();
    // a terminal that goes away ends this process by its signal
    parts.input.on('error', () => {});
  }

  write(text: string): void {
    this.#parts.write(text);
  }

  passThrough(onBytes: (bytes: Buffer) => void): void {
    this.#isRawForScript = true;
    this.passLines(onBytes);
  }

  passLines(onBytes: (bytes: Buffer) => void): void {
    this.#onBytes = onBytes;
    this.#parts.input.setRawMode(this.#isRawForScript);
    this.#parts.input.resume();
  }

  capture(onKeys: (text: string) => void): () => void {
    const { input, hold } = this.#parts;
    hold.hold();
    this.#onKeys = onKeys;
    input.setRawMode(true);
    input.resume();
    return () => {
      this.#onKeys = undefined;
      input.setRawMode(this.#isRawForScript);
      if (this.#onBytes === undefined) input.pause();
      hold.release();
    };
  }

  close(): void {
    const { input, isOurs } = this.#parts;
    this.#onKeys = undefined;
    this.#onBytes = undefined;
    input.off('data', this.#take);
    if (!input.destroyed) input.setRawMode(false);
    input.pause();
    if (isOurs) input.destroy();
  }
}
