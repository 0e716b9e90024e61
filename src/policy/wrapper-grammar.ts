import { LOADING, MORE_GRAMMARS, PERF, SETARCH } from './more-grammars.ts';

/**
 * How a launcher's command line is read up to the command it starts. Promise: an option that is not in the table is
 * never skipped by guess. Without it `timeout --unknown rm x` could be shown as something else than what runs.
 */
export type WrapperGrammar = {
  /** Short options without a value. */
  flags?: string;
  /** Short options with a value, attached or as the next word. */
  values?: string;
  /** Short options with a value that can only be attached. */
  attached?: string;
  /** Long options, separated by spaces: `name` without, `name=` with, `name?` with an optional attached value. */
  long?: string;
  /** Words between the options and the command, such as the time of `timeout`. */
  operands?: number;
  /** `NAME=VALUE` words may stand before the command. */
  hasAssignments?: boolean;
  /** `-10` as in `nice -10`. */
  hasNumericFlag?: boolean;
  /** Options with which the program starts nothing and is the command itself. */
  self?: string;
  /** Options whose value is a script, such as `-c`. */
  script?: string;
  /** `command`: the words that remain are run; `script`: they are joined and given to a shell. */
  inner?: 'command' | 'script';
  /** The words it appends or repeats come later: from its input, a walk or a clock. */
  isDelayed?: boolean;
  /** Further words are appended to those written. */
  appendsWords?: boolean;
  /** Options whose value is split into words that stand in its place. */
  splits?: string;
  /** It does something of its own too, such as writing what it sees to a file. */
  hasOwnEffect?: boolean;
  /** The command is found and run by the shell itself, so builtins stay builtins. */
  isShell?: boolean;
};

const SUDO: WrapperGrammar = {
  flags: 'AbBEHnPSis',
  values: 'CDghpRrTtu',
  long: 'askpass background bell preserve-env? set-home non-interactive preserve-groups stdin login shell close-from= chdir= group= host= prompt= chroot= role= command-timeout= type= user=',
  self: 'l v k K V e -list -validate -reset-timestamp -remove-timestamp -version -edit -help h',
  hasAssignments: true,
};

const NPX: WrapperGrammar = {
  flags: 'yq',
  values: 'pw',
  long: 'yes no no-install quiet prefer-offline prefer-online offline ignore-existing package= workspace= workspaces userconfig= registry= cache=',
  script: 'c -call',
  self: '-version v -help h',
};

const GRAMMARS: Readonly<Record<string, WrapperGrammar>> = {
  ...MORE_GRAMMARS,
  env: {
    flags: 'i0v',
    values: 'uC',
    long: 'ignore-environment null unset= chdir= debug block-signal? default-signal? ignore-signal? list-signal-handling',
    splits: 'S -split-string',
    self: '-help -version',
    hasAssignments: true,
  },
  sudo: SUDO,
  doas: { flags: 'nLs', values: 'aCu' },
  xargs: {
    flags: '0oprtx',
    values: 'adEILnPs',
    attached: 'eil',
    long: 'null arg-file= delimiter= eof? replace? max-lines? max-args= max-procs= max-chars= open-tty interactive no-run-if-empty verbose exit process-slot-var=',
    self: '-help -version -show-limits',
    isDelayed: true,
    appendsWords: true,
  },
  timeout: {
    flags: 'fpv',
    values: 'ks',
    long: 'kill-after= signal= preserve-status foreground verbose',
    self: '-help -version',
    operands: 1,
  },
  nohup: { self: '-help -version' },
  nice: { values: 'n', long: 'adjustment=', hasNumericFlag: true, self: '-help -version' },
  ionice: {
    flags: 't',
    values: 'cn',
    long: 'class= classdata= ignore',
    self: 'p P u h V -pid -pgid -uid -help -version',
  },
  chrt: { flags: 'abfiorvRG', values: 'TPD', operands: 1, self: 'p m h V -pid -max -help -version' },
  taskset: { flags: 'ac', operands: 1, self: 'p h V -pid -help -version' },
  setsid: { flags: 'cfw', long: 'ctty fork wait', self: '-help -version h V' },
  stdbuf: { values: 'ioe', long: 'input= output= error=', self: '-help -version' },
  time: {
    flags: 'pvaq',
    values: 'fo',
    long: 'portability verbose append quiet format= output=',
    self: 'V -version -help',
  },
  command: { flags: 'p', self: 'v V', isShell: true },
  builtin: { isShell: true },
  exec: { flags: 'cl', values: 'a' },
  npx: NPX,
  bunx: { flags: 'y', values: 'p', long: 'bun package= yes silent verbose', self: '-help -version h v' },
  uvx: {
    flags: 'qn',
    values: 'p',
    long: 'from= with= python= quiet no-cache isolated',
    self: '-help -version h V',
  },
  watch: {
    flags: 'bcdegptwxC',
    values: 'nq',
    attached: 'd',
    long: 'beep color no-color differences? errexit chgexit interval= precise no-rerun no-title no-wrap equexit= exec',
    self: 'h v -help -version',
    inner: 'script',
    isDelayed: true,
  },
  flock: {
    flags: 'sxeunoFv',
    values: 'wE',
    long: 'shared exclusive unlock nonblock nb close no-fork verbose timeout= wait= conflict-exit-code=',
    script: 'c -command',
    self: 'h V -help -version',
    operands: 1,
  },
  chroot: { long: 'userspec= groups= skip-chdir', self: '-help -version', operands: 1 },
  unshare: {
    flags: 'muinpUCTfrc',
    values: 'RwSGl',
    long: 'mount? uts? ipc? net? pid? user? cgroup? time? fork kill-child? mount-proc? map-root-user map-current-user map-auto map-user= map-group= map-users= map-groups= keep-caps propagation= setgroups= root= wd= setuid= setgid=',
    self: 'h V -help -version',
  },
  parallel: {
    flags: 'kqtuX0m',
    values: 'jNnaI',
    long: 'keep-order quote verbose ungroup jobs= max-args= null bar halt= joblog= will-cite line-buffer no-notice tag',
    self: '-help -version V',
    isDelayed: true,
    appendsWords: true,
  },
  strace: {
    flags: 'cCdfFhiknqrtTvVwxyYzZD',
    values: 'abeEIoOpPsSuUX',
    long: 'follow-forks output-separately summary-only trace= string-limit= output= decode-fds?',
  },
  ltrace: { flags: 'bcCfhiLrStTV', values: 'aAdeFlnopsuwxX' },
  fakeroot: { long: 'lib= faked= unknown-is-real', flags: 'u', values: 'lfsib', self: 'h v -help -version' },
  caffeinate: { flags: 'disum', values: 't', self: 'w' },
  busybox: { self: '-help -list -list-full -install' },
};

/** Two-word launchers: the second word chooses the part of the program that starts another one. */
const SUBCOMMANDS: Readonly<Record<string, Readonly<Record<string, WrapperGrammar>>>> = {
  npm: { exec: NPX, x: NPX },
  pnpm: { dlx: NPX, exec: NPX },
  yarn: { dlx: NPX, exec: NPX },
  bun: { x: NPX },
  perf: { record: PERF, stat: PERF, trace: PERF },
};
const LOADER = /^ld(?:-linux[\w.-]*|-musl-[\w-]+|64|-\d[\d.]*)?\.so(?:\.\d+)*$/;

/** The grammar of a launcher and how many words its own name takes, or null when the command starts nothing. */
export function findWrapperGrammar(
  name: string,
  second: string | undefined,
): { grammar: WrapperGrammar; nameLength: number } | null {
  const parts = Object.hasOwn(SUBCOMMANDS, name) ? SUBCOMMANDS[name] : undefined;
  const part = parts && second !== undefined && Object.hasOwn(parts, second) ? parts[second] : undefined;
  if (part !== undefined) return { grammar: part, nameLength: 2 };
  if (LOADER.test(name)) return { grammar: LOADING, nameLength: 1 };
  // The machine's kind may be left out.
  if (name === 'setarch' && second?.startsWith('-') === false)
    return { grammar: { ...SETARCH, operands: 1 }, nameLength: 1 };
  const grammar = Object.hasOwn(GRAMMARS, name) ? GRAMMARS[name] : undefined;
  return grammar === undefined ? null : { grammar, nameLength: 1 };
}

/** True for the program that loads others: it runs one without the kernel being asked again. */
export function isLoaderName(name: string): boolean {
  return LOADER.test(name);
}
