/**
 * The writer thread: the only code that writes a history. Promises: an append is answered after its commit is on the
 * disk (WAL, synchronous FULL); `seq` has no gaps within a session; the events of one request are stored together or
 * not at all; after a failure nothing more is written and that is said. Without it a person could be told of a
 * decision that no record shows.
 *
 * Requests that arrive while a commit is under way share the next one (group commit).
 */
import { createHash, type Hash } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { FIRST_PREVIOUS_HASH, hashEvent } from './chain.ts';
import { migrate } from './migrations.ts';
import type {
  AppendRequest,
  OutputRequest,
  WriteRequest,
  WriteResult,
  WriterData,
  WriterReply,
  WriterRequest,
} from './writer-messages.ts';

interface Head {
  readonly headSeq: number;
  readonly headHash: string;
}
/** The fields of bodies that also stand in a session's row; everything else is opaque here. */
interface BodyFields {
  readonly type: string;
  readonly engineId?: string;
  readonly origin?: string;
  readonly title?: string;
  readonly cwd?: string;
}

function openDatabase(file: string): Database.Database {
  const db = new Database(file, { fileMustExist: true, timeout: 5000 });
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  migrate(db);
  return db;
}

function prepareStatements(db: Database.Database) {
  return {
    begin: db.prepare('BEGIN IMMEDIATE'),
    commit: db.prepare('COMMIT'),
    head: db.prepare('SELECT headSeq, headHash FROM sessions WHERE sessionId = ?'),
    open: db.prepare(
      `INSERT INTO sessions (sessionId, headSeq, headHash, state, engineId, origin, title, cwd, openedAt)
       VALUES (?, 0, ?, 'open', ?, ?, ?, ?, ?)`,
    ),
    end: db.prepare("UPDATE sessions SET state = ?, closedAt = ? WHERE sessionId = ? AND state = 'open'"),
    move: db.prepare('UPDATE sessions SET headSeq = ?, headHash = ? WHERE sessionId = ?'),
    event: db.prepare('INSERT INTO events (sessionId, seq, at, type, body, hash) VALUES (?, ?, ?, ?, ?, ?)'),
    output: db.prepare('INSERT INTO output (runId, stream, offset, sessionId, bytes) VALUES (?, ?, ?, ?, ?)'),
  };
}

function createWriter(db: Database.Database) {
  const sql = prepareStatements(db);
  /** Of streams that have not ended. Here and not where they come from: there a program waits meanwhile. */
  const hashes = new Map<string, Hash>();

  function openSession(request: AppendRequest, fields: BodyFields): Head {
    const { engineId = '', origin = '', title = '', cwd = '' } = fields;
    sql.open.run(request.sessionId, FIRST_PREVIOUS_HASH, engineId, origin, title, cwd, request.at);
    return { headSeq: 0, headHash: FIRST_PREVIOUS_HASH };
  }

  function appendEvents(request: AppendRequest): WriteResult {
    const { id, sessionId, at } = request;
    const bodies = request.bodies.map((text) => ({ text, fields: JSON.parse(text) as BodyFields }));
    const found = sql.head.get(sessionId) as Head | undefined;
    const [first, ...others] = bodies;
    const isOpening = first?.fields.type === 'session/opened';
    if (
      first === undefined ||
      isOpening !== (found === undefined) ||
      others.some((body) => body.fields.type === 'session/opened')
    ) {
      const message = `session ${sessionId} must begin with one session/opened event and hold no other`;
      return { id, outcome: 'refused', message };
    }
    let head: Head = found ?? openSession(request, first.fields);
    const texts: string[] = [];
    for (const { text, fields } of bodies) {
      const seq = head.headSeq + 1;
      const stored = `{"seq":${seq},"at":${at},"sessionId":"${sessionId}",${text.slice(1)}`;
      const hash = hashEvent(head.headHash, stored);
      sql.event.run(sessionId, seq, at, fields.type, stored, hash);
      if (fields.type === 'session/closed') sql.end.run('closed', at, sessionId);
      if (fields.type === 'session/lost') sql.end.run('lost', at, sessionId);
      head = { headSeq: seq, headHash: hash };
      texts.push(stored);
    }
    sql.move.run(head.headSeq, head.headHash, sessionId);
    return { id, outcome: 'written', texts };
  }

  function addOutput(request: OutputRequest): WriteResult {
    const { id, runId, stream, offset, sessionId, bytes, isLast } = request;
    if (bytes.length > 0) sql.output.run(runId, stream, offset, sessionId, bytes);
    const key = `${runId} ${stream}`;
    const hash = (hashes.get(key) ?? createHash('sha256')).update(bytes);
    hashes.set(key, hash);
    if (!isLast) return { id, outcome: 'written', texts: [] };
    hashes.delete(key);
    return { id, outcome: 'written', texts: [], sha256: hash.digest('hex') };
  }

  /** All requests in one transaction; throws when it could not be committed, and then nothing is stored. */
  return function writeAll(requests: readonly WriteRequest[]): WriteResult[] {
    sql.begin.run();
    try {
      const results = requests.map((request) =>
        request.kind === 'append' ? appendEvents(request) : addOutput(request),
      );
      sql.commit.run();
      return results;
    } catch (thrown) {
      if (db.inTransaction) db.exec('ROLLBACK');
      throw thrown;
    }
  };
}

function describeFailure(thrown: unknown): WriterReply {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const code = thrown instanceof Database.SqliteError ? thrown.code : 'ERROR';
  return { kind: 'failed', code, message };
}

function startWriter(): void {
  const port = parentPort;
  if (port === null) throw new Error('the journal writer runs as a worker thread only');
  const reply = (message: WriterReply): void => port.postMessage(message);
  let waiting: WriteRequest[] = [];
  let hasFailed = false;

  const fail = (thrown: unknown): void => {
    hasFailed = true;
    waiting = [];
    reply(describeFailure(thrown));
  };
  let db: Database.Database;
  let writeAll: (requests: readonly WriteRequest[]) => WriteResult[];
  try {
    db = openDatabase((workerData as WriterData).file);
    writeAll = createWriter(db);
  } catch (thrown) {
    fail(thrown);
    port.close();
    return;
  }
  const writeWaiting = (): void => {
    if (hasFailed || waiting.length === 0) return;
    const requests = waiting;
    waiting = [];
    try {
      reply({ kind: 'committed', results: writeAll(requests) });
    } catch (thrown) {
      fail(thrown);
    }
  };
  port.on('message', (request: WriterRequest) => {
    if (request.kind === 'close') {
      writeWaiting();
      db.close();
      reply({ kind: 'closed', id: request.id });
      port.close();
      return;
    }
    waiting.push(request);
    if (waiting.length === 1) setImmediate(writeWaiting);
  });
  reply({ kind: 'ready' });
}

startWriter();
