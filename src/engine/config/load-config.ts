import { createHash } from 'node:crypto';
import { type ConfigOrigin, type ConfigSnapshot, Fault, type SessionFlags } from '../../protocol/index.ts';
import { type ConfigEntry, type ConfigLayer, collectEntries } from './collect-entries.ts';
import { DEFAULT_LAYER } from './config-defaults.ts';
import { showText } from './config-fault.ts';
import { type ConfigFiles, findConfigFiles } from './find-config-files.ts';
import { type MergedEntry, mergeLayers } from './merge-layers.ts';
import { parseConfigText, readConfigFile } from './read-config-file.ts';
import { readFlags } from './read-flags.ts';
import { findRealFolder } from './resolve-paths.ts';
import { resolveSnapshot } from './resolve-snapshot.ts';

export interface LoadConfigOptions {
  /** The folder of the session; it becomes the workspace by its real path. */
  readonly cwd: string;
  /** Of the one who opens the session. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute path of the user's home folder. */
  readonly home: string;
  readonly flags: SessionFlags;
  /** What the user's file would hold, in place of what it holds: for a change that is not written yet. */
  readonly userText?: string | undefined;
  readonly ports: {
    /** Real paths of the secrets that exist on this machine. */
    findSecrets(home: string): readonly string[];
  };
}

export interface LoadedConfig {
  readonly snapshot: ConfigSnapshot;
  /** sha256 over the snapshot as JSON with sorted keys. */
  readonly digest: string;
  /** Where each key comes from, by its name as in the file. */
  readonly origins: Readonly<Record<string, ConfigOrigin>>;
  readonly warnings: readonly string[];
  /** Every key as configured, with what it overrode, strongest first. */
  readonly values: ReadonlyMap<string, MergedEntry>;
  /** What a project's file sets, and is not in force because no folder is trusted. */
  readonly ignored: readonly ConfigEntry[];
  readonly files: ConfigFiles;
}

/** JSON with sorted keys, so that equal values have equal text. */
function writeCanonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** The digest by which judgements name the configuration they were made under. */
export function digestSnapshot(snapshot: ConfigSnapshot): string {
  return createHash('sha256').update(writeCanonicalJson(snapshot)).digest('hex');
}

/** A project's file is only shown: what is wrong with it must not stop anybody. */
function readProjectFile(file: string): ConfigLayer {
  const ignored = `${showText(file)} is ignored: this folder is not trusted`;
  try {
    const document = readConfigFile(file);
    if (document === undefined) return { entries: [], warnings: [] };
    const { entries } = collectEntries(document.values, { layer: 'project', file, document });
    const names =
      entries.length === 0 ? '' : ` (it would set ${entries.map((entry) => entry.key).join(', ')})`;
    return { entries, warnings: [`${ignored}${names}`] };
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown;
    return { entries: [], warnings: [`${ignored} (and it has a mistake: ${showText(thrown.message)})`] };
  }
}

/**
 * The configuration in force for a session in `cwd`: defaults, the user's file, `-c` overrides, flags. Throws one
 * `user` fault, `place: what` with the way out as hint, at the first mistake; nothing is ever left out silently.
 */
export function loadConfig(options: LoadConfigOptions): LoadedConfig {
  const { cwd, env, home, flags } = options;
  const workspace = findRealFolder(cwd);
  if (workspace === undefined) {
    throw new Fault({
      kind: 'user',
      code: 'no-such-folder',
      message: `There is no folder ${showText(cwd)}`,
      hint: 'Name an existing folder with -C',
    });
  }
  const files = findConfigFiles({ env, home, workspace });
  const { userText } = options;
  const userDocument =
    userText === undefined ? readConfigFile(files.user) : parseConfigText(files.user, userText);
  const userLayer =
    userDocument === undefined
      ? undefined
      : collectEntries(userDocument.values, { layer: 'user', file: files.user, document: userDocument });
  const projects = files.projects.map(readProjectFile);
  const layers = [DEFAULT_LAYER, ...(userLayer === undefined ? [] : [userLayer]), ...readFlags(flags)];
  const values = mergeLayers(layers);
  const { findSecrets } = options.ports;
  const resolved = resolveSnapshot(values, { workspace, cwd, home, env, flags, findSecrets, userDocument });
  const warnings = [...layers, ...projects].flatMap((layer) => layer.warnings);
  return {
    snapshot: resolved.snapshot,
    digest: digestSnapshot(resolved.snapshot),
    origins: Object.fromEntries([...values].map(([key, entry]) => [key, entry.origin])),
    warnings: [...warnings, ...resolved.warnings],
    values,
    ignored: projects.flatMap((layer) => layer.entries),
    files,
  };
}
