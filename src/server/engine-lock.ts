/**
 * The lock that makes the engine the only one of its user.
 *
 * Promises: of all processes that ask for the lock of one folder at most one holds it, and the kernel frees it when
 * that process ends, however it ends. Does not promise anything between machines that share the folder by a network
 * file system without locks. Without it two engines would write one history and answer one question twice.
 * It is an exclusive transaction on an empty SQLite file, for Node itself has no call that locks a file.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Fault } from '../protocol/index.ts';

const SQLITE_BUSY = 5;

export interface EngineLock {
  release(): void;
}

/** What the engine tells of itself beside its lock. A stale one may be left behind: only the lock says who lives. */
export interface EngineNote {
  readonly pid: number;
  readonly engineId: string;
  readonly version: string;
  readonly protocolVersion: number;
  /** Where it listens: it may have been started with another environment than the reader's. */
  readonly socket: string;
}

function isBusy(thrown: unknown): boolean {
  return thrown instanceof Error && 'errcode' in thrown && thrown.errcode === SQLITE_BUSY;
}

/**
 * Takes the lock of `folder` (which must be private and exist), or `undefined` when another process still holds it after
 * `waitMs`.
 */
export function acquireEngineLock(folder: string, waitMs = 0): EngineLock | undefined {
  const file = join(folder, 'engine.lock');
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { timeout: waitMs });
    database.exec('BEGIN EXCLUSIVE');
  } catch (thrown) {
    database?.close();
    if (isBusy(thrown)) return undefined;
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new Fault({
      kind: 'host',
      code: 'lock-unusable',
      message: `cannot lock ${file}: ${reason}`,
      hint: `when no sallyport is running, remove ${file}`,
      cause: thrown,
    });
  }
  const held = database;
  return {
    release: () => {
      if (held.isOpen) held.close();
    },
  };
}

/** Is there a living engine for `folder`? */
export function isEngineLocked(folder: string): boolean {
  const lock = acquireEngineLock(folder);
  lock?.release();
  return lock === undefined;
}

function notePath(folder: string): string {
  return join(folder, 'engine.json');
}

/** Replaces the note in one step, so that a reader never sees half of it. */
export function writeEngineNote(folder: string, note: EngineNote): void {
  const temporary = `${notePath(folder)}.${note.pid}`;
  writeFileSync(temporary, `${JSON.stringify(note)}\n`, { mode: 0o600 });
  renameSync(temporary, notePath(folder));
}

export function removeEngineNote(folder: string): void {
  rmSync(notePath(folder), { force: true });
}

/** The note of the last engine, or `undefined` when there is none that can be read. */
export function readEngineNote(folder: string): EngineNote | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(notePath(folder), 'utf8'));
    return isEngineNote(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isEngineNote(value: unknown): value is EngineNote {
  if (typeof value !== 'object' || value === null) return false;
  const has = (key: string, type: string): boolean => typeof Reflect.get(value, key) === type;
  return (
    has('pid', 'number') &&
    has('engineId', 'string') &&
    has('version', 'string') &&
    has('protocolVersion', 'number') &&
    has('socket', 'string')
  );
}
