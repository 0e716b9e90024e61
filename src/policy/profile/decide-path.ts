/**
 * The one reading of a session's lists of paths, for the judging of steps and for every wall. Promises: of secrets and
 * entries the longest that holds the path decides, and an entry of a profile beats a secret of the same path; what a
 * pattern or `.sallyportignore` hides is hidden whatever else is said. Knows nothing of protected paths, of the
 * session's own temporary files and of devices.
 */
import type { ConfigSnapshot, PathEntry } from '../../protocol/index.ts';
import { findIgnoringLine } from './ignore-list.ts';
import { findAbove, findDenyingGlob, findEntry } from './profile-index.ts';

/** The part of a configuration that speaks of paths. */
type PathLists = Pick<ConfigSnapshot, 'secretPaths'> & Partial<Pick<ConfigSnapshot, 'profile' | 'ignored'>>;

/** What decided, and for what. */
export type PathDecision =
  | { readonly kind: 'secret'; readonly path: string }
  | { readonly kind: 'deny'; readonly by: PathEntry }
  | { readonly kind: 'deny-glob'; readonly glob: string }
  /** A line of `.sallyportignore`. */
  | { readonly kind: 'ignored'; readonly line: number }
  | { readonly kind: 'write' | 'read'; readonly by: PathEntry }
  /** No list speaks of it; the profile lets everything be read that it does not name. */
  | { readonly kind: 'open' }
  /** No list speaks of it, and only what is listed may be read. */
  | { readonly kind: 'unlisted' };

const SECRETS = new WeakMap<readonly string[], ReadonlySet<string>>();

function secretAbove(path: string, secrets: readonly string[]): string | undefined {
  if (secrets.length === 0) return undefined;
  let set = SECRETS.get(secrets);
  if (set === undefined) {
    set = new Set(secrets);
    SECRETS.set(secrets, set);
  }
  const known = set;
  return findAbove(path, (ancestor) => (known.has(ancestor) ? ancestor : undefined));
}

/** What the lists say of an absolute real path. */
export function decidePath(real: string, { profile, ignored, secretPaths }: PathLists): PathDecision {
  const line = ignored ? findIgnoringLine(real, ignored) : null;
  if (line !== null) return { kind: 'ignored', line };
  const secret = secretAbove(real, secretPaths);
  if (!profile) return secret === undefined ? { kind: 'open' } : { kind: 'secret', path: secret };
  const glob = findDenyingGlob(real, profile);
  if (glob !== undefined) return { kind: 'deny-glob', glob };
  const entry = findEntry(real, profile);
  if (secret !== undefined && (entry === undefined || entry.path.length < secret.length))
    return { kind: 'secret', path: secret };
  if (entry !== undefined)
    return entry.access === 'deny' ? { kind: 'deny', by: entry } : { kind: entry.access, by: entry };
  // The names at the top are no secret, and without them no path can be walked.
  return profile.readsAll || real === '/' ? { kind: 'open' } : { kind: 'unlisted' };
}

/** True when a decision lets the path be read. */
export function isReadable({ kind }: PathDecision): boolean {
  return kind === 'write' || kind === 'read' || kind === 'open';
}
