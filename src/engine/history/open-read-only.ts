import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import { Fault } from '../../protocol/index.ts';
import { readSchemaVersion, SCHEMA_VERSION } from './migrations.ts';

/** Opens a history for reading. Throws a fault when there is none or it cannot be read. */
export function openReadOnly(file: string): Database.Database {
  if (!existsSync(file)) {
    throw new Fault({
      kind: 'user',
      code: 'no-history',
      message: `There is no history at ${file} yet`,
      hint: "Run something first, for example: sallyport exec 'echo hello'",
    });
  }
  try {
    const db = new Database(file, { readonly: true, fileMustExist: true, timeout: 5000 });
    const version = readSchemaVersion(db);
    if (version === SCHEMA_VERSION) return db;
    db.close();
    throw new Error(`its schema version is ${version}, this program reads ${SCHEMA_VERSION}`);
  } catch (thrown) {
    throw new Fault({
      kind: 'host',
      code: 'history-unreadable',
      message: `The history ${file} cannot be read: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
      hint: 'Use the version of Sallyport that wrote it, or restore the file from a copy',
      cause: thrown,
    });
  }
}
