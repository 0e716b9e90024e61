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

/**
 * Below the home folder: a path itself and whatever lies below it, or a pattern of what follows the home folder. Programs
 * write many of these under another name first (`.lesshsQ`, `.viminfz.tmp`, `.bash_history-00042.tmp`) and then move them.
 */
const QUIET_IN_HOME: readonly QuietRow[] = [
  { path: '.cache', reason: 'caches are rebuilt' },
  { path: '.npm', reason: "npm's logs, cache and update notes" },
  { path: '.yarn', reason: "yarn's cache" },
  { path: '.pnpm-state', reason: "pnpm's notes" },
  { path: '.local/share/pnpm', reason: "pnpm's store and notes" },
  { path: '.config/configstore', reason: 'update notes of Node tools' },
  { path: '.config/.wrangler', reason: 'logs of wrangler' },
  { path: /^\.config\/(nextjs-nodejs|astro)(\/|$)/, reason: 'usage counters of Node tools' },
  { path: /^\.[a-z_]+_history([-.][\w.~-]*)?$/, reason: 'line history' },
  { path: /^\.(histfile|octave_hist|Rhistory)$/, reason: 'line history' },
  { path: /^\.zcompdump[\w.-]*$/, reason: 'what zsh can complete, found again at each start' },
  { path: /^\.local\/share\/fish\/fish_history[\w.-]*$/, reason: 'line history of fish' },
  { path: /^(\.local\/share\/|[._])lesshs[tQZ]$/, reason: 'line history of less' },
  { path: /^\.viminf(o|[a-z]\.tmp|o\.tmp)$/, reason: 'line history of vim' },
  { path: '.vim/.netrwhist', reason: 'folder history of vim' },
  { path: '.local/share/nano', reason: 'line history of nano' },
  { path: '.w3m', reason: 'history of w3m' },
  { path: '.wget-hsts', reason: 'notes of wget' },
  { path: /^\.cargo\/\.package-cache(-mutate)?$/, reason: "cargo's lock files, which every build takes" },
  { path: /^\.cargo\/\.global-cache(-journal|-wal|-shm)?$/, reason: "cargo's usage notes" },
  { path: '.local/state', reason: 'state that programs keep for convenience' },
  { path: /^\.local\/share\/recently-used\.xbel[\w.]*$/, reason: 'list of recent files' },
  { path: '.dotnet', reason: 'first-run notes of dotnet' },
  { path: '.config/go/telemetry', reason: "go's usage counters" },
  { path: '.gnupg', reason: 'trust database that gpg touches on every start' },
  { path: '.pki', reason: 'certificate database that browsers make on every start' },
  { path: '.dbus', reason: 'notes of a message bus that is not reached inside' },
  { path: '.config/pulse', reason: 'notes of a sound server that is not reached inside' },
  { path: '.config/ibus', reason: 'notes of an input method that is not reached inside' },
  { path: '.config/htop', reason: 'settings that htop writes at each end' },
  { path: '.java', reason: 'preferences and font cache of Java' },
  { path: '.nv', reason: 'shader cache of graphics cards' },
  { path: '.fontconfig', reason: 'font cache' },
  { path: '.kube/cache', reason: "kubectl's cache" },
  { path: /^\.(config\/)?matplotlib(\/|$)/, reason: 'font cache of matplotlib' },
];

/** Folders that these make in passing, when they are missing, and then do without; for others they are worth a question. */
const MADE_IN_PASSING = {
  programs: /^(top|htop|less|man|nano|n?vim?|view|vimdiff|vim\.\w+)$/,
  path: /^\.(config(\/procps)?|local(\/share)?)$/,
  reason: 'folders for settings and histories, made in passing',
};

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
  {
    path: /\/\.[^/]+\.sw[a-px]$/,
    reason: 'what vim keeps beside a file that it shows, and puts elsewhere when it cannot',
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

/** Only for pnpm, which looks in every folder above the project for one that it could link from. */
const QUIET_FOR_PNPM: readonly QuietRow[] = [
  { path: /\/_tmp_\d+_[0-9a-f]+$/, reason: 'a trial, after which pnpm keeps its store beside the project' },
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

/** By its own name, or as the script of an interpreter. */
function isPnpm(argv: readonly string[]): boolean {
  return argv.slice(0, 2).some((word) => /^(pnpm|pnpx|pn)(\.[cm]?js)?$/.test(baseOf(word)));
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
  const below = real.startsWith(`${home}/`) ? real.slice(home.length + 1) : null;
  const inHome = below === null ? undefined : QUIET_IN_HOME.find(({ path }) => fits(path, below));
  if (inHome !== undefined) return inHome.reason;
  const { programs, path: folders, reason } = MADE_IN_PASSING;
  if (below !== null && folders.test(below) && programs.test(baseOf(argv[0] ?? ''))) return reason;
  const rows = [
    ...QUIET_ANYWHERE,
    ...(isReadingGit(argv) ? QUIET_FOR_READING_GIT : []),
    ...(isPnpm(argv) ? QUIET_FOR_PNPM : []),
  ];
  return rows.find(({ path }) => fits(path, real))?.reason ?? null;
}

/** Why a refused connection to this socket is nothing to ask a person about; null when it is. */
export function quietSocketReason(real: string): string | null {
  return QUIET_SOCKETS.find(({ path }) => fits(path, real))?.reason ?? null;
}
