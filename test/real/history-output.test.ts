import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  type HistoryReader,
  type Journal,
  openHistoryReader,
  openJournal,
} from '../../src/engine/history/index.ts';
import type { CapturedStream } from '../../src/protocol/index.ts';
import { makeHistoryFile } from './history-folder.ts';
import { ids, makeFinished, makeOpened } from './history-sample.ts';

const MIB = 1024 * 1024;

async function withHistory(use: (journal: Journal, reader: HistoryReader) => Promise<void>): Promise<void> {
  const file = makeHistoryFile();
  const journal = await openJournal({ file, nowMs: Date.now });
  const reader = openHistoryReader({ file });
  await use(journal, reader);
  expect(reader.verify()).toEqual([]);
  await journal.close();
  reader.close();
}

/** Numbered lines of 16 bytes, so that no two places look alike. */
function makeBytes(length: number): Buffer {
  const bytes = Buffer.alloc(Math.ceil(length / 16) * 16, '\n');
  for (let at = 0; at < length; at += 16) bytes.write(String(at), at, 'latin1');
  return bytes.subarray(0, length);
}

async function capture(journal: Journal, pieces: readonly Uint8Array[], secrets: string[] = []) {
  const sessionId = ids.session();
  const runId = ids.run();
  await journal.append(sessionId, [makeOpened('output')]);
  const stream = journal.captureOutput({ sessionId, runId, stream: 'stdout', secrets });
  for (const piece of pieces) await stream.write(piece);
  const captured: CapturedStream = await stream.finish();
  await journal.append(sessionId, [makeFinished(runId, captured)]);
  return { runId, captured };
}

describe('captured output', () => {
  it('is stored as it came, in many small pieces', () =>
    withHistory(async (journal, reader) => {
      const pieces = Array.from({ length: 5000 }, (_, i) => Buffer.from(`line ${i} \u00e4\n`));
      const whole = Buffer.concat(pieces);
      const { runId, captured } = await capture(journal, pieces);
      const { head, tail, cutBytes } = reader.readOutput(runId, 'stdout');
      expect(Buffer.from(head).equals(whole)).toBe(true);
      expect([tail.length, cutBytes]).toEqual([0, 0]);
      expect(captured).toEqual({
        sha256: createHash('sha256').update(whole).digest('hex'),
        storedBytes: whole.length,
        totalBytes: whole.length,
      });
      expect(reader.readOutput(runId, 'stderr').head.length).toBe(0);
    }));

  it.each([
    ['just fits', 16 * MIB, 0],
    ['one byte too long', 16 * MIB + 1, 1],
    ['long', 50 * MIB + 12345, 34 * MIB + 12345],
  ])('keeps the first 12 MiB and the last 4 when it is %s', (_name, length, expectedCut) =>
    withHistory(async (journal, reader) => {
      const whole = makeBytes(length);
      const pieces = Array.from({ length: Math.ceil(length / 100_000) }, (_, i) =>
        whole.subarray(i * 100_000, (i + 1) * 100_000),
      );
      const { runId, captured } = await capture(journal, pieces);
      const { head, tail, cutBytes } = reader.readOutput(runId, 'stdout');
      expect(cutBytes).toBe(expectedCut);
      expect(captured.totalBytes).toBe(length);
      expect(captured.storedBytes).toBe(16 * MIB);
      expect(head.length + tail.length).toBe(16 * MIB);
      expect(whole.subarray(0, head.length).equals(head)).toBe(true);
      expect(whole.subarray(length - tail.length).equals(tail)).toBe(true);
    }),
  );

  it('is masked before it is stored, across pieces', () =>
    withHistory(async (journal, reader) => {
      const pieces = ['pass: hunter', '22secret; fine\n', 'ghp_', 'a1B2c3D4e5'.repeat(4), '\n'].map((text) =>
        Buffer.from(text),
      );
      const { runId, captured } = await capture(journal, pieces, ['hunter22secret']);
      const { head } = reader.readOutput(runId, 'stdout');
      expect(Buffer.from(head).toString()).toBe('pass: [masked]; fine\n[masked]\n');
      expect(captured.totalBytes).toBe(Buffer.concat(pieces).length);
    }));

  it('leaves bytes that are no text alone', () =>
    withHistory(async (journal, reader) => {
      const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 31) % 256));
      const { runId } = await capture(journal, [bytes.subarray(0, 777), bytes.subarray(777)]);
      expect(Buffer.from(reader.readOutput(runId, 'stdout').head).equals(bytes)).toBe(true);
    }));
});
