/**
 * Looks a resolved permission profile over for what is allowed to be written and is probably not meant. Pure: what is on
 * this machine comes as facts. Promises: every finding names the entry and says what follows from it.
 */
import type { ConfigOrigin, PathEntry } from '../../protocol/index.ts';
import { findDenyingGlob, findEntry } from './profile-index.ts';
import type { DraftEntry, ProfileDraft } from './read-profile.ts';
import type { ResolvedProfile } from './resolve-profile.ts';

/** Something to look at again. */
export interface ProfileFinding {
  readonly code:
    | 'contradiction'
    | 'writes-home'
    | 'writes-system'
    | 'opens-secret'
    | 'broad-host'
    | 'shadowed'
    | 'missing'
    | 'programs'
    | 'platform'
    | 'note';
  /** A sentence. */
  readonly text: string;
  readonly origin: ConfigOrigin;
}

/** What is so on this machine. Real paths. */
interface LintFacts {
  readonly home: string;
  readonly platform: 'linux' | 'darwin' | 'win32';
  readonly secretPaths: readonly string[];
  /** Folders that programs are looked for in, where they exist. */
  readonly searchPath: readonly string[];
  readonly exists: (path: string) => boolean;
}

const SYSTEM_FOLDERS = [
  '/usr',
  '/etc',
  '/bin',
  '/sbin',
  '/lib',
  '/boot',
  '/var',
  '/System',
  '/Library',
  '/opt',
];

function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`);
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

const DONE: Record<PathEntry['access'], string> = { read: 'read', write: 'written', deny: 'denied' };

type Add = (code: ProfileFinding['code'], origin: ConfigOrigin | undefined, text: string) => void;

/** The same text twice in one profile, with two meanings. */
function lintDraft(draft: ProfileDraft, add: Add): void {
  const seen = new Map<string, DraftEntry>();
  for (const entry of draft.entries) {
    const key = `${entry.kind} ${entry.path}`;
    const other = seen.get(key);
    if (other === undefined) seen.set(key, entry);
    else if (other.access === entry.access) add('shadowed', entry.origin, `${entry.text} stands twice`);
    else {
      const text = `${entry.text} is to be ${DONE[other.access]} and ${DONE[entry.access]}: the stricter counts`;
      add('contradiction', entry.origin, text);
    }
  }
  const hosts = new Map<string, string>();
  for (const { text, access, origin } of draft.hosts) {
    const key = text.toLowerCase();
    const other = hosts.get(key);
    if (other !== undefined && other !== access)
      add('contradiction', origin, `${text} is allowed and denied: deny counts`);
    hosts.set(key, access);
  }
}

function lintWide({ access, path, origin }: PathEntry, { home }: LintFacts, add: Add): void {
  if (access !== 'write') return;
  if (isIn(home, path))
    add('writes-home', origin, `${path} holds the whole home folder: all of it may be written`);
  const system = SYSTEM_FOLDERS.find(
    (folder) => path === folder || (isIn(path, folder) && folder !== '/var' && folder !== '/opt'),
  );
  if (system !== undefined)
    add('writes-system', origin, `${path} may be written: programs of the whole machine are in ${system}`);
}

function lintSecret({ access, path, origin }: PathEntry, { secretPaths }: LintFacts, add: Add): void {
  const secret = access === 'deny' ? undefined : secretPaths.find((other) => isIn(path, other));
  if (secret !== undefined) add('opens-secret', origin, `${path} is a secret (${secret}), and can be read`);
}

/** Entries that change nothing. */
function lintShadow(entry: PathEntry, resolved: ResolvedProfile, facts: LintFacts, add: Add): void {
  const { profile } = resolved;
  const { access, path, origin } = entry;
  const above = findEntry(parentOf(path), profile);
  const overSecret = facts.secretPaths.some(
    (secret) => isIn(path, secret) && isIn(secret, above?.path ?? '/'),
  );
  const glob = access === 'deny' ? undefined : findDenyingGlob(path, profile);
  if (glob !== undefined) add('shadowed', origin, `${path} stays closed: ${glob} denies it`);
  else if (overSecret) return;
  else if (above?.access === access && above.path !== '/tmp')
    add('shadowed', origin, `${path} is ${DONE[access]} already, by ${above.path}`);
  else if (above === undefined && access === 'read' && profile.readsAll)
    add('shadowed', origin, `${path} can be read anyway, as everything can`);
  else if (above === undefined && access === 'deny' && !profile.readsAll)
    add('shadowed', origin, `${path} cannot be read anyway: nothing above it is listed`);
}

function lintHosts({ hosts }: ResolvedProfile, add: Add): void {
  const allowsAll = hosts.find(({ text, access }) => text === '*' && access === 'allow');
  for (const host of hosts) {
    if (host.access !== 'allow') continue;
    const { text, origin } = host;
    const plain = text.replace(/:\d+$/, '');
    if (plain === '*') add('broad-host', origin, `${text} allows every host: nothing is asked about`);
    else if (/^\*{1,2}\.[^.]+$/.test(plain))
      add('broad-host', origin, `${text} allows a whole top-level domain`);
    if (allowsAll !== undefined && host !== allowsAll)
      add('shadowed', origin, `${text} is allowed already, by *`);
  }
}

/** What the wall of this system cannot keep, or keeps otherwise. */
function lintPlatform(
  { profile, isFull }: ResolvedProfile,
  facts: LintFacts,
  origin: ConfigOrigin,
  add: Add,
): void {
  if (isFull) return;
  const { denyGlobs, entries, readsAll } = profile;
  if (facts.platform !== 'darwin') {
    for (const glob of denyGlobs.filter((text) => /^\/[^/]*[*?[]/.test(text)))
      add(
        'platform',
        origin,
        `${glob} is looked for only in folders that are listed, and not on the whole machine`,
      );
  }
  if (facts.platform !== 'win32') return;
  if (readsAll)
    add(
      'platform',
      origin,
      'Windows lets a session read only the workspace, tool folders and what is listed',
    );
  const closed = entries.filter(({ access }) => access === 'deny');
  for (const { path, access, origin: place } of entries) {
    if (access !== 'deny' && closed.some((deny) => isIn(path, deny.path)))
      add('platform', place, `${path} stays closed on Windows: a folder above it is denied`);
  }
}

/** All findings of a profile, in the order of its entries. `chain`: its drafts, nearest first. */
export function lintProfile(
  resolved: ResolvedProfile,
  chain: readonly ProfileDraft[],
  facts: LintFacts,
): ProfileFinding[] {
  const findings: ProfileFinding[] = [];
  const own = chain[0]?.origin ?? { layer: 'defaults' as const };
  const add: Add = (code, origin, text) => void findings.push({ code, text, origin: origin ?? own });
  for (const { origin, text } of resolved.warnings) add('note', origin, text);
  const [first] = chain;
  if (first !== undefined) lintDraft(first, add);
  for (const entry of resolved.profile.entries) {
    if (entry.origin?.layer === 'defaults' || entry.path === '/tmp') continue;
    lintWide(entry, facts, add);
    lintSecret(entry, facts, add);
    lintShadow(entry, resolved, facts, add);
    if (!facts.exists(entry.path)) add('missing', entry.origin, `${entry.path} does not exist`);
  }
  lintHosts(resolved, add);
  lintPlatform(resolved, facts, own, add);
  for (const folder of resolved.profile.readsAll ? [] : facts.searchPath) {
    const entry = findEntry(folder, resolved.profile);
    if (entry === undefined || entry.access === 'deny')
      add(
        'programs',
        own,
        `programs in ${folder} cannot start: it is on the search path, and cannot be read`,
      );
  }
  return findings;
}
