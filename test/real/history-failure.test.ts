import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { openHistoryReader, openJournal } from '../../src/engine/history/index.ts';
import { Fault } from '../../src/protocol/index.ts';
import { makeHistoryFile } from './history-folder.ts';
import { ids, makeMessage, makeOpened } from './history-sample.ts';

/** The fault of a rejected promise. */
async function faultOf(promise: Promise<unknown>): Promise<Fault> {
  const thrown: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (thrown instanceof Fault) return thrown;
  throw new Error(`no fault but ${String(thrown)}`);
}

describe('a journal that cannot write', () => {
  it('rejects what was not stored, tells it once, and stays failed', async () => {
    const file = makeHistoryFile();
    const journal = await openJournal({ file, nowMs: Date.now });
    const sessionId = ids.session();
    const heard: number[] = [];
    journal.subscribe((events) => heard.push(...events.map((event) => event.seq)));
    const failures: Fault[] = [];
    journal.onFailure((fault) => failures.push(fault));
    await journal.append(sessionId, [makeOpened('fails')]);
    const other = new Database(file);
    other.exec('ALTER TABLE events RENAME TO gone');
    const waiting = [
      journal.append(sessionId, [makeMessage('1')]),
      journal.append(sessionId, [makeMessage('2')]),
    ];
    for (const fault of await Promise.all(waiting.map(faultOf))) {
      expect([fault.kind, fault.code]).toEqual(['host', 'history-unwritable']);
      expect(fault.hint).not.toBe('');
    }
    other.exec('ALTER TABLE gone RENAME TO events');
    other.close();
    expect((await faultOf(journal.append(sessionId, [makeMessage('3')]))).code).toBe('history-unwritable');
    const capture = journal.captureOutput({ sessionId, runId: ids.run(), stream: 'stderr' });
    await capture.write(Buffer.from('x\n'));
    expect((await faultOf(capture.finish())).code).toBe('history-unwritable');
    expect(failures.length).toBe(1);
    expect(journal.failure).toBe(failures[0]);
    expect(heard).toEqual([1]);
    await journal.close();
    const reader = openHistoryReader({ file });
    expect(reader.readEvents(sessionId).length).toBe(1);
    expect(reader.verify()).toEqual([]);
    reader.close();
  });

  it('refuses a call that breaks the order of a session, and goes on', async () => {
    const journal = await openJournal({ file: makeHistoryFile(), nowMs: Date.now });
    const sessionId = ids.session();
    expect((await faultOf(journal.append(sessionId, [makeMessage('too early')]))).kind).toBe('bug');
    const [opened] = await journal.append(sessionId, [makeOpened('once')]);
    expect((await faultOf(journal.append(sessionId, [makeOpened('twice')]))).kind).toBe('bug');
    if (opened === undefined) throw new Error('nothing was stored');
    expect((await faultOf(journal.append(sessionId, [opened]))).kind).toBe('bug');
    expect((await journal.append(sessionId, [makeMessage('next')]))[0]?.seq).toBe(2);
    await journal.close();
    expect((await faultOf(journal.append(sessionId, [makeMessage('late')]))).code).toBe('history-closed');
  });

  it('is not opened on a file that is no history', async () => {
    const file = makeHistoryFile();
    writeFileSync(file, 'this is not a database, but long enough to look like one '.repeat(40), {
      mode: 0o600,
    });
    const fault = await faultOf(openJournal({ file, nowMs: Date.now }));
    expect([fault.kind, fault.code]).toEqual(['host', 'history-unwritable']);
    expect(() => openHistoryReader({ file })).toThrow(Fault);
  });

  it('is not opened on a history of a newer version', async () => {
    const file = makeHistoryFile();
    await (await openJournal({ file, nowMs: Date.now })).close();
    const db = new Database(file);
    db.exec("UPDATE meta SET value = '99'");
    db.close();
    expect((await faultOf(openJournal({ file, nowMs: Date.now }))).message).toContain('schema version 99');
    expect(() => openHistoryReader({ file })).toThrow(/schema version is 99/);
  });

  it('is not opened in a folder that others may write to', async () => {
    const folder = join(dirname(makeHistoryFile()), 'open');
    mkdirSync(folder);
    chmodSync(folder, 0o777);
    const fault = await faultOf(openJournal({ file: join(folder, 'history.sqlite'), nowMs: Date.now }));
    expect([fault.code, fault.hint]).toEqual(['history-folder-open', `Run: chmod 700 ${folder}`]);
  });
});

describe('a reader', () => {
  it('says that there is no history yet', () => {
    expect(() => openHistoryReader({ file: makeHistoryFile() })).toThrow(/^There is no history at /);
  });

  it('takes an unambiguous prefix of a session, and lists newest first with counts', async () => {
    const file = makeHistoryFile();
    let nowMs = 1_700_000_000_000;
    const journal = await openJournal({ file, nowMs: () => nowMs++ });
    const reader = openHistoryReader({ file });
    const sessions = [ids.session(), ids.session()];
    for (const id of sessions) await journal.append(id, [makeOpened(id)]);
    const [first = '', second = ''] = sessions;
    expect(reader.listSessions().map((session) => session.sessionId)).toEqual([second, first]);
    expect(reader.listSessions({ limit: 1 })).toMatchObject([
      { state: 'open', title: second, steps: 0, approvals: 0, openApprovals: 0, headSeq: 1, closedAt: null },
    ]);
    expect(reader.findSession(first.slice(0, 30))).toBe(first);
    expect(() => reader.findSession('0')).toThrow(/fits several sessions/);
    expect(() => reader.findSession('')).toThrow(/fits several sessions/);
    expect(() => reader.findSession("x' OR 1=1")).toThrow(/^There is no session/);
    await journal.close();
    reader.close();
  });
});
