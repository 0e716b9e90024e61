import { describe, expect, it } from 'vitest';
import { LastBytes } from '../../../src/engine/base/index.ts';

function numbered(length: number, from: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, at) => (from + at) % 251));
}

describe('the end of a stream', () => {
  it.each([
    ['single bytes', 1],
    ['pieces that go over the border', 700],
    ['pieces as long as all of it', 5000],
    ['pieces that are longer', 13_001],
  ])('is what came last, in %s', (_name, length) => {
    const last = new LastBytes(5000);
    let whole = Buffer.alloc(0);
    const rounds = length === 1 ? 300 : 20;
    for (let round = 0; round < rounds; round++) {
      const piece = numbered(length, whole.length);
      last.push(piece);
      whole = Buffer.concat([whole, piece]);
      const kept = Math.min(5000, whole.length);
      expect(last.length).toBe(kept);
      expect(last.read().equals(whole.subarray(-kept))).toBe(true);
      expect(last.read(33).equals(whole.subarray(-33))).toBe(true);
      expect(last.read(0).length).toBe(0);
    }
  });

  it('has nothing before anything came', () => {
    const last = new LastBytes(10);
    last.push(new Uint8Array());
    expect([last.length, last.read().length, last.read(5).length]).toEqual([0, 0, 0]);
  });

  it('is a copy', () => {
    const last = new LastBytes(10);
    const piece = Buffer.from('abc');
    last.push(piece);
    piece.fill('x');
    last.read().fill('y');
    expect(last.read().toString()).toBe('abc');
  });
});
