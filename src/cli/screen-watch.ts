/**
 * What a program has done to the terminal that its output goes to. Promises: it is known whether the program has taken
 * the screen for itself, and whether the terminal stands between two sequences, so that something may be written there
 * without breaking either. Does not promise to understand every sequence; an unknown one counts as none.
 */

/** Private modes that a program turns on when it draws a screen or edits a line of its own. */
const OWNING_MODES = new Set([
  ...['47', '1047', '1049'],
  // keys of the cursor as an application, the mouse, the focus, pasting in brackets
  ...['1', '1000', '1002', '1003', '1004', '2004'],
]);

const ESC = 0x1b;
const BEL = 0x07;
/** Both end a sequence at once, whatever it was. */
const CANCELS = [0x18, 0x1a];
const MAX_PARAMETERS = 64;

type State = 'between' | 'escape' | 'control' | 'text' | 'text-escape';

export class ScreenWatch {
  readonly #modes = new Set<string>();
  readonly #listeners = new Set<() => void>();
  #state: State = 'between';
  #parameters = '';

  /** The program draws the screen itself, or edits a line: a question must not come in between. */
  get isOwned(): boolean {
    return this.#modes.size > 0;
  }

  /** No sequence is half written. */
  get isBetween(): boolean {
    return this.#state === 'between';
  }

  /** Told after each piece. */
  onFed(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** These bytes have been written to the terminal. */
  feed(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at++) {
      // most of what is printed is text between sequences
      if (this.#state === 'between') at = bytes.indexOf(ESC, at);
      if (at === -1) break;
      this.#take(bytes[at] ?? 0);
    }
    for (const listener of this.#listeners) listener();
  }

  #take(byte: number): void {
    if (CANCELS.includes(byte)) this.#state = 'between';
    else if (this.#state === 'control') this.#takeControl(byte);
    else if (this.#state === 'text') this.#takeText(byte);
    else if (this.#state === 'text-escape') this.#state = byte === 0x5c ? 'between' : 'text';
    else if (this.#state === 'escape') this.#takeEscape(byte);
    else this.#state = 'escape';
  }

  #takeEscape(byte: number): void {
    const letter = String.fromCharCode(byte);
    if (letter === '[') {
      this.#state = 'control';
      this.#parameters = '';
    } else if (']PX^_'.includes(letter)) this.#state = 'text';
    // a space or one of these stands in front of the letter that ends it
    else if (!' !"#$%&\'()*+,-./'.includes(letter)) {
      if (letter === 'c') this.#modes.clear();
      this.#state = byte === ESC ? 'escape' : 'between';
    }
  }

  #takeText(byte: number): void {
    if (byte === BEL) this.#state = 'between';
    else if (byte === ESC) this.#state = 'text-escape';
  }

  #takeControl(byte: number): void {
    if (byte === ESC) {
      this.#state = 'escape';
      return;
    }
    if (byte >= 0x20 && byte < 0x40) {
      if (this.#parameters.length < MAX_PARAMETERS) this.#parameters += String.fromCharCode(byte);
      return;
    }
    if (byte < 0x20) return;
    this.#state = 'between';
    this.#endControl(String.fromCharCode(byte));
  }

  #endControl(letter: string): void {
    if (letter === 'p' && this.#parameters === '!') this.#modes.clear();
    if ((letter !== 'h' && letter !== 'l') || !this.#parameters.startsWith('?')) return;
    for (const mode of this.#parameters.slice(1).split(';')) {
      if (!OWNING_MODES.has(mode)) continue;
      if (letter === 'h') this.#modes.add(mode);
      else this.#modes.delete(mode);
    }
  }
}
