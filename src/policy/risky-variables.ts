/** Variables that choose what code other programs run, so that setting one is never harmless. */
const RISKY_NAMES = new Set(
  (
    'PATH ENV BASH_ENV SHELLOPTS BASHOPTS PROMPT_COMMAND PS0 PS1 PS2 PS3 PS4 CDPATH FPATH HOME SHELL PAGER EDITOR ' +
    'VISUAL BROWSER TAR_OPTIONS JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS _JAVA_OPTIONS CLASSPATH RIPGREP_CONFIG_PATH ' +
    'LESSOPEN LESSCLOSE MANPAGER SSH_ASKPASS SUDO_ASKPASS TMPDIR GLOBIGNORE EXECIGNORE HOSTALIASES LOCPATH NLSPATH ' +
    'GCONV_PATH RUBYOPT RUBYLIB PERL5OPT PERL5LIB PERL5DB PYTHONPATH PYTHONSTARTUP PYTHONHOME NODE_OPTIONS NODE_PATH ' +
    'MAKEFLAGS CC CXX LD AR RUSTC RUSTC_WRAPPER CARGO_HOME GOFLAGS ZDOTDIR OPENSSL_CONF XDG_CONFIG_HOME'
  ).split(' '),
);
const RISKY_PREFIXES = /^(?:LD_|DYLD_|GIT_|BASH_|npm_config_|NPM_CONFIG_|PYTHON|SALLYPORT|__sallyport)/;
const HARMLESS_IN_FRONT =
  /^(?:LC_[A-Z]+|LANG|LANGUAGE|TZ|NO_COLOR|FORCE_COLOR|CLICOLOR|COLUMNS|LINES|TERM|CI|IFS)$/;

/** True when the variable can make another program run code or take files from elsewhere. */
export function isRiskyVariable(name: string): boolean {
  return RISKY_NAMES.has(name) || RISKY_PREFIXES.test(name);
}

/** True when the variable, set for one known harmless program, changes only how it prints. */
export function isPrintingVariable(name: string): boolean {
  return HARMLESS_IN_FRONT.test(name);
}
