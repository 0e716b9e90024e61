/**
 * Files that programs try to write by habit, and do very well without: nobody is asked about them, the wall just says
 * no. Every row is a place where a refusal is harmless; nothing here is ever opened.
 */
import type { ConfigSnapshot } from '../protocol/index.ts';

/** Below the home folder. */
const QUIET_IN_HOME: readonly { readonly path: string; readonly reason: string }[] = [
  { path: '.cache', reason: 'caches are rebuilt' },
  { path: '.npm', reason: "npm's logs, cache and update notes" },
  { path: '.config/configstore', reason: 'update notes of Node tools' },
  { path: '.node_repl_history', reason: 'line history' },
  { path: '.bash_history', reason: 'line history' },
  { path: '.python_history', reason: 'line history' },
  { path: '.lesshst', reason: 'line history of less' },
  { path: '.viminfo', reason: 'line history of vim' },
  { path: '.wget-hsts', reason: 'notes of wget' },
  { path: '.cargo/.package-cache', reason: "cargo's lock file" },
  { path: '.cargo/.global-cache', reason: "cargo's usage notes" },
  { path: '.local/state', reason: 'state that programs keep for convenience' },
  { path: '.dotnet', reason: 'first-run notes of dotnet' },
  { path: '.gnupg', reason: 'trust database that gpg touches on every start' },
];

/** Anywhere. */
const QUIET_NAMES: readonly RegExp[] = [
  // Python writes compiled files beside the sources it reads.
  /\/__pycache__(\/|$)/,
  /\.py[co](\.\d+)?$/,
  // Terminal and package databases that are touched in passing.
  /^\/var\/(log|cache)\//,
  /^\/usr\/.*\/\.?(cache|lock)$/,
];

/** True when a refused write of this real path is nothing to ask a person about. */
export function isQuietWrite(real: string, snapshot: ConfigSnapshot): boolean {
  if (QUIET_NAMES.some((name) => name.test(real))) return true;
  return QUIET_IN_HOME.some(
    ({ path }) => real === `${snapshot.home}/${path}` || real.startsWith(`${snapshot.home}/${path}/`),
  );
}
