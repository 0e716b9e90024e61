import { createHash } from 'node:crypto';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { openHistoryReader, openJournal } from '../../src/engine/history/index.ts';
import { makeHistoryFile } from './history-folder.ts';
import { ids, makeFinished, makeMessage, makeOpened } from './history-sample.ts';

const sessionA = ids.session();
const sessionB = ids.session();
const runId = ids.run();

/** A closed history of two sessions with ten events each, output in the first. */
async function makeHistory(): Promise<string> {
  const file = makeHistoryFile();
  const journal = await openJournal({ file, nowMs: () => 1_700_000_000_000 });
  for (const sessionId of [sessionA, sessionB]) {
    await journal.append(sessionId, [
      makeOpened('tampered'),
      ...Array.from({ length: 8 }, (_, i) => makeMessage(`m${i}`)),
    ]);
  }
  const capture = journal.captureOutput({ sessionId: sessionA, runId, stream: 'stdout' });
  await capture.write(Buffer.from('what was printed\n'));
  await journal.append(sessionA, [makeFinished(runId, await capture.finish())]);
  await journal.append(sessionB, [{ type: 'session/closed', reason: 'finished' }]);
  await journal.close();
  return file;
}

/** What somebody does to the file, and the findings: kind, session, event. */
const CASES: readonly [
  name: string,
  sql: string,
  findings: [kind: string, session: string, seq?: number][],
][] = [
  ['nothing', 'SELECT 1', []],
  [
    'a changed text',
    "UPDATE events SET body = replace(body, 'm3', 'm4') WHERE sessionId = $a AND seq = 5",
    [['event-changed', sessionA, 5]],
  ],
  [
    'a changed time beside the text',
    'UPDATE events SET at = 1 WHERE sessionId = $a AND seq = 5',
    [['event-changed', sessionA, 5]],
  ],
  [
    'a changed type beside the text',
    "UPDATE events SET type = 'x' WHERE sessionId = $b AND seq = 5",
    [['event-changed', sessionB, 5]],
  ],
  [
    'a text that is no JSON',
    "UPDATE events SET body = '{' WHERE sessionId = $a AND seq = 5",
    [['event-changed', sessionA, 5]],
  ],
  [
    'a changed hash',
    `UPDATE events SET hash = '${'0'.repeat(64)}' WHERE sessionId = $a AND seq = 5`,
    [
      ['event-changed', sessionA, 5],
      ['event-changed', sessionA, 6],
    ],
  ],
  [
    'a missing event',
    'DELETE FROM events WHERE sessionId = $a AND seq = 5',
    [['events-missing', sessionA, 5]],
  ],
  [
    'missing events',
    'DELETE FROM events WHERE sessionId = $a AND seq IN (5, 6)',
    [['events-missing', sessionA, 5]],
  ],
  [
    'a missing first event',
    'DELETE FROM events WHERE sessionId = $a AND seq = 1',
    [
      ['events-missing', sessionA, 1],
      ['session-changed', sessionA],
    ],
  ],
  [
    'a gap closed by renumbering',
    'DELETE FROM events WHERE sessionId = $a AND seq = 10; UPDATE events SET seq = 10 WHERE sessionId = $a AND seq = 9',
    [
      ['events-missing', sessionA, 9],
      ['events-swapped', sessionA, 10],
      ['head-differs', sessionA, 10],
    ],
  ],
  [
    'two swapped events',
    'UPDATE events SET seq = 100 WHERE sessionId = $a AND seq = 4; UPDATE events SET seq = 4 WHERE sessionId = $a AND seq = 5; UPDATE events SET seq = 5 WHERE sessionId = $a AND seq = 100',
    [
      ['events-swapped', sessionA, 4],
      ['events-swapped', sessionA, 5],
      ['event-changed', sessionA, 6],
    ],
  ],
  [
    'an event of another session',
    'UPDATE events SET body = (SELECT body FROM events WHERE sessionId = $b AND seq = 5) WHERE sessionId = $a AND seq = 5',
    [['events-swapped', sessionA, 5]],
  ],
  ['a lost tail', 'DELETE FROM events WHERE sessionId = $a AND seq > 7', [['tail-lost', sessionA, 8]]],
  [
    'an added event',
    'INSERT INTO events SELECT sessionId, 11, at, type, body, hash FROM events WHERE sessionId = $b AND seq = 10',
    [
      ['events-swapped', sessionB, 11],
      ['head-differs', sessionB, 11],
    ],
  ],
  [
    'a renamed session',
    "UPDATE sessions SET title = 'harmless' WHERE sessionId = $a",
    [['session-changed', sessionA]],
  ],
  [
    'a session opened again',
    "UPDATE sessions SET state = 'open', closedAt = NULL WHERE sessionId = $b",
    [['session-changed', sessionB]],
  ],
  [
    'a session taken off the list',
    'DELETE FROM sessions WHERE sessionId = $b',
    [['session-changed', sessionB]],
  ],
  [
    'a changed output',
    "UPDATE output SET bytes = CAST('what was printea\n' AS BLOB)",
    [['output-changed', sessionA, 10]],
  ],
  ['a missing output', 'DELETE FROM output', [['output-changed', sessionA, 10]]],
];

describe('verify', () => {
  it.each(CASES)('finds %s', async (_name, sql, findings) => {
    const file = await makeHistory();
    const db = new Database(file);
    db.exec(sql.replaceAll('$a', `'${sessionA}'`).replaceAll('$b', `'${sessionB}'`));
    db.close();
    const reader = openHistoryReader({ file });
    const found = reader.verify();
    expect(
      found.map(({ kind, sessionId, seq }) => [kind, sessionId, ...(seq === undefined ? [] : [seq])]),
    ).toEqual(findings);
    for (const finding of found) expect(finding.text).not.toBe('');
    reader.close();
  });

  it('finds a tail that was cut off with care only against a head kept elsewhere', async () => {
    const file = await makeHistory();
    const before = openHistoryReader({ file });
    const kept = before.listSessions().find((session) => session.sessionId === sessionA)?.headHash ?? '';
    expect(before.verify({ sessionId: sessionA, expectedHead: kept })).toEqual([]);
    before.close();
    const db = new Database(file);
    db.exec(`DELETE FROM events WHERE sessionId = '${sessionA}' AND seq > 7`);
    db.exec(
      `UPDATE sessions SET headSeq = 7, headHash = (SELECT hash FROM events WHERE sessionId = '${sessionA}' AND seq = 7) WHERE sessionId = '${sessionA}'`,
    );
    db.close();
    const reader = openHistoryReader({ file });
    expect(reader.verify()).toEqual([]);
    expect(reader.verify({ sessionId: sessionA, expectedHead: kept }).map((finding) => finding.kind)).toEqual(
      ['tail-lost'],
    );
    reader.close();
  });

  it('accepts an older head of a session that has grown since', async () => {
    const file = await makeHistory();
    const reader = openHistoryReader({ file });
    const kept = reader.listSessions().find((session) => session.sessionId === sessionA)?.headHash ?? '';
    const journal = await openJournal({ file, nowMs: Date.now });
    await journal.append(sessionA, [makeMessage('more')]);
    await journal.close();
    expect(reader.verify({ sessionId: sessionA, expectedHead: kept })).toEqual([]);
    reader.close();
  });

  it('computes the hash as documented: sha256 over the previous hash, a line feed and the stored text', async () => {
    const file = await makeHistory();
    const db = new Database(file, { readonly: true });
    const rows = db.prepare('SELECT body, hash FROM events WHERE sessionId = ? ORDER BY seq').all(sessionA);
    let previous = '0'.repeat(64);
    for (const row of rows as { body: string; hash: string }[]) {
      previous = createHash('sha256').update(`${previous}\n${row.body}`).digest('hex');
      expect(row.hash).toBe(previous);
    }
    expect(rows.length).toBe(10);
    db.close();
  });
});
