/**
 * What a session may reach, made of merged values: the lists of its mode, or those of the permission profile that stands
 * in their place. Promises: every path is absolute and real as far as it exists. Without it each wall and the judging of
 * steps would read modes and profiles in its own way.
 */
import { basename, dirname, join, resolve } from 'node:path';
import { findEntry, isProfileTable } from '../../policy/index.ts';
import {
  type AccessProfile,
  type IgnoreList,
  type PathEntry,
  SandboxMode,
  type SessionFlags,
} from '../../protocol/index.ts';
import { type ChosenProfile, chooseProfile } from './choose-profile.ts';
import { showText } from './config-fault.ts';
import { showOrigin } from './config-origins.ts';
import type { MergedEntry } from './merge-layers.ts';
import { projectProfile } from './project-profile.ts';
import { IGNORE_FILE, readIgnoreFile } from './read-ignore-file.ts';
import { makeAbsolute, resolveExistingPart } from './resolve-paths.ts';
import { type RootsContext, resolveAddedDirs, resolveRoots } from './resolve-roots.ts';

/** What the access depends on besides the configuration. */
export interface AccessContext extends RootsContext {
  readonly flags: SessionFlags;
  /** Real paths of secrets that exist on this machine. */
  readonly findSecrets: (home: string) => readonly string[];
  /** Names that stay read-only below every writable folder. */
  readonly protectedNames: readonly string[];
}

/** The access in force. */
export interface ResolvedAccess {
  readonly sandboxMode: SandboxMode;
  /** null: the lists are those of the mode. */
  readonly profile: AccessProfile | null;
  /** Real paths, the workspace first. */
  readonly writableRoots: readonly string[];
  readonly tmpWritable: boolean;
  readonly networkAccess: boolean;
  /** Hosts as typed. */
  readonly hosts: { readonly allow: readonly string[]; readonly deny: readonly string[] };
  readonly protectSecrets: boolean;
  readonly secretPaths: readonly string[];
  readonly protectedPaths: readonly string[];
  /** What the workspace's own file hides. */
  readonly ignored: IgnoreList | null;
  readonly warnings: readonly string[];
}

type Merged = ReadonlyMap<string, MergedEntry>;

function textsAt(merged: Merged, key: string, ...below: readonly string[]): string[] {
  const value = below.reduce<unknown>(
    (part, name) => (isProfileTable(part) ? part[name] : undefined),
    merged.get(key)?.value,
  );
  return Array.isArray(value) ? value.map(String) : [];
}

type ModeAccess = Pick<
  ResolvedAccess,
  'sandboxMode' | 'profile' | 'writableRoots' | 'tmpWritable' | 'networkAccess' | 'hosts'
>;

/** The lists of the mode itself. */
function readMode(merged: Merged, context: AccessContext, warnings: string[]): ModeAccess {
  const sandboxMode = SandboxMode.parse(merged.get('sandbox_mode')?.value);
  const isFull = sandboxMode === 'danger-full-access';
  const isWorkspaceWrite = sandboxMode === 'workspace-write';
  const isSet = (key: string): boolean => merged.get(`sandbox_workspace_write.${key}`)?.value === true;
  const resolved = resolveRoots(sandboxMode, merged, context);
  warnings.push(...resolved.warnings);
  return {
    sandboxMode,
    profile: null,
    writableRoots: resolved.roots,
    tmpWritable: isFull || (isWorkspaceWrite && !isSet('exclude_slash_tmp')),
    networkAccess: isFull || (isWorkspaceWrite && isSet('network_access')),
    hosts: {
      allow: textsAt(merged, 'permission_profile', 'network', 'allow'),
      deny: textsAt(merged, 'permission_profile', 'network', 'deny'),
    },
  };
}

/** Folders that are opened for one session, beside what its profile says. */
function readAddedDirs(profile: ChosenProfile, context: AccessContext, warnings: string[]): PathEntry[] {
  const [first] = context.flags.addDirs;
  if (first === undefined) return [];
  if (!profile.profile.entries.some(({ access }) => access === 'write')) {
    warnings.push(`--add-dir ${showText(first)} does nothing beside a profile that writes nothing`);
    return [];
  }
  return resolveAddedDirs(context, warnings).map(
    ({ path, typed }): PathEntry => ({
      path,
      access: 'write',
      origin: { layer: 'flag', flag: `--add-dir ${typed}` },
    }),
  );
}

/** What a profile comes to in place of the mode's lists. */
function readProfileAccess(
  chosen: ChosenProfile,
  merged: Merged,
  context: AccessContext,
  warnings: string[],
): ModeAccess {
  warnings.push(...chosen.warnings.map(({ origin, text }) => `${showOrigin(origin)}: ${text}`));
  for (const [key, entry] of merged) {
    if (key.startsWith('sandbox_workspace_write.') && entry.origin.layer !== 'defaults')
      warnings.push(`${showOrigin(entry.origin)}: ${key} does nothing beside a permission profile`);
  }
  const hosts = (access: 'allow' | 'deny') =>
    chosen.hosts.filter((host) => host.access === access).map(({ text }) => text);
  const base = { networkAccess: chosen.networkAccess, hosts: { allow: hosts('allow'), deny: hosts('deny') } };
  const { workspace } = context;
  if (chosen.isFull)
    return {
      ...base,
      ...{ sandboxMode: 'danger-full-access', profile: chosen.profile, tmpWritable: true },
      writableRoots: [workspace],
    };
  const added = readAddedDirs(chosen, context, warnings);
  const projected = projectProfile(
    { ...chosen.profile, entries: [...chosen.profile.entries, ...added] },
    {
      workspace,
      home: resolveExistingPart(context.home),
      isTmpShared: merged.get('tmp')?.value === 'shared',
      protectedNames: context.protectedNames,
      origin: chosen.origin,
    },
  );
  warnings.push(...projected.warnings);
  const { sandboxMode, profile, writableRoots, tmpWritable } = projected;
  return { ...base, sandboxMode, profile, writableRoots, tmpWritable };
}

/** The access of merged values. Throws a `user` fault with the place of a mistake. */
export function resolveAccess(merged: Merged, context: AccessContext): ResolvedAccess {
  const { workspace, home, flags } = context;
  const warnings: string[] = [];
  const chosen = chooseProfile(merged, context, warnings);
  const access =
    chosen === null
      ? readMode(merged, context, warnings)
      : readProfileAccess(chosen, merged, context, warnings);
  const protectSecrets = merged.get('protect_secrets')?.value === true;
  const secretPaths = protectSecrets ? context.findSecrets(home) : [];
  const ignored = access.sandboxMode === 'danger-full-access' ? null : readIgnoreFile(workspace);
  const protectedPaths = textsAt(merged, 'protected_paths').flatMap((path) =>
    resolveProtected(makeAbsolute(path, workspace, home)),
  );
  return {
    ...access,
    hosts: {
      allow: [...access.hosts.allow, ...flags.allowDomains],
      deny: [...access.hosts.deny, ...flags.denyDomains],
    },
    protectSecrets,
    // An entry for a secret itself opens it, or closes it in its own words.
    secretPaths: secretPaths.filter(
      (path) => access.profile === null || findEntry(path, access.profile)?.path !== path,
    ),
    protectedPaths: ignored === null ? protectedPaths : [...protectedPaths, join(workspace, IGNORE_FILE)],
    ignored,
    warnings,
  };
}

/** A link is a place of its own, which could be given to something else than what it leads to. */
function resolveProtected(path: string): string[] {
  const plain = resolve(path);
  const place = join(resolveExistingPart(dirname(plain)), basename(plain));
  return [...new Set([place, resolveExistingPart(path)])];
}
