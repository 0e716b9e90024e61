/**
 * Sets of keys by name: `[profiles.NAME]` in the user's file, and `NAME.config.toml` beside it. Promises: a name means
 * one of them or nothing; a mistake in any table is told, chosen or not. Without it a mistyped name would be a session
 * without the limits that its name promises.
 */
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PLAIN_NAME } from './check-sections.ts';
import { isTable } from './check-value.ts';
import { type ConfigEntry, type ConfigLayer, collectEntries } from './collect-entries.ts';
import { makeConfigFault, showText } from './config-fault.ts';
import { showOrigin } from './config-origins.ts';
import { readConfigFile } from './read-config-file.ts';
import type { TomlDocument } from './read-toml.ts';

const ENDING = '.config.toml';
const NOTHING: ConfigLayer = { entries: [], warnings: [] };

/** The user's file as it was read; undefined when there is none. */
export interface UserFile {
  readonly file: string;
  readonly document: TomlDocument | undefined;
}

/** The tables `[profiles.NAME]` of the user's file, by name. Throws a `user` fault at the first mistake in one. */
function readTables({ file, document }: UserFile): ReadonlyMap<string, ConfigLayer> {
  const profiles = document?.values['profiles'];
  const tables = new Map<string, ConfigLayer>();
  if (document === undefined || !isTable(profiles)) return tables;
  for (const [name, table] of Object.entries(profiles)) {
    if (!isTable(table)) continue;
    const source = { layer: 'profile', file, document, base: ['profiles', name] } as const;
    tables.set(name, collectEntries(table, source));
  }
  return tables;
}

function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(ENDING) && PLAIN_NAME.test(name.slice(0, -ENDING.length)))
      .map((name) => name.slice(0, -ENDING.length));
  } catch {
    return [];
  }
}

/** The layer of the profile that was chosen. Throws a `user` fault when there is none of that name, or two. */
export function readProfile(
  chosen: ConfigEntry | undefined,
  user: UserFile,
  sallyportHome: string,
): ConfigLayer {
  const tables = readTables(user);
  if (chosen === undefined || typeof chosen.value !== 'string') return NOTHING;
  const name = chosen.value;
  const table = tables.get(name);
  const file = PLAIN_NAME.test(name) ? join(sallyportHome, `${name}${ENDING}`) : undefined;
  const isThere = file !== undefined && lstatSync(file, { throwIfNoEntry: false }) !== undefined;
  const fail = (what: string, hint: string): never => {
    throw makeConfigFault({ place: { flag: showOrigin(chosen.origin) }, what, hint, code: 'config-profile' });
  };
  if (table !== undefined && isThere) {
    return fail(
      `there are two profiles ${showText(name)}: [profiles.${name}] in ${showText(user.file)}, and ${showText(file)}`,
      'Rename or remove one of them',
    );
  }
  if (table !== undefined) return table;
  if (isThere) return readFile(file);
  if (name === 'default') return NOTHING;
  const known = [...new Set([...tables.keys(), ...listFiles(sallyportHome)])];
  return fail(
    `there is no profile ${showText(JSON.stringify(name))}`,
    known.length === 0
      ? `There are none: write a section [profiles.NAME] in ${showText(user.file)}, or leave it out`
      : `There are: ${known.map((other) => showText(other)).join(', ')}`,
  );
}

function readFile(file: string): ConfigLayer {
  const document = readConfigFile(file);
  if (document === undefined) return NOTHING;
  return collectEntries(document.values, { layer: 'profile', file, document });
}
