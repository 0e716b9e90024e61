/** The permission profiles of a configuration, for whoever looks at them: a session needs none of this. */
import { lstatSync, realpathSync } from 'node:fs';
import { delimiter, isAbsolute } from 'node:path';
import {
  BUILT_IN_PROFILES,
  diffProfiles,
  findProfile,
  followExtends,
  lintProfile,
  type ProfileDifference,
  type ProfileDraft,
  type ProfileFault,
  type ProfileFinding,
  type ResolvedProfile,
  resolveProfile,
} from '../../policy/index.ts';
import { chooseProfile, makeProfileContext, profileFault, readProfiles } from './choose-profile.ts';
import { showOrigin } from './config-origins.ts';
import type { LoadedConfig } from './load-config.ts';
import { resolveExistingPart } from './resolve-paths.ts';

/** Where profiles are looked at from. */
export interface ProfilesInput {
  readonly config: Pick<LoadedConfig, 'values' | 'snapshot'>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Real paths of the secrets of this machine. */
  readonly secretPaths: readonly string[];
}

/** The name under which the anonymous profile is spoken of. */
export const ANONYMOUS = 'permission_profile';

export interface ProfileRow {
  readonly name: string;
  readonly description: string | undefined;
  readonly extends: string | undefined;
  /** Where it stands; `built in`. */
  readonly place: string;
  readonly isInForce: boolean;
}

/** A profile with what it comes to here. */
export interface InspectedProfile extends ResolvedProfile {
  readonly name: string;
  readonly findings: readonly ProfileFinding[];
  /** It says nothing of /tmp, and a session has one of its own, which it may write. */
  readonly hasOwnTmp: boolean;
}

function placesOf({ config, env }: ProfilesInput) {
  const { workspace, home } = config.snapshot;
  return { workspace, cwd: workspace, home, env, flags: { addDirs: [] }, userDocument: undefined };
}

function must<Value extends object>(found: Value | ProfileFault): Value {
  return 'hint' in found ? profileFault(found) : found;
}

/** Every profile there is, the built-in ones last. */
export function listProfiles(input: ProfilesInput): ProfileRow[] {
  const { named, anonymous } = readProfiles(input.config.values);
  const chosen = chooseProfile(input.config.values, placesOf(input), []);
  const inForce = chosen === null ? undefined : (chosen.profile.name ?? ANONYMOUS);
  const row = (draft: ProfileDraft): ProfileRow => {
    const name = draft.name ?? ANONYMOUS;
    return {
      name,
      description: draft.description,
      extends: draft.parent?.name,
      place: draft.origin.layer === 'defaults' ? 'built in' : showOrigin(draft.origin),
      isInForce: name === inForce,
    };
  };
  const own = [...(anonymous === undefined ? [] : [anonymous]), ...named.values()];
  return [...own, ...BUILT_IN_PROFILES.values()].map(row);
}

/** What a profile comes to in this folder. Throws a `user` fault when there is no such profile, or it has a mistake. */
export function inspectProfile(name: string, input: ProfilesInput): InspectedProfile {
  const { named, anonymous } = readProfiles(input.config.values);
  const origin = { layer: 'flag' as const, flag: 'profile' };
  const isAnonymous = name === ANONYMOUS && anonymous !== undefined;
  const draft = isAnonymous ? anonymous : must(findProfile(name, named, origin));
  const chain = followExtends(draft, named);
  const resolved = must(resolveProfile(draft, named, makeProfileContext(placesOf(input), [])));
  const drafts = 'drafts' in chain ? chain.drafts : [draft];
  const facts = {
    home: resolveExistingPart(input.config.snapshot.home),
    platform:
      process.platform === 'darwin' || process.platform === 'win32' ? process.platform : ('linux' as const),
    secretPaths: input.secretPaths,
    searchPath: listSearchPath(input.env['PATH'] ?? ''),
    exists: (path: string) => lstatSync(path, { throwIfNoEntry: false }) !== undefined,
  };
  const isTmpNamed = resolved.profile.entries.some(({ path }) => path === '/tmp');
  const hasOwnTmp = input.config.snapshot.tmp === 'private' && !resolved.isFull && !isTmpNamed;
  return { ...resolved, name, hasOwnTmp, findings: lintProfile(resolved, drafts, facts) };
}

/** What would change if the second took the place of the first. */
export function compareProfiles(first: string, second: string, input: ProfilesInput): ProfileDifference[] {
  const hasOwnTmp = input.config.snapshot.tmp === 'private';
  return diffProfiles(inspectProfile(first, input), inspectProfile(second, input), hasOwnTmp);
}

function listSearchPath(path: string): string[] {
  const real = path.split(delimiter).flatMap((folder) => {
    try {
      return isAbsolute(folder) ? realpathSync(folder) : [];
    } catch {
      return [];
    }
  });
  return [...new Set(real)];
}
