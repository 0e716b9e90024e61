/**
 * Which permission profile is in force, and what it comes to on this machine. Promises: of a profile and a mode the one of
 * the stronger layer counts, the profile where both are of one; a profile that cannot be used is an error, never passed
 * over.
 */
import { lstatSync } from 'node:fs';
import {
  findProfile,
  isProfileTable,
  type ProfileContext,
  type ProfileDraft,
  type ProfileFault,
  type ProfileSource,
  type ResolvedProfile,
  readProfile,
  resolveProfile,
} from '../../policy/index.ts';
import { ConfigLayerKind, type ConfigOrigin } from '../../protocol/index.ts';
import { listLinkNames } from '../base/index.ts';
import { makeConfigFault, showText } from './config-fault.ts';
import { originBelow, showOrigin } from './config-origins.ts';
import type { MergedEntry } from './merge-layers.ts';
import { listPlatformFolders } from './platform-folders.ts';
import { resolveExistingPart } from './resolve-paths.ts';
import { findTmpDir, type RootsContext } from './resolve-roots.ts';

type Merged = ReadonlyMap<string, MergedEntry>;

/** All named profiles of a configuration, and the anonymous one. */
export interface KnownProfiles {
  readonly named: ReadonlyMap<string, ProfileDraft>;
  /** Where the table of each stands. */
  readonly anonymous: ProfileDraft | undefined;
}

/** The profile in force. */
export interface ChosenProfile extends ResolvedProfile {
  /** Where it was chosen. */
  readonly origin: ConfigOrigin;
}

/** It has no wall in which anything could be closed. */
const FULL_ACCESS = ':danger-full-access';

const FORMS = [
  ['permission_profiles', 'lists'],
  ['permissions', 'maps'],
] as const;

function isSet(entry: MergedEntry | undefined): entry is MergedEntry {
  if (entry === undefined || entry.value === null || entry.origin.layer === 'defaults') return false;
  return !isProfileTable(entry.value) || Object.keys(entry.value).length > 0;
}

/** Throws what is wrong with a profile, as a `user` fault with its place. */
export function profileFault({ origin, what, hint }: ProfileFault): never {
  throw makeConfigFault({ place: { flag: showOrigin(origin) }, what, hint });
}

function makeSource(entry: MergedEntry, name: string | null, form: 'lists' | 'maps'): ProfileSource {
  const base = name === null ? [] : [name];
  const value = name !== null && isProfileTable(entry.value) ? entry.value[name] : entry.value;
  const locate = (below: readonly (string | number)[]) => originBelow(entry.origin, [...base, ...below]);
  return { name, form, value, origin: locate([]), locate };
}

/** Reads every profile of a configuration. Throws a `user` fault when a name stands in both forms. */
export function readProfiles(merged: Merged): KnownProfiles {
  const named = new Map<string, ProfileDraft>();
  for (const [key, form] of FORMS) {
    const entry = merged.get(key);
    if (!isSet(entry) || !isProfileTable(entry.value)) continue;
    for (const name of Object.keys(entry.value)) {
      const draft = readProfile(makeSource(entry, name, form));
      const other = named.get(name);
      if (other !== undefined) {
        const what = `the profile ${showText(JSON.stringify(name))} stands in [permissions] and in [permission_profiles] (${showOrigin(other.origin)})`;
        profileFault({ origin: draft.origin, what, hint: 'Remove one of them' });
      }
      named.set(name, draft);
    }
  }
  const anonymous = merged.get('permission_profile');
  return {
    named,
    anonymous: isSet(anonymous) ? readProfile(makeSource(anonymous, null, 'lists')) : undefined,
  };
}

/** What profiles are resolved against on this machine. */
export function makeProfileContext(context: RootsContext, warnings: string[]): ProfileContext {
  return {
    workspace: context.workspace,
    home: resolveExistingPart(context.home),
    tmpdir: findTmpDir(context, warnings),
    platform: listPlatformFolders(),
    real: resolveExistingPart,
    exists: (path) => lstatSync(path, { throwIfNoEntry: false }) !== undefined,
    links: listLinkNames,
  };
}

function rankOf({ layer }: ConfigOrigin): number {
  return ConfigLayerKind.options.indexOf(layer);
}

/** What a project closes beside a profile that was chosen; undefined where it says anything else. */
function readClosing(merged: Merged, { anonymous }: KnownProfiles): ProfileDraft | undefined {
  const layer = merged.get('permission_profile')?.origin.layer;
  if (layer !== 'project' || anonymous === undefined || anonymous.parent !== undefined) return undefined;
  if (merged.get('default_permissions')?.value === FULL_ACCESS) return undefined;
  const isClosing = [...anonymous.entries, ...anonymous.hosts].every(({ access }) => access === 'deny');
  const isMore = anonymous.restrictsReading || anonymous.networkEnabled !== undefined;
  return isClosing && !isMore ? anonymous : undefined;
}

/** The profile chosen by its name, with what a project closes in it. */
function addClosing(found: ProfileDraft, closing: ProfileDraft): ProfileDraft {
  return {
    ...found,
    entries: [...found.entries, ...closing.entries],
    hosts: [...found.hosts, ...closing.hosts],
  };
}

/** The draft that was chosen and where; undefined where the mode's own lists count. */
function choose(merged: Merged, known: KnownProfiles, warnings: string[]) {
  const byName = merged.get('default_permissions');
  const anonymous = merged.get('permission_profile');
  const closing = readClosing(merged, known);
  if (isSet(byName) && isSet(anonymous) && closing === undefined) {
    const what = `default_permissions chooses a profile, and [permission_profile] at ${showOrigin(anonymous.origin)} is one without a name`;
    return profileFault({ origin: byName.origin, what, hint: 'Remove one of the two' });
  }
  if (isSet(byName)) {
    const found = findProfile(String(byName.value), known.named, byName.origin);
    if ('what' in found) return profileFault(found);
    return {
      draft: closing === undefined ? found : addClosing(found, closing),
      origin: byName.origin,
    };
  }
  if (isSet(anonymous) && known.anonymous !== undefined) {
    // Hosts alone change nothing about files: the mode goes on to decide about those.
    const isWhole =
      isProfileTable(anonymous.value) && ('filesystem' in anonymous.value || 'extends' in anonymous.value);
    return isWhole ? { draft: known.anonymous, origin: anonymous.origin } : undefined;
  }
  const [first] = known.named.values();
  if (first !== undefined)
    warnings.push(
      `${showOrigin(first.origin)}: no permission profile is in force: default_permissions chooses one`,
    );
  return undefined;
}

/** The profile in force, null where the mode's lists are. Throws a `user` fault with the place of a mistake. */
export function chooseProfile(
  merged: Merged,
  context: RootsContext,
  warnings: string[],
): ChosenProfile | null {
  const known = readProfiles(merged);
  const chosen = choose(merged, known, warnings);
  if (chosen === undefined) return null;
  const { draft, origin } = chosen;
  const name =
    draft.name === null ? 'permission_profile' : `the profile ${showText(JSON.stringify(draft.name))}`;
  const mode = merged.get('sandbox_mode');
  if (mode !== undefined && mode.origin.layer !== 'defaults') {
    const place = showOrigin(mode.origin);
    if (rankOf(mode.origin) > rankOf(origin)) {
      warnings.push(
        `${showOrigin(origin)}: ${name} is not in force: sandbox_mode (${place}) is of a stronger layer`,
      );
      return null;
    }
    warnings.push(`${place}: sandbox_mode does nothing: ${name} (${showOrigin(origin)}) stands in its place`);
  }
  const resolved = resolveProfile(draft, known.named, makeProfileContext(context, warnings));
  if ('what' in resolved) return profileFault(resolved);
  return { ...resolved, origin };
}
