/**
 * What programs try by habit, and do very well without: nobody is asked about it, the wall just says no. Every row is a
 * place where a refusal is harmless, with the reason; nothing here is ever opened.
 */
import type { ConfigSnapshot } from '../protocol/index.ts';
import { isHarmlessGit } from './harmless-git.ts';
import { baseOf } from './path-access-join.ts';

interface QuietRow {
  readonly path: string | RegExp;
  readonly reason: string;
}

/** Below the home folder: the path itself and whatever lies below it. */
const QUIET_IN_HOME: readonly { readonly path: string; readonly reason: string }[] = [
  { path: '.cache', reason: 'caches are rebuilt' },
  { path: '.npm', reason: "npm's logs, cache and update notes" },
  { path: '.yarn', reason: "yarn's cache" },
  { path: '.pnpm-state', reason: "pnpm's notes" },
  { path: '.local/share/pnpm', reason: "pnpm's store and notes" },
  { path: '.config/configstore', reason: 'update notes of Node tools' },
  { path: '.config/.wrangler', reason: 'logs of wrangler' },
  { path: '.node_repl_history', reason: 'line history' },
  { path: '.bash_history', reason: 'line history' },
  { path: '.zsh_history', reason: 'line history' },
  { path: '.python_history', reason: 'line history' },
  { path: '.psql_history', reason: 'line history' },
  { path: '.sqlite_history', reason: 'line history' },
  { path: '.irb_history', reason: 'line history' },
  { path: '.lesshst', reason: 'line history of less' },
  { path: '.viminfo', reason: 'line history of vim' },
  { path: '.vim/.netrwhist', reason: 'folder history of vim' },
  { path: '.wget-hsts', reason: 'notes of wget' },
  { path: '.cargo/.package-cache', reason: "cargo's lock file" },
  { path: '.cargo/.global-cache', reason: "cargo's usage notes" },
  { path: '.local/state', reason: 'state that programs keep for convenience' },
  { path: '.local/share/recently-used.xbel', reason: 'list of recent files' },
  { path: '.dotnet', reason: 'first-run notes of dotnet' },
  { path: '.config/go/telemetry', reason: "go's usage counters" },
  { path: '.gnupg', reason: 'trust database that gpg touches on every start' },
  { path: '.pki', reason: 'certificate database that browsers make on every start' },
  { path: '.matplotlib', reason: 'font cache of matplotlib' },
];

/** Anywhere. */
const QUIET_ANYWHERE: readonly QuietRow[] = [
  { path: /\/__pycache__(\/|$)/, reason: 'compiled Python files, made beside the sources that are read' },
  {
    path: /\/[^/]+\.py[co](\.\d+)?$/,
    reason: 'compiled Python files, made beside the sources that are read',
  },
  { path: /^\/var\/(log|cache)\//, reason: 'logs and caches of the machine, touched in passing' },
  { path: /^\/usr\/.*\/\.?(cache|lock)$/, reason: 'databases of packages, touched in passing' },
  {
    path: /^\/usr\/(local\/)?(lib|lib64|share)\/[^/]+\/extensions$/,
    reason: 'folders of installed programs, made on every start when they are missing',
  },
  { path: /^\/(var\/)?run\/(utmp|lock)/, reason: 'lists of logins and locks of the machine' },
  {
    path: /^\/var\/lib\/(dpkg|apt|rpm|pacman)\/[^/]*lock[^/]*$/,
    reason: 'locks of package databases that are only read',
  },
  {
    path: /^\/etc\/(ld\.so\.cache~?|mtab|adjtime)$/,
    reason: 'files of the machine that tools refresh in passing',
  },
];

/** Only for a git that reads: it would refresh its list of files in passing, and goes on without. */
const QUIET_FOR_READING_GIT: readonly QuietRow[] = [
  {
    path: /\/\.git\/((modules|worktrees)\/.+\/)?index\.lock$/,
    reason: "git's list of files, refreshed in passing",
  },
];

/** Unix sockets of the host, by their real path. */
const QUIET_SOCKETS: readonly QuietRow[] = [
  { path: /^\/(var\/)?run\/u?nscd\//, reason: 'cache of names; the files are read instead' },
  { path: /^\/dev\/log$/, reason: 'system log' },
  { path: /^\/run\/systemd\/journal\//, reason: 'system log' },
  {
    path: /^\/run\/systemd\/(userdb|io\.systemd|resolve\/io\.systemd)/,
    reason: 'look-up of users and hosts',
  },
  { path: /^\/run\/systemd\/notify$/, reason: 'word to the service manager that a service is ready' },
  { path: /^\/var\/lib\/sss\/pipes\//, reason: 'look-up of users' },
  { path: /^\/run\/avahi-daemon\/socket$/, reason: 'look-up of hosts of the local network' },
  { path: /^\/tmp\/\.(X11|ICE)-unix\//, reason: 'probe for a display' },
  { path: /^\/run\/user\/\d+\/wayland-\d+$/, reason: 'probe for a display' },
  { path: /^\/run\/user\/\d+\/(pulse\/native|pipewire-\d+(-manager)?)$/, reason: 'probe for a sound server' },
  {
    path: /^\/run\/(cups\/cups\.sock|pcscd\/pcscd\.comm|uuidd\/request)$/,
    reason: 'probe for a printer, card reader or number server',
  },
  { path: /^\/run\/\.heim_org\.h5l\.kcm-socket$/, reason: 'look-up of Kerberos tickets' },
];

function fits(path: string | RegExp, real: string): boolean {
  return typeof path === 'string' ? real === path || real.startsWith(`${path}/`) : path.test(real);
}

function isReadingGit([program, ...rest]: readonly string[]): boolean {
  return baseOf(program ?? '') === 'git' && isHarmlessGit(rest.map((text) => ({ text, value: text })));
}

/**
 * Why a refused change of this real path is nothing to ask a person about; null when it is. `argv` are the words of the
 * program that tries, where they are known.
 */
export function quietWriteReason(
  real: string,
  { home }: ConfigSnapshot,
  argv: readonly string[] = [],
): string | null {
  const inHome = QUIET_IN_HOME.find(({ path }) => fits(`${home}/${path}`, real));
  const rows = isReadingGit(argv) ? [...QUIET_ANYWHERE, ...QUIET_FOR_READING_GIT] : QUIET_ANYWHERE;
  return (inHome ?? rows.find(({ path }) => fits(path, real)))?.reason ?? null;
}

/** Why a refused connection to this socket is nothing to ask a person about; null when it is. */
export function quietSocketReason(real: string): string | null {
  return QUIET_SOCKETS.find(({ path }) => fits(path, real))?.reason ?? null;
}
