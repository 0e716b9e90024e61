import { Fault } from '../../protocol/index.ts';
import { isTable } from './check-value.ts';
import { showText } from './config-fault.ts';
import type { TomlEdit } from './edit-toml.ts';
import { parseConfigText, readConfigText } from './read-config-file.ts';
import type { TrustLevel } from './read-trust.ts';
import { findRealFolder, makeAbsolute, resolveExistingPart } from './resolve-paths.ts';
import { type ConfigOwner, userFileOf, type WrittenConfig, writeConfig } from './write-config.ts';

/** A folder whose files are trusted, as the user's file says. */
export interface TrustedFolder {
  readonly folder: string;
  readonly level: string;
}

/** What the user's file says of folders, in its order. Throws a `user` fault where it cannot be read. */
export function listTrust(owner: ConfigOwner): readonly TrustedFolder[] {
  const file = userFileOf(owner);
  const { projects } = parseConfigText(file, readConfigText(file) ?? '').values;
  if (!isTable(projects)) return [];
  return Object.entries(projects).flatMap(([folder, value]) => {
    const level = isTable(value) ? value['trust_level'] : undefined;
    return typeof level === 'string' ? [{ folder, level }] : [];
  });
}

/**
 * Writes how far the files of a folder are trusted, an existing one by its absolute path. Entries that name the same
 * folder in another way are brought to the same level, so that none is left that says something else. Throws a `user`
 * fault where there is no such folder, or the file cannot be written.
 */
export function writeTrust(owner: ConfigOwner, folder: string, level: TrustLevel): WrittenConfig {
  const real = findRealFolder(folder);
  if (real === undefined) {
    throw new Fault({
      kind: 'user',
      code: 'no-such-folder',
      message: `There is no folder ${showText(folder)}`,
      hint: 'Name the folder of a project',
    });
  }
  const others = listTrust(owner)
    .map((entry) => entry.folder)
    .filter((typed) => resolveExistingPart(makeAbsolute(typed, '/', owner.home)) === real);
  const names = others.length > 0 ? others : [real];
  const edits = names.map(
    (name): TomlEdit => ({
      kind: 'set',
      path: ['projects', name, 'trust_level'],
      value: level,
    }),
  );
  return writeConfig(owner, edits);
}
