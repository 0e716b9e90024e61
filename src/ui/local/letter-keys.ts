/** What matters of a key press; a `KeyboardEvent` has it all. */
export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
  readonly isComposing: boolean;
  readonly defaultPrevented: boolean;
}

const TYPING =
  'input:not([type=checkbox]):not([type=radio]):not([type=button]), textarea, select, [contenteditable]';

/** The person is writing: keys are text there. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(TYPING) !== null;
}

/** A key by itself, that nobody has acted on and that is no part of a composition. */
export function isPlainKey(press: KeyPress): boolean {
  return !(press.ctrlKey || press.altKey || press.metaKey || press.isComposing || press.defaultPrevented);
}
