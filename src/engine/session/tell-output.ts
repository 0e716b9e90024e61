import type { OutputNotice } from '../../protocol/index.ts';

/**
 * Tells of what a stream has printed, masked, in pieces of whole characters: one that is split between two pieces comes
 * with the second. A piece becomes text when somebody reads it; mostly nobody does.
 */
export function createOutputTeller(
  of: Pick<OutputNotice, 'sessionId' | 'runId' | 'stream'>,
  notice: (notice: OutputNotice) => void,
): (offset: number, pieces: readonly Uint8Array[]) => void {
  let begun: Uint8Array = new Uint8Array();
  return (offset, pieces) => {
    const at = offset - begun.length;
    const [joined, half] = splitHalf([begun, ...pieces]);
    begun = half;
    if (joined.every((piece) => piece.length === 0)) return;
    let read: string | undefined;
    notice({
      type: 'output',
      ...of,
      offset: at,
      get text() {
        read ??= Buffer.concat(joined).toString('utf8');
        return read;
      },
    });
  };
}

/** The pieces without the character that they end in the middle of, and what there is of that. */
function splitHalf(pieces: readonly Uint8Array[]): [whole: readonly Uint8Array[], half: Uint8Array] {
  const end = pieces.at(-1) ?? new Uint8Array();
  // a character of at most four bytes: its beginning may lie in an earlier piece only where the last one is as short
  if (end.length < 4 && pieces.length > 1) return splitHalf([Buffer.concat(pieces)]);
  const length = halfLength(end);
  // a copy: the piece itself may be a view of much more
  const half = new Uint8Array(end.subarray(end.length - length));
  return [[...pieces.slice(0, -1), end.subarray(0, end.length - length)], half];
}

/** How many bytes at the end begin a character that is not whole yet. */
function halfLength(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    const isInside = (byte & 0xc0) === 0x80;
    if (!isInside) return charLength(byte) > back ? back : 0;
  }
  return 0;
}

/** How many bytes a character has that begins with this one. */
function charLength(byte: number): number {
  if (byte >= 0xf8 || byte < 0xc0) return 1;
  if (byte >= 0xf0) return 4;
  return byte >= 0xe0 ? 3 : 2;
}
