/** Grammars of launchers that change limits, users and views of the machine, or look on while something runs. */
import type { WrapperGrammar } from './wrapper-grammar.ts';

export const SETARCH: WrapperGrammar = {
  flags: 'BFILRSTXZv3',
  long: '32bit fdpic-funcptrs short-inode addr-compat-layout addr-no-randomize whole-seconds sticky-timeouts read-implies-exec mmap-page-zero 3gb 4gb uname-2.6 verbose show?',
  self: '-list -help -version h V',
};

export const PERF: WrapperGrammar = {
  flags: 'agqvdBns',
  values: 'eFocDxrI',
  long: 'event= freq= output= call-graph= repeat= field-separator= detailed verbose quiet no-inherit',
  self: 'p t -pid -tid h -help',
  hasOwnEffect: true,
};

/** The loader of programs; what changes the libraries of the program is left out, so it is not understood. */
export const LOADING: WrapperGrammar = {
  long: 'argv0= inhibit-cache',
  self: '-list -verify -help -version -list-tunables -list-diagnostics',
};

export const MORE_GRAMMARS: Readonly<Record<string, WrapperGrammar>> = {
  prlimit: {
    attached: 'cdefilmnqrstuvxy',
    values: 'o',
    long: 'core? data? nice? fsize? sigpending? memlock? rss? nofile? msgqueue? rtprio? stack? cpu? nproc? as? locks? rttime? noheadings raw verbose output=',
    self: 'p h V -pid -help -version',
  },
  setpriv: {
    long: 'no-new-privs nnp ambient-caps= inh-caps= bounding-set= ruid= euid= rgid= egid= reuid= regid= clear-groups keep-groups init-groups groups= securebits= pdeathsig= ptracer= selinux-label= apparmor-profile= landlock-access= landlock-rule= seccomp-filter= reset-env',
    self: 'd h V -dump -list-caps -help -version',
  },
  script: {
    flags: 'aefq',
    values: 'BEIOTmo',
    attached: 't',
    long: 'append return flush force quiet echo= log-io= log-in= log-out= log-timing= logging-format= output-limit= timing?',
    script: 'c -command',
    self: 'h V -help -version',
    operands: 1,
    hasOwnEffect: true,
  },
  setarch: SETARCH,
  linux32: SETARCH,
  linux64: SETARCH,
  i386: SETARCH,
  i686: SETARCH,
  x86_64: SETARCH,
  uname26: SETARCH,
  nsenter: {
    flags: 'aFZec',
    values: 't',
    attached: 'muinpUCTrw',
    long: 'all target= mount? uts? ipc? net? pid? cgroup? user? time? root? wd? preserve-credentials keep-caps env no-fork follow-context join-cgroup',
    self: 'h V -help -version',
  },
  runuser: {
    flags: 'mpPT',
    values: 'ugGw',
    long: 'user= group= supp-group= preserve-environment pty no-pty whitelist-environment=',
    self: 'h V -help -version',
  },
  'systemd-run': {
    flags: 'GPtqrdS',
    values: 'pEuMH',
    long: 'scope user system pty pipe wait collect quiet remain-after-exit same-dir shell no-block no-ask-password unit= property= description= slice= slice-inherit uid= gid= nice= working-directory= setenv= machine= host= service-type= on-active= on-calendar= on-boot= on-startup= timer-property=',
    self: 'h -help -version',
  },
  'ssh-agent': { flags: 'csDd', values: 'aEOPt', self: 'k' },
  'dbus-run-session': { long: 'config-file= dbus-daemon=', self: '-help -version' },
  'xvfb-run': {
    flags: 'al',
    values: 'efnpsw',
    long: 'auto-servernum auto-display listen-tcp error-file= auth-file= server-num= xauth-protocol= server-args= wait=',
    self: 'h -help',
  },
  valgrind: {
    flags: 'qvd',
    long: 'tool? quiet verbose leak-check? show-leak-kinds? track-origins? log-file? log-fd? error-exitcode? trace-children? suppressions? gen-suppressions? num-callers? xml? xml-file? vgdb? callgrind-out-file? cachegrind-out-file? massif-out-file? child-silent-after-fork? track-fds? undef-value-errors?',
    self: 'h -help -help-debug -version',
    hasOwnEffect: true,
  },
  toybox: { self: '-help -version -long' },
};
