/**
 * Compiles a permission profile with what it extends into one list of absolute entries. Promises: a profile's own word on
 * a path or host replaces what it inherits there; within one profile deny > write > read; what does not exist is not
 * opened for writing. Pure: the machine is looked at through `ProfileContext`.
 */
import type { AccessProfile, ConfigOrigin, PathAccess, PathEntry } from '../../protocol/index.ts';
import { showText } from '../judge-show.ts';
import { BUILT_IN_PROFILES, FULL_ACCESS } from './built-in-profiles.ts';
import { expandPath, type PathPlaces, splitGlob } from './path-text.ts';
import type { DraftEntry, DraftHost, ProfileDraft } from './read-profile.ts';

/** What a profile is resolved against. */
export interface ProfileContext extends PathPlaces {
  /** What programs need to run, real paths: readable where reading is restricted. */
  readonly platform: readonly string[];
  /** The real path of something that need not exist. */
  readonly real: (path: string) => string;
  readonly exists: (real: string) => boolean;
  /** The links that a path names by its last part, each by its real folder. */
  readonly links: (path: string) => readonly string[];
}

/** Why a profile cannot be used. */
export interface ProfileFault {
  readonly origin: ConfigOrigin;
  readonly what: string;
  readonly hint: string;
}

interface ProfileHost {
  readonly text: string;
  readonly access: 'allow' | 'deny';
  readonly origin: ConfigOrigin;
}

export interface ResolvedProfile {
  readonly profile: AccessProfile;
  /** No wall at all. */
  readonly isFull: boolean;
  readonly hosts: readonly ProfileHost[];
  /** The whole network is open. */
  readonly networkAccess: boolean;
  readonly warnings: readonly { readonly origin: ConfigOrigin; readonly text: string }[];
}

/** Names and paths come from files that others may have written. */
function quote(text: string): string {
  return showText(JSON.stringify(text));
}

type Chain = { readonly drafts: readonly ProfileDraft[] } | { readonly fault: ProfileFault };

function listNames(profiles: ReadonlyMap<string, ProfileDraft>): string {
  return [...profiles.keys(), ...BUILT_IN_PROFILES.keys()].map(quote).join(', ');
}

function find(name: string, profiles: ReadonlyMap<string, ProfileDraft>): ProfileDraft | undefined {
  return BUILT_IN_PROFILES.get(name) ?? profiles.get(name);
}

/** The profile and what it extends, nearest first. */
export function followExtends(start: ProfileDraft, profiles: ReadonlyMap<string, ProfileDraft>): Chain {
  const drafts = [start];
  const names = [start.name];
  for (let draft = start; draft.parent !== undefined; ) {
    const { name, origin } = draft.parent;
    const shown = [...names, name].map((part) => quote(part ?? 'permission_profile')).join(' extends ');
    if (names.includes(name)) {
      return {
        fault: {
          origin,
          what: `the profiles go round in a circle: ${shown}`,
          hint: 'Let one of them extend nothing',
        },
      };
    }
    const parent = find(name, profiles);
    if (parent === undefined) {
      return {
        fault: {
          origin,
          what: `there is no profile ${quote(name)}: ${shown}`,
          hint: `There are ${listNames(profiles)}`,
        },
      };
    }
    if (name === FULL_ACCESS) {
      const hint = 'Choose it by default_permissions, or extend ":workspace"';
      return { fault: { origin, what: `${name} cannot be extended: it has no wall to change`, hint } };
    }
    drafts.push(parent);
    names.push(name);
    draft = parent;
  }
  return { drafts };
}

/** A profile by its name, or the fault that there is none. */
export function findProfile(
  name: string,
  profiles: ReadonlyMap<string, ProfileDraft>,
  origin: ConfigOrigin,
): ProfileDraft | ProfileFault {
  const draft = find(name, profiles);
  if (draft !== undefined) return draft;
  return {
    origin,
    what: `there is no profile ${quote(name)}`,
    hint: `There are ${listNames(profiles)}`,
  };
}

const STRENGTH: Record<PathAccess, number> = { read: 0, write: 1, deny: 2 };

interface PlacedEntry extends PathEntry {
  readonly origin: ConfigOrigin;
  readonly text: string;
}

/** Of two entries for the same path the strictest stays. */
function putStricter(own: Map<string, PlacedEntry>, paths: readonly string[], entry: DraftEntry): void {
  const { access, origin, text } = entry;
  for (const path of paths) {
    const other = own.get(path);
    if (other === undefined || STRENGTH[other.access] < STRENGTH[access])
      own.set(path, { path, access, origin, text });
  }
}

class ProfileResolver {
  readonly warnings: { origin: ConfigOrigin; text: string }[] = [];
  fault: ProfileFault | undefined;
  readonly #drafts: readonly ProfileDraft[];
  readonly #context: ProfileContext;

  constructor(drafts: readonly ProfileDraft[], context: ProfileContext) {
    this.#drafts = drafts;
    this.#context = context;
  }

  resolve(): ResolvedProfile {
    const paths = new Map<string, PlacedEntry>();
    const globs = new Set<string>();
    const hosts = new Map<string, DraftHost>();
    let networkAccess = false;
    for (const [index, draft] of this.#drafts.toReversed().entries()) {
      this.warnings.push(...draft.notes);
      if (index === 0 && draft.readsAllByDefault)
        paths.set('/', { path: '/', access: 'read', origin: draft.origin, text: '/' });
      if (draft.restrictsReading) paths.delete('/');
      const own = this.#placeAll(draft, globs);
      for (const [path, entry] of own) paths.set(path, entry);
      for (const host of strictHosts(draft.hosts)) hosts.set(host.text.toLowerCase(), host);
      networkAccess = draft.networkEnabled ?? networkAccess;
    }
    const [first] = this.#drafts;
    const isFull = first?.name === FULL_ACCESS;
    const readsAll = paths.get('/')?.access === 'read' || isFull;
    paths.delete('/');
    return {
      profile: {
        name: first?.name ?? null,
        extends: this.#drafts.slice(1).flatMap(({ name }) => name ?? []),
        readsAll,
        entries: this.#finish(paths, readsAll),
        denyGlobs: [...globs],
      },
      isFull,
      hosts: [...hosts.values()],
      // Named hosts are what was wanted, not all of them.
      networkAccess: isFull || (networkAccess && hosts.size === 0),
      warnings: this.warnings,
    };
  }

  /** The entries of one profile; of those for the same path the strictest. */
  #placeAll(draft: ProfileDraft, globs: Set<string>): Map<string, PlacedEntry> {
    const own = new Map<string, PlacedEntry>();
    for (const entry of draft.entries) {
      for (const typed of this.#expand(entry, draft)) {
        const { base, rest } = typed;
        const path = this.#realOf(base, entry);
        if (rest !== '') {
          globs.add(`${path === '/' ? '' : escapeGlob(path)}/${rest}`);
          continue;
        }
        putStricter(own, [path, ...this.#linksOf(base, entry)], entry);
      }
    }
    return own;
  }

  /** The paths that an entry stands for; `rest` is the pattern below, if it is one. */
  #expand(entry: DraftEntry, draft: ProfileDraft): { base: string; rest: string }[] {
    const context = this.#context;
    const { base, rest } = splitGlob(entry.path);
    switch (entry.kind) {
      case 'root':
        if (entry.access === 'write') this.fault ??= makeRootFault(entry);
        return [{ base: '/', rest: '' }];
      case 'tmp':
        return [{ base: '/tmp', rest: '' }];
      case 'tmpdir':
        return context.tmpdir === undefined ? [] : [{ base: context.tmpdir, rest: '' }];
      case 'roots': {
        const roots = [context.workspace, ...draft.moreRoots.map((root) => expandPath(root, context))];
        const isRoot = base === '.' || base === '/';
        return roots.map((root) => ({ base: isRoot ? root : `${root}/${base}`, rest }));
      }
      case 'path':
        return [{ base: expandPath(base, context), rest }];
    }
  }

  /** A denied link is closed by its own name as well: who could remove it would open what it leads to next time. */
  #linksOf(typed: string, { access }: DraftEntry): readonly string[] {
    return access === 'deny' ? this.#context.links(typed) : [];
  }

  /** What is opened in the workspace must lie in it: an earlier command may have put a link in its place. */
  #realOf(typed: string, entry: DraftEntry): string {
    const { workspace } = this.#context;
    const found = this.#context.real(typed);
    // Sessions have a /tmp of their own, whatever it is a link to.
    const real = found === this.#context.real('/tmp') ? '/tmp' : found;
    const isIn = (path: string): boolean => path === workspace || path.startsWith(`${workspace}/`);
    if (entry.access !== 'deny' && isIn(typed) && !isIn(real)) {
      const what = `${quote(entry.text)} lies in the workspace but leads to ${showText(real)}`;
      this.fault ??= {
        origin: entry.origin,
        what,
        hint: 'Name the real path, if it is the one that you mean',
      };
    }
    return real;
  }

  #finish(paths: ReadonlyMap<string, PlacedEntry>, readsAll: boolean): PathEntry[] {
    const { exists, platform } = this.#context;
    const entries: PathEntry[] = [];
    for (const { path, access, origin, text } of paths.values()) {
      if (access === 'write' && path !== '/tmp' && !exists(path)) {
        this.warnings.push({
          origin,
          text: `the writable path ${quote(text)} does not exist: skipped`,
        });
      } else entries.push({ path, access, origin });
    }
    if (!readsAll) {
      for (const path of platform)
        if (!paths.has(path)) entries.push({ path, access: 'read', origin: { layer: 'defaults' } });
    }
    return entries.sort((a, b) => (a.path < b.path ? -1 : 1));
  }
}

function makeRootFault({ origin }: DraftEntry): ProfileFault {
  const hint = 'Choose ":danger-full-access" by default_permissions if that is meant, or name folders';
  return { origin, what: 'writing / would be no wall at all', hint };
}

/** Letters that would mean something in a pattern stand for themselves. */
function escapeGlob(path: string): string {
  return path.replaceAll(/[*?[\]\\]/g, String.raw`\$&`);
}

/** Of a host that is both allowed and denied in one profile, the denial. */
function strictHosts(hosts: readonly DraftHost[]): DraftHost[] {
  return [
    ...hosts.filter(({ access }) => access === 'allow'),
    ...hosts.filter(({ access }) => access === 'deny'),
  ];
}

/** Resolves a profile against the machine. */
export function resolveProfile(
  start: ProfileDraft,
  profiles: ReadonlyMap<string, ProfileDraft>,
  context: ProfileContext,
): ResolvedProfile | ProfileFault {
  const chain = followExtends(start, profiles);
  if ('fault' in chain) return chain.fault;
  const resolver = new ProfileResolver(chain.drafts, context);
  const resolved = resolver.resolve();
  return resolver.fault ?? resolved;
}
