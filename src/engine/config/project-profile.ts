/**
 * The lists that follow from a permission profile: what walls and sentences need beside the entries themselves. Promises:
 * a writable root is never wider than its entry; what is protected stays so although an entry would open it; a session
 * can read its own folder.
 */
import { findEntry } from '../../policy/index.ts';
import type { AccessProfile, ConfigOrigin, PathEntry, SandboxMode } from '../../protocol/index.ts';
import { makeConfigFault, showText } from './config-fault.ts';
import { showOrigin } from './config-origins.ts';
import { isWithin } from './resolve-paths.ts';

export interface ProjectedProfile {
  readonly sandboxMode: SandboxMode;
  readonly writableRoots: readonly string[];
  readonly tmpWritable: boolean;
  readonly profile: AccessProfile;
  readonly warnings: readonly string[];
}

export interface ProjectInput {
  readonly workspace: string;
  /** Real path. */
  readonly home: string;
  /** /tmp is the host's own. */
  readonly isTmpShared: boolean;
  readonly protectedNames: readonly string[];
  /** Where the profile was chosen. */
  readonly origin: ConfigOrigin;
}

function isWrite({ access, path }: PathEntry): boolean {
  return access === 'write' && path !== '/tmp';
}

/** What lies above it is not written as a whole already. */
function beginsRoot(entry: PathEntry, profile: AccessProfile): boolean {
  const above = findEntry(entry.path.slice(0, entry.path.lastIndexOf('/')), profile);
  return isWrite(entry) && (above === undefined || !isWrite(above));
}

/** Protected names stay read-only below the outermost folder that may be written. */
function isProtectedEntry(
  entry: PathEntry,
  entries: readonly PathEntry[],
  names: readonly string[],
): boolean {
  if (!isWrite(entry)) return false;
  return entries.some((outer) => {
    if (!isWrite(outer) || outer === entry || !isWithin(entry.path, outer.path)) return false;
    const parts = entry.path.slice(outer.path.length).toLowerCase().split('/');
    return names.some((name) => parts.includes(name.toLowerCase()));
  });
}

function place({ origin }: PathEntry): string {
  return origin === undefined ? 'the profile' : showOrigin(origin);
}

function refuseClosedWorkspace(profile: AccessProfile, { workspace, origin }: ProjectInput): void {
  const entry = findEntry(workspace, profile);
  if (entry === undefined ? profile.readsAll : entry.access !== 'deny') return;
  throw makeConfigFault({
    place: { flag: showOrigin(entry?.origin?.file === undefined ? origin : entry.origin) },
    what: `the permission profile does not let a session read its own folder ${showText(workspace)}`,
    hint: 'Add "${workspace}" to what it reads or writes, or choose another profile',
    code: 'profile-closes-workspace',
  });
}

/** Warnings of what may be written widely. */
function warnOfWide(entries: readonly PathEntry[], home: string): string[] {
  return entries
    .filter(isWrite)
    .flatMap((entry) =>
      isWithin(home, entry.path)
        ? [`${place(entry)}: ${showText(entry.path)} holds your whole home folder: all of it may be written`]
        : [],
    );
}

/** The folders that the entries of a profile open for writing, the workspace first, and the mode that this makes. */
export function listProfileRoots(
  profile: AccessProfile,
  workspace: string,
): Pick<ProjectedProfile, 'sandboxMode' | 'writableRoots'> {
  const tmp = profile.entries.find(({ path }) => path === '/tmp');
  const roots = profile.entries.filter((entry) => beginsRoot(entry, profile)).map(({ path }) => path);
  return {
    sandboxMode: roots.length > 0 || tmp?.access === 'write' ? 'workspace-write' : 'read-only',
    writableRoots: [
      ...roots.filter((path) => path === workspace),
      ...roots.filter((path) => path !== workspace),
    ],
  };
}

/** What follows from a profile. Throws a `user` fault when the session's own folder is not in it. */
export function projectProfile(given: AccessProfile, input: ProjectInput): ProjectedProfile {
  const { workspace, home, isTmpShared, protectedNames } = input;
  const isKept = (entry: PathEntry): boolean => !isProtectedEntry(entry, given.entries, protectedNames);
  const profile = { ...given, entries: given.entries.filter(isKept) };
  refuseClosedWorkspace(profile, input);
  const kept = given.entries.filter((entry) => !isKept(entry));
  const tmp = profile.entries.find(({ path }) => path === '/tmp');
  return {
    ...listProfileRoots(profile, workspace),
    tmpWritable: tmp === undefined ? !isTmpShared : tmp.access === 'write',
    profile,
    warnings: [
      ...kept.map((entry) => `${place(entry)}: ${showText(entry.path)} is protected and stays read-only`),
      ...warnOfWide(profile.entries, home),
    ],
  };
}
