/** Why a variable is not passed on. Names are compared without regard to case. */
export interface EnvironmentRow {
  readonly pattern: RegExp;
  readonly reason: string;
}

/** Variables that look like secrets. The words count as a whole part of a name, so `TOKENIZERS_PARALLELISM` passes. */
export const SECRET_VARIABLES: readonly EnvironmentRow[] = [
  {
    pattern: /PASSW(OR)?D|PASSPHRASE|SECRET|CREDENTIAL|APIKEY|ACCESSKEY|PRIVATEKEY/i,
    reason: 'its name says that it is a secret',
  },
  {
    pattern: /((TOKEN|KEY)S?|(^|_)(PAT|PASS))($|_|\d)/i,
    reason: 'its name says that it is a key or a token',
  },
  { pattern: /(^|_)AUTH($|_)/i, reason: 'its name says that it is a login' },
  { pattern: /^(MYSQL_PWD|SSHPASS|REDISCLI_AUTH)$/i, reason: 'a database or login password' },
  {
    pattern: /^(AWS|AZURE|ARM|GCP|VAULT|OP_SESSION|BW)_/i,
    reason: 'settings and keys of a cloud or a vault',
  },
  { pattern: /^npm_config_.*(_auth|_password|token)/i, reason: 'a package registry login' },
  {
    pattern: /^GIT_CONFIG_(COUNT|PARAMETERS|KEY_\d+|VALUE_\d+)$/i,
    reason: 'git settings given this way often carry logins',
  },
  { pattern: /_DSN$/i, reason: 'addresses of this kind hold passwords' },
];

/** Variables that name a socket or a display of the host, which is not reachable inside. */
export const HOST_VARIABLES: readonly EnvironmentRow[] = [
  { pattern: /^(SSH_AUTH_SOCK|SSH_AGENT_PID|GPG_AGENT_INFO)$/i, reason: 'names the key agent of the host' },
  { pattern: /^DBUS_/i, reason: 'names the message bus of the host' },
  { pattern: /^(DOCKER|CONTAINER)_HOST$/i, reason: 'names the container service of the host' },
  {
    pattern:
      /^(XDG_RUNTIME_DIR|WAYLAND_DISPLAY|WAYLAND_SOCKET|DISPLAY|XAUTHORITY|SESSION_MANAGER|ICEAUTHORITY|PULSE_SERVER)$/i,
    reason: 'names a service of the desktop',
  },
  {
    pattern: /^(TMUX|TMUX_PANE|STY|NOTIFY_SOCKET|LISTEN_FDS|LISTEN_PID|LISTEN_FDNAMES|INVOCATION_ID)$/i,
    reason: 'names a service outside',
  },
  {
    pattern:
      /^(VSCODE_.*(IPC|SOCK|PIPE).*|VSCODE_GIT_.*|GIT_ASKPASS|SSH_ASKPASS|SUDO_ASKPASS|ELECTRON_RUN_AS_NODE)$/i,
    reason: 'leads back into the editor or asks for a password',
  },
  { pattern: /^SALLYPORT_/i, reason: 'our own' },
];

/** Variables that make a program run code before its own; the programs that build the wall must not see them. */
export const LOADER_VARIABLES: readonly EnvironmentRow[] = [
  { pattern: /^LD_/, reason: 'changes which libraries programs load, those of the wall too' },
  {
    pattern: /^(GCONV_PATH|GLIBC_TUNABLES|MALLOC_.*|RES_OPTIONS|HOSTALIASES|LOCPATH|NLSPATH|GETCONF_DIR)$/,
    reason: 'changes what the C library does',
  },
];

/** Variables that make a shell run something that is no step of the script; dropped without a wall too. */
export const SHELL_VARIABLES: readonly EnvironmentRow[] = [
  {
    pattern: /^(BASH_ENV|ENV|SHELLOPTS|BASHOPTS|PS4|PROMPT_COMMAND)$/,
    reason: 'makes a shell run something before the script',
  },
  { pattern: /^BASH_FUNC_/, reason: 'replaces a command by a function in every shell' },
];
