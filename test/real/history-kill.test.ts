import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openHistoryReader, openJournal } from '../../src/engine/history/index.ts';
import { makeHistoryFile } from './history-folder.ts';
import { makeMessage } from './history-sample.ts';

/** Runs the appending child until it has told of so many events, then kills it; returns all that it told. */
async function appendAndKill(file: string, killAfter: number): Promise<Map<string, number>> {
  const script = fileURLToPath(new URL('./history-append-child.ts', import.meta.url));
  const child = spawn(process.execPath, [script, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  const told = new Map<string, number>();
  let count = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const [sessionId, seq] = line.split(' ');
    if (sessionId === undefined || seq === undefined || seq === '') continue;
    told.set(sessionId, Math.max(told.get(sessionId) ?? 0, Number(seq)));
    if (++count === killAfter) child.kill('SIGKILL');
  }
  const [, signal] = await closed;
  expect(signal).toBe('SIGKILL');
  return told;
}

describe('a process that is killed in the middle of appends', () => {
  it('leaves a history that verifies and holds every event it told of', async () => {
    const file = makeHistoryFile();
    for (const killAfter of [1, 50, 333, 1000, 2500]) {
      const told = await appendAndKill(file, killAfter);
      const reader = openHistoryReader({ file });
      expect(reader.verify()).toEqual([]);
      const heads = new Map(
        reader.listSessions().map((session) => [session.sessionId as string, session.headSeq]),
      );
      for (const [sessionId, seq] of told) {
        expect(heads.get(sessionId)).toBeGreaterThanOrEqual(seq);
        expect(
          reader
            .readEvents(sessionId, 0, seq)
            .map((event) => event.seq)
            .at(-1),
        ).toBe(seq);
      }
      reader.close();
    }
  });

  it('leaves its sessions open for another engine, which can go on with them', async () => {
    const file = makeHistoryFile();
    await appendAndKill(file, 100);
    const journal = await openJournal({ file, nowMs: Date.now });
    const reader = openHistoryReader({ file });
    expect(reader.openSessions('engine-a')).toEqual([]);
    const left = reader.openSessions('engine-b');
    expect(left.length).toBeGreaterThan(0);
    for (const { sessionId, headSeq } of left) {
      const [message, lost] = await journal.append(sessionId, [
        makeMessage('withdrawn'),
        { type: 'session/lost', engineId: 'engine-a' },
      ]);
      expect([message?.seq, lost?.seq]).toEqual([headSeq + 1, headSeq + 2]);
    }
    expect(reader.openSessions('engine-b')).toEqual([]);
    expect(new Set(reader.listSessions().map((session) => session.state))).toEqual(new Set(['lost']));
    expect(reader.verify()).toEqual([]);
    await journal.close();
    reader.close();
  });
});
