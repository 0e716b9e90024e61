import type { CDPSession, Page } from 'playwright';

/** What a key is to the browser, beside its name. */
interface Key {
  readonly key: string;
  readonly code: string;
  readonly windowsVirtualKeyCode: number;
  /** What it types; absent: nothing. */
  readonly text?: string;
}

const NAMED: Readonly<Record<string, Key>> = {
  Enter: { key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 13, text: '\r' },
  Space: { key: ' ', code: 'Space', windowsVirtualKeyCode: 32, text: ' ' },
  Escape: { key: 'Escape', code: 'Escape', windowsVirtualKeyCode: 27 },
  Tab: { key: 'Tab', code: 'Tab', windowsVirtualKeyCode: 9 },
  Delete: { key: 'Delete', code: 'Delete', windowsVirtualKeyCode: 46 },
  ArrowDown: { key: 'ArrowDown', code: 'ArrowDown', windowsVirtualKeyCode: 40 },
  ArrowRight: { key: 'ArrowRight', code: 'ArrowRight', windowsVirtualKeyCode: 39 },
};
const MODIFIERS: Readonly<Record<string, number>> = { Alt: 1, Control: 2, Shift: 8 };

function keyOf(name: string): Key {
  const named = NAMED[name];
  if (named !== undefined) return named;
  const upper = name.toUpperCase();
  return { key: name, code: `Key${upper}`, windowsVirtualKeyCode: upper.charCodeAt(0), text: name };
}

/**
 * Input of the browser itself, as from a keyboard and a mouse, that does not wait for the page between one and the next:
 * as quick as a person who types without looking, and quicker.
 */
export class InputBurst {
  readonly #debug: CDPSession;
  #sent: Promise<unknown>[] = [];

  private constructor(debug: CDPSession) {
    this.#debug = debug;
  }

  static async on(page: Page): Promise<InputBurst> {
    return new InputBurst(await page.context().newCDPSession(page));
  }

  /** A key goes down and up: `a`, `Enter`, `Control+Enter`. `repeats`: it is held, and comes again so many times. */
  press(name: string, repeats = 0): void {
    const words = name.split('+');
    const modifiers = words.slice(0, -1).reduce((sum, word) => sum + (MODIFIERS[word] ?? 0), 0);
    const { text, ...key } = keyOf(words.at(-1) ?? '');
    // with Alt or Control nothing is typed
    const typed = text === undefined || (modifiers & 3) !== 0 ? {} : { text };
    for (let count = 0; count <= repeats; count += 1) {
      const down = { ...key, ...typed, modifiers, autoRepeat: count > 0 };
      this.#send(this.#debug.send('Input.dispatchKeyEvent', { type: 'keyDown', ...down }));
    }
    this.#send(this.#debug.send('Input.dispatchKeyEvent', { type: 'keyUp', ...key, modifiers }));
  }

  /** The left button goes down and up at a point, in CSS px. */
  click(x: number, y: number): void {
    const at = { x, y, clickCount: 1 };
    this.#send(this.#debug.send('Input.dispatchMouseEvent', { type: 'mouseMoved', x, y }));
    for (const type of ['mousePressed', 'mouseReleased'] as const) {
      this.#send(this.#debug.send('Input.dispatchMouseEvent', { type, button: 'left', ...at }));
    }
  }

  /** Something else that goes on meanwhile. */
  add(work: Promise<unknown>): void {
    this.#send(work);
  }

  /** Waits until the page has had all of it. */
  async done(): Promise<void> {
    const sent = this.#sent;
    this.#sent = [];
    await Promise.all(sent);
  }

  #send(work: Promise<unknown>): void {
    this.#sent.push(work);
  }
}
