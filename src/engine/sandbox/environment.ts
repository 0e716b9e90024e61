/**
 * The environment of what runs in a session.
 *
 * Promises: variables that look like secrets, that lead to services of the host, or that change how programs load are
 * not passed, and so cannot be read from /proc inside either; git neither runs hooks nor a file monitor; tools that need
 * a cache have one of the session's own.
 * Does not promise to know every secret: a value under an innocent name passes, unless it is an address with a password.
 */
import type { EnvironmentPolicy } from '../../protocol/index.ts';
import { type CacheAccess, cacheVariables } from './environment-caches.ts';
import {
  type EnvironmentRow,
  HOST_VARIABLES,
  LOADER_VARIABLES,
  SECRET_VARIABLES,
  SHELL_VARIABLES,
} from './environment-rules.ts';
import { isInside } from './path-inside.ts';

/** What of the configuration decides about the environment. */
export type EnvironmentAccess = CacheAccess;

export interface ScrubbedEnvironment {
  /** For the launch. */
  readonly passed: Readonly<Record<string, string>>;
  /** For the program inside only: what was asked for although it would change the programs of the wall. */
  readonly inner: Readonly<Record<string, string>>;
  readonly dropped: ReadonlyArray<{ readonly name: string; readonly reason: string }>;
}

/** What git is told, whatever the repository's own configuration says; numbered after entries that are there already. */
const GIT_SETTINGS: ReadonlyArray<readonly [key: string, value: string]> = [
  // Either makes `git status` run a program that the repository names.
  ['core.fsmonitor', 'false'],
  ['core.hooksPath', '/dev/null'],
];

/**
 * Decides variable by variable. Names in `policy.include` pass although they look like secrets, `policy.exclude` never;
 * `policy.set` is applied last. Without a wall (danger-full-access) only what subverts the shell is dropped.
 */
export function scrubEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  policy: EnvironmentPolicy,
  access: EnvironmentAccess,
): ScrubbedEnvironment {
  const passed: Record<string, string> = {};
  const inner: Record<string, string> = {};
  const dropped: Array<{ name: string; reason: string }> = [];
  const isWalled = access.sandboxMode !== 'danger-full-access';
  const isLoader = (name: string): boolean =>
    [...LOADER_VARIABLES, ...SHELL_VARIABLES].some((row) => row.pattern.test(name));
  const pass = (name: string, value: string): void => {
    (isWalled && isLoader(name) ? inner : passed)[name] = value;
  };
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || !isUsable(name, value)) continue;
    const reason = reasonToDrop(name, value, { policy, isWalled });
    if (reason === null) pass(name, value);
    else dropped.push({ name, reason });
  }
  Object.assign(
    passed,
    gitVariables(passed),
    temporaryFolder(passed, access),
    cacheVariables(passed, access),
  );
  for (const [name, value] of Object.entries(policy.set)) if (isUsable(name, value)) pass(name, value);
  return { passed, inner, dropped };
}

interface DropContext {
  readonly policy: EnvironmentPolicy;
  readonly isWalled: boolean;
}

function reasonToDrop(name: string, value: string, { policy, isWalled }: DropContext): string | null {
  if (policy.exclude.some((pattern) => matchesName(pattern, name))) return 'your configuration excludes it';
  if (policy.include.some((pattern) => matchesName(pattern, name))) return null;
  const rows: readonly EnvironmentRow[] = isWalled
    ? [...SHELL_VARIABLES, ...LOADER_VARIABLES, ...HOST_VARIABLES, ...SECRET_VARIABLES]
    : SHELL_VARIABLES;
  const row = rows.find((candidate) => candidate.pattern.test(name));
  if (row !== undefined) return row.reason;
  if (isWalled && /:\/\/[^/\s:@]+:[^/\s@]+@/.test(value)) return 'its value is an address with a password';
  return null;
}

function gitVariables(passed: Readonly<Record<string, string>>): Record<string, string> {
  const given = Number(passed['GIT_CONFIG_COUNT'] ?? '0');
  const first = Number.isSafeInteger(given) && given >= 0 && given < 1000 ? given : 0;
  const variables: Record<string, string> = {
    GIT_CONFIG_COUNT: String(first + GIT_SETTINGS.length),
    // A status that is only looked at must not write the index.
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    GIT_PAGER: 'cat',
  };
  GIT_SETTINGS.forEach(([key, value], place) => {
    variables[`GIT_CONFIG_KEY_${first + place}`] = key;
    variables[`GIT_CONFIG_VALUE_${first + place}`] = value;
  });
  return variables;
}

/** Points TMPDIR at the session's /tmp when the person's own temporary folder cannot be written inside. */
function temporaryFolder(
  passed: Readonly<Record<string, string>>,
  access: EnvironmentAccess,
): Record<string, string> {
  if (access.sandboxMode === 'danger-full-access') return {};
  const hasTmp = access.tmpWritable || access.sandboxMode === 'read-only';
  const given = passed['TMPDIR'];
  if (given === undefined || !hasTmp) return {};
  const isWritable =
    access.sandboxMode === 'workspace-write' && access.writableRoots.some((root) => isInside(given, root));
  return isWritable ? {} : { TMPDIR: '/tmp', TMP: '/tmp', TEMP: '/tmp' };
}

/** A name with `*` for any run of characters, without regard to case. Linear: no pattern language of its own. */
function matchesName(pattern: string, name: string): boolean {
  const parts = pattern.toLowerCase().split('*');
  const text = name.toLowerCase();
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  if (parts.length === 1) return text === first;
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last))
    return false;
  let position = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, position);
    if (found < 0 || found + part.length > text.length - last.length) return false;
    position = found + part.length;
  }
  return true;
}

function isUsable(name: string, value: string): boolean {
  return name !== '' && !name.includes('=') && !name.includes('\0') && !value.includes('\0');
}
