import { statSync } from 'node:fs';
import { Fault } from '../../protocol/index.ts';
import { isTable } from './check-value.ts';
import { showText } from './config-fault.ts';
import type { TomlEdit } from './edit-toml.ts';
import { parseConfigText, readConfigText } from './read-config-file.ts';
import type { TrustLevel } from './read-trust.ts';
import { findRealFolder, isWithin, makeAbsolute, resolveExistingPart } from './resolve-paths.ts';
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

/** Why trust in a folder, a real path, would reach far more than one project; undefined where it does not. */
function findWide(real: string, home: string): string | undefined {
  if (real === '/') return 'is every folder of this machine';
  const ownHome = resolveExistingPart(home);
  if (real === ownHome) return 'is your home folder';
  if (isWithin(ownHome, real)) return 'holds your home folder';
  return (statSync(real).mode & 0o002) === 0 ? undefined : 'can be written by everybody on this machine';
}

/** What such trust means, in a sentence; undefined for the folder of a project. */
function tellWide(folder: string, level: TrustLevel, home: string): string | undefined {
  const why = level === 'untrusted' ? undefined : findWide(folder, home);
  if (why === undefined) return undefined;
  const may = level === 'full' ? 'would count, and could widen what sessions may do' : 'would count';
  return `${showText(folder)} ${why}: the config, rules and hooks of everything below it, also of what is cloned, unpacked or made by an agent later, ${may} without a look at them`;
}

/**
 * Writes how far the files of a folder are trusted, an existing one by its absolute path. Entries that name the same
 * folder in another way are brought to the same level, so that none is left that says something else. Throws a `user`
 * fault where there is no such folder, or the file cannot be written, or the folder is far more than a project and that
 * was not said to be meant.
 */
export function writeTrust(
  owner: ConfigOwner,
  folder: string,
  level: TrustLevel,
  { isMeant }: { readonly isMeant: boolean } = { isMeant: false },
): WrittenConfig {
  const real = findRealFolder(folder);
  if (real === undefined) {
    throw new Fault({
      kind: 'user',
      code: 'no-such-folder',
      message: `There is no folder ${showText(folder)}`,
      hint: 'Name the folder of a project',
    });
  }
  const wide = tellWide(real, level, owner.home);
  if (wide !== undefined && !isMeant) {
    throw new Fault({
      kind: 'user',
      code: 'trust-too-wide',
      message: `Not trusted: ${wide}`,
      hint: 'Name the folder of one project, or add --yes if that is what you want',
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
  return { ...writeConfig(owner, edits), ...(wide !== undefined && { warning: wide }) };
}
