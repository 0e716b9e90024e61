/**
 * The seatbelt profile of one launch on macOS, as text with parameters. Pure: macOS' rules for paths on every platform.
 *
 * Promises: writing only below the writable roots, the session's own temporary folder and what was granted; protected
 * names in a root stay as they are in any letter case and depth, also when they do not exist; protected paths cannot be
 * moved away by moving a folder above them; secrets and our own folders cannot be read; no network but what is named.
 * The last rule that fits decides, so the order of the parts is the guard. Paths never stand in the text: they are
 * parameters, which need no quoting.
 * Does not promise what no profile can: processes that leave their group are not held, a rename is not told apart from
 * a removal and a creation.
 */
import type { AccessProfile } from '../../protocol/index.ts';
import type { WallSettings } from './sandbox.ts';
import { seatbeltPattern } from './seatbelt-pattern.ts';

/** The fixed parts, read from files. */
export interface SeatbeltSections {
  readonly base: string;
  readonly networkOn: string;
  readonly networkLoopback: string;
}

/** What was opened on top of the settings. Real paths. */
export interface SeatbeltGrant {
  readonly path: string;
  readonly mode: 'ro' | 'rw';
  readonly readOnly: readonly string[];
  readonly hidden: readonly string[];
}

export interface SeatbeltPlan {
  readonly settings: Pick<
    WallSettings,
    | 'sandboxMode'
    | 'writableRoots'
    | 'tmp'
    | 'tmpWritable'
    | 'networkAccess'
    | 'secretPaths'
    | 'protectedNames'
    | 'profile'
  >;
  /** The session's own folder for temporary files. */
  readonly temporary: string;
  /** Real paths that a pattern of the profile or `.sallyportignore` hides now. */
  readonly denied?: readonly string[];
  /** Real paths that stay read-only although a root holds them. */
  readonly readOnly: readonly string[];
  /** Folders that must not be moved or removed, for something protected lies below. */
  readonly pins: readonly string[];
  readonly grants: readonly SeatbeltGrant[];
  /** Our own folders. */
  readonly own: readonly string[];
  readonly askSocket: string | null;
  /** Written into the system's log with each refusal. */
  readonly tag: string;
}

export interface SeatbeltProfile {
  readonly text: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Collects rules and gives each path a parameter, one for all its uses. */
class ProfileText {
  readonly #names = new Map<string, string>();
  readonly #parts: string[] = [];

  get parameters(): Readonly<Record<string, string>> {
    return Object.fromEntries([...this.#names].map(([path, name]) => [name, path]));
  }

  get text(): string {
    return `${this.#parts.join('\n')}\n`;
  }

  add(...lines: readonly string[]): void {
    this.#parts.push(...lines);
  }

  /** One rule for paths and all below them; none without paths. */
  rule(verdict: 'allow' | 'deny', operations: string, paths: readonly string[]): void {
    if (paths.length === 0) return;
    this.add(`(${verdict} ${operations}`, ...paths.map((path) => `  (subpath ${this.param(path)})`), ')');
  }

  param(path: string): string {
    const name = this.#names.get(path) ?? `PATH_${this.#names.size}`;
    this.#names.set(path, name);
    return `(param "${name}")`;
  }
}

/** Makes the profile. Every path of the plan must be real and, on macOS, canonical (`/private/tmp`, not `/tmp`). */
export function seatbeltProfile(plan: SeatbeltPlan, sections: SeatbeltSections): SeatbeltProfile {
  const out = new ProfileText();
  out.add(
    '(version 1)',
    `(deny default (with message "${plan.tag.replaceAll(/[^\w-]/g, '')}"))`,
    sections.base,
  );
  addNetwork(out, plan, sections);
  const roots = writableRoots(plan);
  addFiles(out, plan, roots);
  addProtection(out, plan, roots);
  const denied = (plan.settings.profile?.denyGlobs ?? []).map(seatbeltPattern);
  addDenied(out, plan, denied);
  for (const grant of plan.grants) addGrant(out, withDenied(grant, plan), plan.settings.protectedNames);
  out.rule('deny', 'file-read* file-write* network-outbound', plan.own);
  addAskSocket(out, plan.askSocket);
  return { text: out.text, parameters: out.parameters };
}

/**
 * What may be read and written, the outer before the inner: of two rules the later one decides. Without a profile reading
 * comes first and everywhere, and what is hidden behind it.
 */
function addFiles(out: ProfileText, { settings, temporary }: SeatbeltPlan, roots: readonly string[]): void {
  const { profile, secretPaths } = settings;
  if (!profile) {
    out.add('(allow file-read*)');
    out.rule('allow', 'file-write*', roots);
    out.rule('deny', 'file-read* file-write*', secretPaths);
    return;
  }
  if (profile.readsAll) out.add('(allow file-read*)');
  else addWayTo(out, [temporary, ...openPaths(profile)]);
  const scratch = roots.filter((root) => !settings.writableRoots.includes(root));
  out.rule('allow', 'file-read* file-write*', scratch);
  const steps = [
    ...secretPaths.map((path) => ({ path, access: 'deny' as const })),
    ...profile.entries.filter(({ path }) => path !== '/tmp'),
  ].sort((a, b) => depthOf(a.path) - depthOf(b.path) || STRENGTH[a.access] - STRENGTH[b.access]);
  for (const { path, access } of steps) {
    if (access === 'deny') out.rule('deny', 'file-read* file-write*', [path]);
    if (access === 'write') out.rule('allow', 'file-read* file-write*', [path]);
    if (access === 'read') {
      out.rule('allow', 'file-read*', [path]);
      out.rule('deny', 'file-write*', [path]);
    }
  }
}

/** At one path the later rule is the stricter one; an entry for a secret itself has taken it out of the list. */
const STRENGTH = { read: 0, write: 1, deny: 2 } as const;

function depthOf(path: string): number {
  return path.split('/').length;
}

function openPaths(profile: AccessProfile): string[] {
  return profile.entries.flatMap(({ access, path }) => (access === 'deny' ? [] : [path]));
}

/** The folders above: known to exist, and no more, or nothing in them could be reached. */
function addWayTo(out: ProfileText, paths: readonly string[]): void {
  const above = new Set<string>(['/']);
  for (const path of paths)
    for (let at = path; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) above.add(at);
  const literals = [...above].map((path) => `  (literal ${out.param(path)})`);
  out.add('(allow file-read-metadata', ...literals, ')', `(allow file-read* (literal ${out.param('/')}))`);
}

/** What patterns deny, as they are and where they were found. */
function addDenied(out: ProfileText, { denied = [] }: SeatbeltPlan, patterns: readonly string[]): void {
  for (const pattern of patterns) out.add(`(deny file-read* file-write* (regex #"${pattern}"))`);
  out.rule('deny', 'file-read* file-write*', denied);
}

/** A grant opens what it names, and not what is denied below it. */
function withDenied(grant: SeatbeltGrant, { settings, denied = [] }: SeatbeltPlan): SeatbeltGrant {
  const entries = (settings.profile?.entries ?? []).filter(({ access }) => access === 'deny');
  const below = [...entries.map(({ path }) => path), ...denied].filter((path) =>
    path.startsWith(`${grant.path}/`),
  );
  return { ...grant, hidden: [...grant.hidden, ...below] };
}

function writableRoots({ settings, temporary }: SeatbeltPlan): string[] {
  const isReadOnly = settings.sandboxMode === 'read-only';
  const isShared = settings.tmp === 'shared' && settings.tmpWritable && !isReadOnly;
  const scratch = isReadOnly || settings.tmpWritable ? [temporary] : [];
  return [...scratch, ...(isShared ? ['/private/tmp'] : []), ...(isReadOnly ? [] : settings.writableRoots)];
}

function addProtection(out: ProfileText, plan: SeatbeltPlan, roots: readonly string[]): void {
  for (const root of roots) denyNamesBelow(out, root, plan.settings.protectedNames);
  out.rule('deny', 'file-write*', plan.readOnly);
  // A folder above something protected stays where it is: else it is moved away and made anew without protection.
  if (plan.pins.length > 0)
    out.add('(deny file-write-unlink', ...plan.pins.map((path) => `  (literal ${out.param(path)})`), ')');
}

/** Below `root`, whatever has one of the names as a part of its path, in any letter case. */
function denyNamesBelow(out: ProfileText, root: string, names: readonly string[]): void {
  for (const name of names) {
    // The root's own path may hold the name (`~/.codex/worktrees/a`): then it takes one more to be below the root.
    const before = root.split('/').filter((part) => part.toLowerCase() === name.toLowerCase()).length;
    const pattern = `/${Array.from({ length: before + 1 }, () => anyCase(name)).join('/(.*/)?')}(/|$)`;
    out.add(`(deny file-write* (require-all (subpath ${out.param(root)}) (regex #"${pattern}")))`);
  }
}

/** `.git` as `\.[gG][iI][tT]`: the file system does not tell cases apart, and a pattern does. */
function anyCase(name: string): string {
  return [...name]
    .map((letter) => {
      const [lower, upper] = [letter.toLowerCase(), letter.toUpperCase()];
      if (lower !== upper) return `[${lower}${upper}]`;
      return /[\w-]/.test(letter) ? letter : `\\${letter}`;
    })
    .join('');
}

/** A granted path, with what stays closed below it. */
function addGrant(out: ProfileText, grant: SeatbeltGrant, protectedNames: readonly string[]): void {
  out.rule('allow', 'file-read*', [grant.path]);
  if (grant.mode === 'rw') {
    out.rule('allow', 'file-write*', [grant.path]);
    out.rule('deny', 'file-write*', grant.readOnly);
    denyNamesBelow(out, grant.path, protectedNames);
    out.add(`(allow network-outbound (literal ${out.param(grant.path)}))`);
  }
  out.rule('deny', 'file-read* file-write*', grant.hidden);
}

/** Behind the loopback rule no address can be dialled: what no rule names is denied. */
function addNetwork(out: ProfileText, { settings }: SeatbeltPlan, sections: SeatbeltSections): void {
  out.add(settings.networkAccess ? sections.networkOn : sections.networkLoopback);
}

/** The one thing of our folders that programs reach: where questions are put. */
function addAskSocket(out: ProfileText, socket: string | null): void {
  if (socket === null) return;
  const path = out.param(socket);
  out.add(`(allow file-read* (literal ${path}))`, `(allow network-outbound (literal ${path}))`);
}
