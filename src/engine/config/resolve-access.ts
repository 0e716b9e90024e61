/**
 * What a session may reach, made of merged values: the lists of its mode, or those of the permission profile that stands
 * in their place. Promises: every path is absolute and real as far as it exists. Without it each wall and the judging of
 * steps would read modes and profiles in its own way.
 */
import { type AccessProfile, SandboxMode, type SessionFlags } from '../../protocol/index.ts';
import type { MergedEntry } from './merge-layers.ts';
import { makeAbsolute, resolveExistingPart } from './resolve-paths.ts';
import { type RootsContext, resolveRoots } from './resolve-roots.ts';

/** What the access depends on besides the configuration. */
export interface AccessContext extends RootsContext {
  readonly flags: SessionFlags;
  /** Real paths of secrets that exist on this machine. */
  readonly findSecrets: (home: string) => readonly string[];
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
  readonly warnings: readonly string[];
}

/** The access of merged values. Throws a `user` fault with the place of a mistake. */
export function resolveAccess(
  merged: ReadonlyMap<string, MergedEntry>,
  context: AccessContext,
): ResolvedAccess {
  const { workspace, home, flags } = context;
  const read = (key: string): unknown => merged.get(key)?.value;
  const texts = (key: string): string[] => {
    const value = read(key);
    return Array.isArray(value) ? value.map(String) : [];
  };
  const sandboxMode = SandboxMode.parse(read('sandbox_mode'));
  const isFull = sandboxMode === 'danger-full-access';
  const isWorkspaceWrite = sandboxMode === 'workspace-write';
  const isSet = (key: string): boolean => read(`sandbox_workspace_write.${key}`) === true;
  const { roots, warnings } = resolveRoots(sandboxMode, merged, context);
  const protectSecrets = read('protect_secrets') === true;
  return {
    sandboxMode,
    profile: null,
    writableRoots: roots,
    tmpWritable: isFull || (isWorkspaceWrite && !isSet('exclude_slash_tmp')),
    networkAccess: isFull || (isWorkspaceWrite && isSet('network_access')),
    hosts: {
      allow: [...texts('permission_profile.network.allow'), ...flags.allowDomains],
      deny: [...texts('permission_profile.network.deny'), ...flags.denyDomains],
    },
    protectSecrets,
    secretPaths: protectSecrets ? context.findSecrets(home) : [],
    protectedPaths: texts('protected_paths').map((path) =>
      resolveExistingPart(makeAbsolute(path, workspace, home)),
    ),
    warnings,
  };
}
