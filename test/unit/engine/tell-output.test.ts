import { describe, expect, it } from 'vitest';
import { createOutputTeller } from '../../../src/engine/session/tell-output.ts';
import { type OutputNotice, RunId, SessionId } from '../../../src/protocol/index.ts';

const OF = {
  sessionId: SessionId.parse('01a20304-d90d-79ca-a701-672a380de28f'),
  runId: RunId.parse('run-0123456789'),
  stream: 'stdout',
} as const;

function tell(pieces: readonly (readonly Uint8Array[])[]): { at: number; text: string }[] {
  const notices: OutputNotice[] = [];
  const take = createOutputTeller(OF, (notice) => notices.push(notice));
  let offset = 0;
  for (const group of pieces) {
    take(offset, group);
    offset += group.reduce((length, piece) => length + piece.length, 0);
  }
  return notices.map((notice) => {
    // as it is copied for a page
    const { type, offset: at, text, ...rest } = { ...notice };
    expect([type, rest]).toEqual(['output', OF]);
    return { at, text };
  });
}

describe('what is told of output', () => {
  const text = 'aé日😀z\n';
  const bytes = Buffer.from(text);

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])('has whole characters when it is cut at %i', (at) => {
    const told = tell([[bytes.subarray(0, at)], [bytes.subarray(at)]]);
    expect(told.map((piece) => piece.text).join('')).toBe(text);
    for (const piece of told) {
      expect(bytes.subarray(piece.at, piece.at + Buffer.byteLength(piece.text)).toString()).toBe(piece.text);
    }
  });

  it('has whole characters when it comes in single bytes, one by one and together', () => {
    const single = [...bytes].map((byte) => Uint8Array.of(byte));
    const told = tell(single.map((byte) => [byte]));
    expect(told.map((piece) => piece.text)).toEqual([...text]);
    expect(told.map((piece) => piece.at)).toEqual([0, 1, 3, 6, 10, 11]);
    expect(tell([single])).toEqual([{ at: 0, text }]);
    expect(tell([single.slice(0, 8), single.slice(8)])).toEqual([
      { at: 0, text: 'aé日' },
      { at: 6, text: '😀z\n' },
    ]);
  });

  it('shows bytes that are no text as such, and does not wait for more of them', () => {
    expect(tell([[Uint8Array.of(0x61, 0xff, 0xfe, 0x80, 0xbf)]])).toEqual([
      { at: 0, text: 'a\ufffd\ufffd\ufffd\ufffd' },
    ]);
    expect(tell([[Uint8Array.of(0x80, 0x80, 0x80, 0x80)]])).toEqual([{ at: 0, text: '\ufffd'.repeat(4) }]);
  });

  it('is not told while nothing but half a character came', () => {
    expect(tell([[Uint8Array.of(0xf0)], [Uint8Array.of(0x9f)], [Uint8Array.of(0x98)]])).toEqual([]);
  });
});
