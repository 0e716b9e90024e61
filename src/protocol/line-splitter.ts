/** The longest line that a peer sends or takes, in UTF-16 units. */
export const MAX_LINE_CHARS = 8 * 1024 * 1024;

/** Of a line that is too long, so much of each end is told. */
const END_CHARS = 256;

/** Cuts a stream of text into lines. */
export interface LineSplitter {
  /** Takes the next piece of text and hands out every line that it completes, without the line end. */
  feed(text: string): void;
}

/**
 * A splitter whose memory is bounded: of a line above `maxChars` nothing is kept up to its end, and the empty string
 * is handed out in its place (which no reader of JSON lines takes for a message), or its two ends to `onTooLong`.
 */
export function createLineSplitter(
  onLine: (line: string) => void,
  maxChars = MAX_LINE_CHARS,
  onTooLong?: (ends: { readonly head: string; readonly tail: string }) => void,
): LineSplitter {
  let pieces: string[] = [];
  let length = 0;
  let isTooLong = false;
  let head = '';
  let tail = '';

  function keep(piece: string): void {
    length += piece.length;
    if (head.length < END_CHARS) head += piece.slice(0, END_CHARS - head.length);
    tail = (tail + piece.slice(-END_CHARS)).slice(-END_CHARS);
    if (length > maxChars) {
      isTooLong = true;
      pieces = [];
    }
    if (!isTooLong && piece.length > 0) pieces.push(piece);
  }

  function finish(): void {
    const tooLong = isTooLong ? { head, tail } : undefined;
    const line = isTooLong ? '' : pieces.join('');
    head = '';
    tail = '';
    pieces = [];
    length = 0;
    isTooLong = false;
    if (tooLong !== undefined && onTooLong !== undefined) onTooLong(tooLong);
    else onLine(line);
  }

  return {
    feed: (text) => {
      let start = 0;
      for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
        keep(text.slice(start, end));
        finish();
        start = end + 1;
      }
      keep(text.slice(start));
    },
  };
}
