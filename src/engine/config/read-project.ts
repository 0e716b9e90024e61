/**
 * The configuration files of projects: read and checked, but not yet in force. Promises: one that is not trusted, or is
 * a link, changes nothing, stops nobody and is told of; its size is bounded, since anybody may have written it.
 */
import { dirname } from 'node:path';
import { Fault } from '../../protocol/index.ts';
import { type ConfigEntry, type ConfigLayer, collectEntries } from './collect-entries.ts';
import { showText } from './config-fault.ts';
import { isSymbolicLink } from './find-config-files.ts';
import { readConfigFile } from './read-config-file.ts';
import type { FolderTrust } from './read-trust.ts';

/** Far less than a whole machine's worth: it is read at each start of whoever works in the folder. */
const LARGEST_PROJECT_FILE = 64 * 1024;

export interface ProjectFile {
  readonly file: string;
  readonly trust: FolderTrust;
  /** What it would set; empty where nothing of it could count. */
  readonly entries: readonly ConfigEntry[];
  readonly warnings: readonly string[];
}

function readLayer(file: string): ConfigLayer {
  const document = readConfigFile(file, LARGEST_PROJECT_FILE);
  if (document === undefined) return { entries: [], warnings: [] };
  return collectEntries(document.values, { layer: 'project', file, document });
}

/** A file that is only shown: what is wrong with it must not stop anybody. */
function lookAt(file: string, trust: FolderTrust): ProjectFile {
  const ignored = `${showText(file)} is ignored: this folder is not trusted`;
  try {
    const { entries } = readLayer(file);
    const names =
      entries.length === 0 ? '' : ` (it would set ${entries.map((entry) => entry.key).join(', ')})`;
    return { file, trust, entries, warnings: [`${ignored}${names}`] };
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown;
    const mistake = `${ignored} (and it has a mistake: ${showText(thrown.message)})`;
    return { file, trust, entries: [], warnings: [mistake] };
  }
}

/** Reads one file of a project. Throws a `user` fault with its place for a mistake in one that is trusted. */
export function readProjectFile(file: string, trust: FolderTrust): ProjectFile {
  const link = [dirname(file), file].find(isSymbolicLink);
  if (link !== undefined) {
    const warning = `${showText(file)} is ignored: ${showText(link)} is a symbolic link`;
    return { file, trust: { ...trust, level: 'untrusted' }, entries: [], warnings: [warning] };
  }
  if (trust.level === 'untrusted') return lookAt(file, trust);
  return { file, trust, ...readLayer(file) };
}
