/**
 * The configuration in force for a session. Promises: every layer in its place, what is ignored is said, a mistake stops
 * everything. Layers, strongest first: requirements, session, flags, -c, profile, projects, user, defaults.
 */
import { type ConfigOrigin, type ConfigSnapshot, Fault, type SessionFlags } from '../../protocol/index.ts';
import { type AdmittedProjects, admitProjects } from './admit-projects.ts';
import {
  applyRequirements,
  type ConfigLock,
  findWallDemand,
  listLeft,
  refuseUnallowed,
} from './apply-requirements.ts';
import { boundRoots, originsOfRoots } from './bound-roots.ts';
import { type ConfigLayer, collectEntries } from './collect-entries.ts';
import { DEFAULT_LAYER } from './config-defaults.ts';
import { showText } from './config-fault.ts';
import { showOrigin } from './config-origins.ts';
import { digestSnapshot } from './digest-snapshot.ts';
import { type ConfigFiles, findConfigFiles, isSymbolicLink } from './find-config-files.ts';
import { forceDenies } from './force-denies.ts';
import { type LoadedRules, loadRules } from './load-rules.ts';
import { type MergedEntry, mergeLayers } from './merge-layers.ts';
import { migrateKeys } from './migrate-keys.ts';
import type { IgnoredEntry } from './narrow-entry.ts';
import { parseConfigText, readConfigFile } from './read-config-file.ts';
import { readFlags } from './read-flags.ts';
import { readProfile } from './read-profile.ts';
import { type ProjectFile, readProjectFile } from './read-project.ts';
import { type Requirements, readRequirements } from './read-requirements.ts';
import { readSessionOverrides, type SessionOverride } from './read-session-overrides.ts';
import type { TomlDocument } from './read-toml.ts';
import { type FolderTrust, findTrust } from './read-trust.ts';
import { findRealFolder } from './resolve-paths.ts';
import { resolveReviewer } from './resolve-reviewer.ts';
import { resolveSnapshot } from './resolve-snapshot.ts';

export interface LoadConfigOptions {
  /** The folder of the session; it becomes the workspace by its real path. */
  readonly cwd: string;
  /** Of the one who opens the session. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute path of the user's home folder. */
  readonly home: string;
  readonly flags: SessionFlags;
  /** What was set while the session runs, the earlier first. */
  readonly overrides?: readonly SessionOverride[];
  /** What the user's file would hold, in place of what it holds: for a change that is not written yet. */
  readonly userText?: string | undefined;
  /** Absolute paths of skills and plugins of the session's agent, there or not, beside those that are configured. */
  readonly skillFolders?: readonly string[] | undefined;
  /** In place of this machine's own file; for tests only, since nobody who is to be bound may choose it. */
  readonly requirementsFile?: string | undefined;
  readonly ports: {
    /** Real paths of the secrets that exist on this machine. */
    findSecrets(home: string): readonly string[];
  };
}

/** A folder with files of its own, and how far they are trusted. */
export interface ProjectFolder {
  readonly folder: string;
  readonly trust: FolderTrust;
}

export interface LoadedConfig {
  readonly snapshot: ConfigSnapshot;
  /** sha256 over the snapshot as JSON with sorted keys. */
  readonly digest: string;
  /** Where each key comes from, by its name as in the file; a folder that a flag or a variable opens by its path. */
  readonly origins: Readonly<Record<string, ConfigOrigin>>;
  readonly warnings: readonly string[];
  /** Those of them that are about rules. */
  readonly ruleWarnings: readonly string[];
  /** Every key as configured, with what it overrode, strongest first. */
  readonly values: ReadonlyMap<string, MergedEntry>;
  /** What files of projects set that is not in force, and why. */
  readonly ignored: readonly IgnoredEntry[];
  /** Files of rules with a mistake: some of their rules may be missing. */
  readonly brokenRules: readonly string[];
  /** What the administrator of the machine bounds. */
  readonly locks: readonly ConfigLock[];
  readonly files: ConfigFiles;
  /** The nearest folder first. */
  readonly projects: readonly ProjectFolder[];
}

/** What was read, before anything is decided. */
interface ReadLayers {
  readonly userDocument: TomlDocument | undefined;
  /** Weaker than projects. */
  readonly weak: readonly ConfigLayer[];
  /** Stronger than projects. */
  readonly strong: readonly ConfigLayer[];
  readonly folders: readonly ProjectFolder[];
  readonly projects: readonly ProjectFile[];
  readonly requirements: Requirements | undefined;
  readonly rules: LoadedRules;
}

function findWorkspace(cwd: string): string {
  const workspace = findRealFolder(cwd);
  if (workspace !== undefined) return workspace;
  throw new Fault({
    kind: 'user',
    code: 'no-such-folder',
    message: `There is no folder ${showText(cwd)}`,
    hint: 'Name an existing folder with -C',
  });
}

/** A folder whose own folder of files is a link is never trusted: it may lead anywhere. */
function trustFolder(folder: string, user: ReadonlyMap<string, MergedEntry>, home: string): ProjectFolder {
  const trust = findTrust(folder, user.get('projects'), home);
  return { folder, trust: isSymbolicLink(`${folder}/.sallyport`) ? { ...trust, level: 'untrusted' } : trust };
}

function readLayers(options: LoadConfigOptions, files: ConfigFiles): ReadLayers {
  const { userText, flags, home, overrides = [] } = options;
  const document =
    userText === undefined ? readConfigFile(files.user) : parseConfigText(files.user, userText);
  const weak = [DEFAULT_LAYER];
  if (document !== undefined)
    weak.push(collectEntries(document.values, { layer: 'user', file: files.user, document }));
  const typed = [...readFlags(flags), ...readSessionOverrides(overrides)];
  const chosen = mergeLayers([...weak, ...typed]).get('profile');
  const profile = readProfile(chosen, { file: files.user, document }, files.sallyportHome);
  const user = mergeLayers(weak);
  const folders = files.projectFolders.map((folder) => trustFolder(folder, user, home));
  const requirements = readRequirements(files.requirements);
  const rules = readAllRules(files, folders, requirements, home);
  const projects = files.projects.map((file) => {
    const own = folders.find(
      ({ folder }) =>
        file.startsWith(`${folder}/.sallyport/`) && !file.slice(folder.length + 12).includes('/'),
    );
    return readProjectFile(file, own?.trust ?? { level: 'untrusted' });
  });
  return {
    userDocument: document,
    weak,
    strong: [profile, ...typed],
    folders,
    projects,
    requirements,
    rules,
  };
}

function readAllRules(
  files: ConfigFiles,
  folders: readonly ProjectFolder[],
  requirements: Requirements | undefined,
  home: string,
): LoadedRules {
  const wallDemand = findWallDemand(requirements);
  return loadRules({
    sallyportHome: files.sallyportHome,
    projects: folders.map(({ folder, trust }) => ({ folder, trust: trust.level })),
    ...(requirements?.rules && { managed: { file: files.requirements, rules: requirements.rules } }),
    home,
    wallDemand: wallDemand && showOrigin(wallDemand),
  });
}

/**
 * The same configuration with the rules as they are written now, for while the other files do not load. Throws a `user`
 * fault where the requirements cannot be read: what they forbid is not left out.
 */
export function reloadRules(last: LoadedConfig): LoadedConfig {
  const { files, projects, snapshot } = last;
  const read = readAllRules(files, projects, readRequirements(files.requirements), snapshot.home);
  const known = new Set(last.ruleWarnings);
  return {
    ...last,
    snapshot: { ...snapshot, rules: read.rules },
    warnings: [...last.warnings.filter((warning) => !known.has(warning)), ...read.warnings],
    ruleWarnings: read.warnings,
    brokenRules: read.broken,
  };
}

/** What comes of the layers. */
interface ResolvedLayers extends Pick<LoadedConfig, 'snapshot' | 'values' | 'locks' | 'warnings'> {}

/** What comes of the layers with these of projects among them. */
function resolveLayers(
  options: LoadConfigOptions,
  workspace: string,
  read: ReadLayers,
): (projects: readonly ConfigLayer[]) => ResolvedLayers {
  const { cwd, env, home, flags, ports } = options;
  const { userDocument, requirements, rules } = read;
  const resolve = (projects: readonly ConfigLayer[]): ResolvedLayers => {
    const migrated = migrateKeys(mergeLayers([...read.weak, ...projects, ...read.strong]));
    const bound = applyRequirements(migrated.values, requirements);
    const resolved = resolveSnapshot(bound.values, {
      ...{ workspace, cwd, home, env, flags, userDocument },
      findSecrets: ports.findSecrets,
    });
    const { warnings: more, ...reviewer } = resolveReviewer(bound.values, home, options.skillFolders);
    const whole = { ...resolved.snapshot, ...reviewer, rules: rules.rules };
    refuseUnallowed(whole, bound.values, requirements);
    const rooted = boundRoots(whole, requirements, { cwd, home, env, flags, values: bound.values });
    const left = listLeft(requirements);
    const marked = left === undefined ? rooted.snapshot : { ...rooted.snapshot, managedChoices: left };
    return {
      snapshot: forceDenies(marked, requirements),
      values: bound.values,
      locks: bound.locks,
      warnings: [...migrated.warnings, ...bound.warnings, ...resolved.warnings, ...more, ...rooted.warnings],
    };
  };
  // What was tried for a project is what holds in the end.
  const known = new Map<string, ResolvedLayers>();
  return (projects) => {
    const name = JSON.stringify(projects.flatMap((layer) => layer.entries));
    const result = known.get(name) ?? resolve(projects);
    known.set(name, result);
    return result;
  };
}

/**
 * The configuration in force for a session in `cwd`. Throws one `user` fault, `place: what` with the way out as hint, at
 * the first mistake; nothing is ever left out silently.
 */
export function loadConfig(options: LoadConfigOptions): LoadedConfig {
  const { env, home, requirementsFile: requirements } = options;
  const workspace = findWorkspace(options.cwd);
  const files = findConfigFiles({ env, home, workspace, requirements });
  const read = readLayers(options, files);
  const resolve = resolveLayers(options, workspace, read);
  const admitted: AdmittedProjects = admitProjects(
    read.projects,
    mergeLayers(read.weak),
    (projects) => resolve(projects).snapshot,
  );
  const { snapshot, values, locks, warnings } = resolve(admitted.layers);
  const said = [...read.weak, ...read.strong].flatMap((layer) => layer.warnings);
  return {
    snapshot,
    digest: digestSnapshot(snapshot),
    origins: {
      ...Object.fromEntries([...values].map(([key, entry]) => [key, entry.origin])),
      ...originsOfRoots(snapshot, options),
    },
    warnings: [...said, ...admitted.warnings, ...warnings, ...read.rules.warnings],
    ruleWarnings: read.rules.warnings,
    values,
    ignored: admitted.ignored,
    brokenRules: read.rules.broken,
    locks,
    files,
    projects: read.folders,
  };
}
