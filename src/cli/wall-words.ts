import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Fault, LIMIT_FLAGS, LIMIT_NAMES, type LimitName, type SandboxMode } from '../protocol/index.ts';
import { currentFolder } from './current-folder.ts';

/** What of the network was typed. */
export interface WallHosts {
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  readonly publish: readonly string[];
}

/** The words of `sandbox` and `debug`, parsed by hand: nothing is loaded for it. */
export interface WallWords {
  readonly mode: SandboxMode;
  readonly cwd: string;
  readonly addDirs: readonly string[];
  readonly denyRead: readonly string[];
  readonly limits: Readonly<Partial<Record<LimitName, string>>>;
  readonly hosts: WallHosts;
  /** Only `sandbox` has it. */
  readonly report?: string;
  readonly argv: readonly [string, ...string[]];
}

const PLATFORMS: Readonly<Record<string, NodeJS.Platform>> = {
  linux: 'linux',
  macos: 'darwin',
  windows: 'win32',
};
const MODES: readonly SandboxMode[] = ['read-only', 'workspace-write', 'danger-full-access'];

interface ReadWords {
  report?: string;
  mode: string;
  cwd: string;
  readonly addDirs: string[];
  readonly denyRead: string[];
  readonly limits: Partial<Record<LimitName, string>>;
  readonly hosts: { readonly allow: string[]; readonly deny: string[]; readonly publish: string[] };
}

/** Flags alone, and flags with a value. */
const SWITCHES: Readonly<Record<string, (read: ReadWords) => void>> = {
  '--full-auto': (read) => {
    read.mode = 'workspace-write';
  },
  '--yolo': (read) => {
    read.mode = 'danger-full-access';
  },
  '--dangerously-bypass-approvals-and-sandbox': (read) => {
    read.mode = 'danger-full-access';
  },
};
const VALUES: Readonly<Record<string, (read: ReadWords, value: string) => void>> = {
  '-s': setMode,
  '--sandbox': setMode,
  '-C': setFolder,
  '--cd': setFolder,
  '--report': (read, value) => {
    read.report = value;
  },
  '--add-dir': (read, value) => read.addDirs.push(resolve(value)),
  '--deny-read': (read, value) => read.denyRead.push(resolve(value)),
  '--allow-domain': (read, value) => read.hosts.allow.push(value),
  '--deny-domain': (read, value) => read.hosts.deny.push(value),
  '--publish': (read, value) => read.hosts.publish.push(value),
  ...Object.fromEntries(LIMIT_NAMES.map((name) => [`--${LIMIT_FLAGS[name]}`, setLimit(name)])),
};

function setMode(read: ReadWords, value: string): void {
  read.mode = value;
}

function setLimit(name: LimitName): (read: ReadWords, value: string) => void {
  return (read, value) => {
    read.limits[name] = value;
  };
}

function setFolder(read: ReadWords, value: string): void {
  read.cwd = resolve(value);
}

function usage(message: string): Fault {
  return new Fault({ kind: 'user', code: 'usage', message, hint: 'see `sallyport sandbox --help`' });
}

/** The flags, as the help of `sandbox` shows them. */
export const WALL_FLAGS_HELP = `  -s, --sandbox MODE   read-only, workspace-write (default) or danger-full-access
  -C, --cd DIR         work in this folder
  --add-dir DIR        a further folder that may be written (may be repeated)
  --deny-read PATH     a path that cannot be read inside (may be repeated)
  --max-procs N        at most N processes and threads at once (default 4096)
  --max-memory SIZE    at most so much memory, such as 400M or 50% (default 80% of the machine's)
  --max-file-size SIZE no file grows larger, such as 50M
  --max-open-files N   at most N open files in each process
  --max-time DURATION  end it after this time, such as 10m; each of these limits takes off, too
  --full-auto          workspace-write
  --yolo, --dangerously-bypass-approvals-and-sandbox
                       no wall at all
`;

/**
 * Parses `[linux|macos|windows] [flags] -- CMD`. `'help'` when help was asked for. Throws a `user` fault for a wrong
 * command line.
 */
export function readWallWords(words: readonly string[]): WallWords | 'help' {
  const read: ReadWords = {
    mode: 'workspace-write',
    cwd: currentFolder(),
    addDirs: [],
    denyRead: [],
    limits: {},
    hosts: { allow: [], deny: [], publish: [] },
  };
  const rest = [...words];
  for (let word = rest[0]; word?.startsWith('-') === true; word = rest[0]) {
    rest.shift();
    if (word === '-h' || word === '--help') return 'help';
    if (word === '--') break;
    takeFlag(read, word, rest);
  }
  const [program, ...more] = rest;
  if (program === undefined) throw usage('which command?');
  const mode = MODES.find((known) => known === read.mode);
  if (mode === undefined) {
    throw usage(`--sandbox must be one of ${MODES.join(', ')}, not ${read.mode}`);
  }
  return { ...read, mode, argv: [program, ...more] };
}

function takeFlag(read: ReadWords, word: string, rest: string[]): void {
  const equals = word.startsWith('--') ? word.indexOf('=') : -1;
  const flag = equals === -1 ? word : word.slice(0, equals);
  const turnOn = Object.hasOwn(SWITCHES, word) ? SWITCHES[word] : undefined;
  if (turnOn !== undefined) {
    turnOn(read);
    return;
  }
  const set = Object.hasOwn(VALUES, flag) ? VALUES[flag] : undefined;
  if (set === undefined) throw usage(`unknown option ${flag}`);
  const value = equals === -1 ? rest.shift() : word.slice(equals + 1);
  if (value === undefined) throw usage(`${flag} needs a value`);
  set(read, value);
}

/** Sentences about paths to deny that are not there: nothing is closed for them, and a pattern is none here. */
export function warnOfMissing(denyRead: readonly string[]): string[] {
  return denyRead
    .filter((path) => !existsSync(path))
    .map((path) => {
      const why = /[*?[]/.test(path) ? ' (patterns stand in permission profiles only)' : '';
      return `--deny-read ${JSON.stringify(path)}: there is no such path, so nothing is closed for it${why}`;
    });
}

/** The words after the name of a system, if there is one. Throws a `host` fault for another system's name. */
export function skipPlatformName(words: readonly string[]): readonly string[] {
  const [name = '', ...rest] = words;
  const platform = Object.hasOwn(PLATFORMS, name) ? PLATFORMS[name] : undefined;
  if (platform === undefined) return words;
  if (platform === process.platform) return rest;
  throw new Fault({
    kind: 'host',
    code: 'foreign-platform',
    message: `the ${name} wall cannot be built here: this is ${process.platform}`,
    hint: `leave out \`${name}\` to use the wall of this system`,
  });
}
