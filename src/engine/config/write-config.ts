/**
 * Changes of the user's configuration file. Promises: only what was named changes; the file is replaced at once, and only
 * by one that loads; two writers do not lose each other's change. Does not promise that the change is in force: a stronger
 * layer may hold another value.
 */

import { join } from 'node:path';
import { Fault, NO_FLAGS } from '../../protocol/index.ts';
import { makeConfigFault, showText } from './config-fault.ts';
import { editToml, isSameToml, type TomlEdit, TomlEditError } from './edit-toml.ts';
import { findSallyportHome } from './find-config-files.ts';
import { type LoadConfigOptions, loadConfig } from './load-config.ts';
import { withConfigLock } from './lock-config.ts';
import { parseConfigText, readConfigText } from './read-config-file.ts';
import { writeFileWhole } from './write-file-whole.ts';
import { writeTomlKey } from './write-toml-value.ts';

/** Whose file it is, and how it is loaded to see that it loads. */
export type ConfigOwner = Pick<LoadConfigOptions, 'env' | 'home' | 'ports'>;

export interface WrittenConfig {
  readonly file: string;
  readonly isChanged: boolean;
  /** What the file now says of each key that was named, and said before. */
  readonly changes: readonly { readonly key: string; readonly before: unknown; readonly after: unknown }[];
  /** What is still wrong with the file, when taking a key away has not repaired it. */
  readonly remaining?: string | undefined;
  /** What the change means, where that is more than it seems. */
  readonly warning?: string | undefined;
}

/** The user's file. */
export function userFileOf({ env, home }: ConfigOwner): string {
  return join(findSallyportHome(env, home), 'config.toml');
}

/** What is wrong with the configuration when the user's file holds this; undefined when it loads. */
export function findLoadMistake(owner: ConfigOwner, userText: string): Fault | undefined {
  try {
    // From a folder without a project: what a project says is another's matter.
    loadConfig({ ...owner, cwd: '/', flags: NO_FLAGS, userText });
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown;
    // A profile need not open the folder that stands in for a session's own.
    return thrown.code === 'profile-closes-workspace' ? undefined : thrown;
  }
}

function editText(file: string, text: string, edits: readonly TomlEdit[]): string {
  const mark = text.startsWith('\ufeff') ? '\ufeff' : '';
  const document = parseConfigText(file, text);
  try {
    return mark + editToml(text.slice(mark.length), edits);
  } catch (thrown) {
    if (!(thrown instanceof TomlEditError)) throw thrown;
    throw makeConfigFault({
      place: { file, position: document.keyPosition(thrown.path) },
      what: `${showText(writeTomlKey(thrown.path))} ${thrown.message}`,
      hint: 'Change the file in an editor',
      cause: thrown,
    });
  }
}

function readPath(values: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, part) => {
    if (typeof at !== 'object' || at === null || Array.isArray(at)) return undefined;
    return Object.entries(at).find(([name]) => name === part)?.[1];
  }, values);
}

/** Refuses a text that does not load; taking a key away from a file that is broken anyway is a way out of it. */
function findRemaining(
  owner: ConfigOwner,
  edits: readonly TomlEdit[],
  { before, after }: { readonly before: string; readonly after: string },
): string | undefined {
  const mistake = findLoadMistake(owner, after);
  if (mistake === undefined) return undefined;
  const onlyRemoves = edits.every((edit) => edit.kind === 'unset');
  if (onlyRemoves && findLoadMistake(owner, before) !== undefined) return mistake.message;
  throw new Fault({
    kind: 'user',
    code: mistake.code,
    message: `not written, because it would not load: ${mistake.message}`,
    hint: mistake.hint,
    cause: mistake,
  });
}

/**
 * Changes the user's file, which is made where it is missing. Throws a `user` fault, with the file untouched, where the
 * result would not load or the file cannot be read, edited or written.
 */
export function writeConfig(owner: ConfigOwner, edits: readonly TomlEdit[]): WrittenConfig {
  const file = userFileOf(owner);
  return withConfigLock(findSallyportHome(owner.env, owner.home), () => {
    const before = readConfigText(file);
    const old = before ?? '';
    const after = editText(file, old, edits);
    const isChanged = after !== old;
    const remaining = isChanged ? findRemaining(owner, edits, { before: old, after }) : undefined;
    if (isChanged) writeFileWhole(file, after);
    const values = { before: parseConfigText(file, old).values, after: parseConfigText(file, after).values };
    const changes = edits.map(({ path }) => ({
      key: writeTomlKey(path),
      before: readPath(values.before, path),
      after: readPath(values.after, path),
    }));
    return {
      file,
      isChanged,
      changes: changes.filter((change) => !isSameToml(change.before, change.after)),
      ...(remaining !== undefined && { remaining }),
    };
  });
}
