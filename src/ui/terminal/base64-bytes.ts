/** Bytes as base64 carries them. */
export function decodeBytes(data: string): Uint8Array {
  const text = atob(data);
  const bytes = new Uint8Array(text.length);
  for (let place = 0; place < text.length; place += 1) bytes[place] = text.charCodeAt(place);
  return bytes;
}

const MAX_PIECE_BYTES = 32 * 1024;

/** Characters as base64 of their bytes in UTF-8, in as many pieces as messages need. */
export function encodeText(text: string): string[] {
  const bytes = new TextEncoder().encode(text);
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += MAX_PIECE_BYTES) {
    pieces.push(btoa(String.fromCharCode(...bytes.subarray(at, at + MAX_PIECE_BYTES))));
  }
  return pieces;
}
