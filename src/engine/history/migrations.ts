/**
 * The numbered changes of the history's tables. Promise: a migration adds tables, columns and indexes and never
 * rewrites `events.body` or `events.hash`; otherwise an old history could no longer be shown to be untouched.
 */
import type { Database } from 'better-sqlite3';

const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE sessions (
    sessionId TEXT PRIMARY KEY,
    headSeq INTEGER NOT NULL,
    headHash TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'closed', 'lost')),
    engineId TEXT NOT NULL,
    origin TEXT NOT NULL,
    title TEXT NOT NULL,
    cwd TEXT NOT NULL,
    openedAt INTEGER NOT NULL,
    closedAt INTEGER
  ) STRICT;
  CREATE INDEX sessionsByTime ON sessions (openedAt);
  CREATE TABLE events (
    sessionId TEXT NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    type TEXT NOT NULL,
    body TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (sessionId, seq)
  ) STRICT;
  CREATE INDEX eventsByType ON events (sessionId, type);
  CREATE TABLE output (
    runId TEXT NOT NULL,
    stream TEXT NOT NULL CHECK (stream IN ('stdout', 'stderr')),
    offset INTEGER NOT NULL,
    sessionId TEXT NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (runId, stream, offset)
  ) STRICT;
  CREATE INDEX outputBySession ON output (sessionId);
  `,
];

/** The version that this code writes and reads. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/** The version a history file is at; 0 when it has no tables yet. */
export function readSchemaVersion(db: Database): number {
  const table = db.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'meta'").get();
  if (table === undefined) return 0;
  const value: unknown = db.prepare("SELECT value FROM meta WHERE key = 'schemaVersion'").pluck().get();
  return Number(value ?? 0);
}

/** Brings a file to `SCHEMA_VERSION` in one transaction. Throws when the file comes from a newer version. */
export function migrate(db: Database): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    const version = readSchemaVersion(db);
    if (!(version <= SCHEMA_VERSION)) {
      throw new Error(
        `the history has schema version ${version}, this program knows up to ${SCHEMA_VERSION}`,
      );
    }
    db.exec('CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT');
    for (const statements of MIGRATIONS.slice(version)) db.exec(statements);
    db.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES ('schemaVersion', ?)").run(
      String(SCHEMA_VERSION),
    );
    db.exec('COMMIT');
  } catch (thrown) {
    if (db.inTransaction) db.exec('ROLLBACK');
    throw thrown;
  }
}
