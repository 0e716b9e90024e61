import { showLine } from '../timeline/index.ts';

export interface LineEditorPorts {
  /** Shows what was typed. */
  echo(text: string): void;
  onLine(line: string): void;
  /** Ctrl-C. */
  onInterrupt(): void;
  /** Ctrl-Z. */
  onSuspend(): void;
}

const MAX_LINE_CHARS = 4000;
const ESCAPE_SEQUENCE = /\x1b(?:\[[0-9;?]*[ -/]*[@-~]|O.|.)/g;

/**
 * Reads lines from a terminal in raw mode: echo, Backspace, Ctrl-U, Enter, Ctrl-C, Ctrl-Z. Cursor keys and other sequences are
 * dropped. Raw, because at the end of input a terminal in line mode could not be read again.
 */
export class LineEditor {
  readonly #ports: LineEditorPorts;
  #line = '';

  constructor(ports: LineEditorPorts) {
    this.#ports = ports;
  }

  feed(text: string): void {
    for (const character of text.replace(ESCAPE_SEQUENCE, '')) this.#take(character);
  }

  /** What was typed so far of a line. */
  get line(): string {
    return this.#line;
  }

  /** Forgets what was typed so far. */
  clear(): void {
    this.#line = '';
  }

  #take(character: string): void {
    if (character === '\r' || character === '\n') this.#enter();
    else if (character === '\x03') this.#ports.onInterrupt();
    else if (character === '\x1a') this.#ports.onSuspend();
    else if (character === '\x7f' || character === '\b') this.#erase(1);
    else if (character === '\x15') this.#erase([...this.#line].length);
    else if (character >= ' ' && this.#line.length < MAX_LINE_CHARS) {
      this.#line += character;
      this.#ports.echo(showLine(character));
    }
  }

  #enter(): void {
    const line = this.#line;
    this.#line = '';
    this.#ports.echo('\r\n');
    this.#ports.onLine(line);
  }

  #erase(count: number): void {
    const characters = [...this.#line];
    const gone = characters.splice(Math.max(0, characters.length - count));
    this.#line = characters.join('');
    for (const character of gone) {
      const width = [...showLine(character)].length;
      this.#ports.echo('\b \b'.repeat(width));
    }
  }
}
