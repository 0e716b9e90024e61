/** Controls but tab and line ends. */
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;

/**
 * A text of the clipboard as it may be pasted. Whoever wrote it may have put a sequence into it that says the paste is
 * over, and behind it what the program would then take for typed.
 */
export function cleanPaste(text: string): string {
  return text.replace(CONTROLS, '');
}
