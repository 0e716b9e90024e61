/** Which part of the wall decided about a path: the words for reports and the history. */
import { relative, sep } from 'node:path';
import { decidePath } from '../../policy/index.ts';
import { isInside } from './path-inside.ts';
import { ALWAYS_PROTECTED, RUNS_CODE_LATER } from './protected-names.ts';
import type { OwnFolders, WallSettings } from './sandbox.ts';

export type RuleSettings = Pick<
  WallSettings,
  | 'sandboxMode'
  | 'writableRoots'
  | 'secretPaths'
  | 'protectedNames'
  | 'protectedPaths'
  | 'profile'
  | 'ignored'
>;

export interface RuleQuestion {
  readonly op: 'read' | 'write' | 'connect' | 'exec' | 'other';
  /** Absolute, every link resolved. */
  readonly path: string;
}

/** The rule that stops `op` on `path`; null when the wall does not (ordinary permission may). */
export function nameWallRule(
  { op, path }: RuleQuestion,
  settings: RuleSettings,
  folders?: OwnFolders,
): string | null {
  if (settings.sandboxMode === 'danger-full-access') return null;
  const own = folders === undefined ? [] : [folders.sallyportHome, folders.runtimeDir];
  if (own.some((folder) => isInside(path, folder)))
    return 'Sallyport keeps its own folders out of every sandbox';
  const closed = nameClosed(path, settings);
  if (closed !== null) return closed;
  if (op === 'connect') return 'host unix sockets are opened one by one';
  if (op !== 'write') return null;
  if (settings.sandboxMode === 'read-only') return 'read-only mode';
  const { profile = null, ignored = null, secretPaths } = settings;
  const decision = decidePath(path, { profile, ignored, secretPaths });
  if (decision.kind === 'read') return `profile: only reads ${decision.by.path}`;
  const root = settings.writableRoots.find((entry) => isInside(path, entry));
  return root === undefined ? 'outside the writable folders' : nameProtection(path, root, settings);
}

/** What keeps a path from being read too. */
function nameClosed(
  path: string,
  { profile = null, ignored = null, secretPaths }: RuleSettings,
): string | null {
  const decision = decidePath(path, { profile, ignored, secretPaths });
  switch (decision.kind) {
    case 'secret':
      return `secret: ${decision.path}`;
    case 'deny':
      return `profile: denies ${decision.by.path}`;
    case 'deny-glob':
      return `profile: denies ${decision.glob}`;
    case 'ignored':
      return `.sallyportignore: line ${decision.line}`;
    case 'unlisted':
      return 'profile: not among what may be read';
    default:
      return null;
  }
}

function nameProtection(path: string, root: string, settings: RuleSettings): string | null {
  const listed = settings.protectedPaths.find((entry) => isInside(path, entry));
  if (listed !== undefined) return `protected_paths: ${listed}`;
  const inside = relative(root, path);
  const parts = inside.split(sep);
  const always = ALWAYS_PROTECTED.find(({ name }) => parts.includes(name));
  if (always !== undefined) return `protected: ${always.name} (${always.reason})`;
  const named = settings.protectedNames.find((name) => parts.includes(name));
  if (named !== undefined) return `protected: ${named}`;
  const row = RUNS_CODE_LATER.find(({ name }) => isInside(sep + inside, sep + name));
  return row === undefined ? null : `protected: ${row.name} (${row.reason})`;
}
