/** What a program can do that may talk to a socket of the host, in plain words: a yes should be a knowing one. */

interface SocketWarning {
  /** Fits the real path. */
  readonly path: RegExp;
  readonly text: string;
}

const FULL_ACCESS = 'Whoever may talk to it has full access to this machine, as root in most cases.';

/** The first that fits counts. */
const WARNINGS: readonly SocketWarning[] = [
  { path: /\/(docker|podman|containerd|crio|buildkitd?|dockershim)[^/]*\.sock$/i, text: FULL_ACCESS },
  {
    path: /\/(docker|podman|containerd|crio|buildkit|k3s|lxd|incus|libvirt|snapd)(-[^/]*)?\//i,
    text: FULL_ACCESS,
  },
  { path: /\/(lxd|incus|libvirt-sock|snapd)[^/]*$/i, text: FULL_ACCESS },
  {
    path: /\/(ssh-[^/]+\/agent\.\d+|[^/]*ssh[^/]*agent[^/]*|S\.gpg-agent[^/]*|S\.ssh[^/]*|keyring\/[^/]+|gcr\/ssh)$/i,
    text: 'It is a key agent: whoever may talk to it can use your keys to log in and sign as you, without seeing them.',
  },
  {
    path: /\/(system_bus_socket|bus|dbus-[^/]*|session_bus[^/]*|at-spi\/[^/]+)$/i,
    text: 'It is D-Bus: whoever may talk to it can start programs outside the sandbox and change settings of this machine.',
  },
  {
    path: /\/systemd\/private|\/systemd\/io\.systemd\.Manager/i,
    text: 'It is the service manager: whoever may talk to it can start programs outside the sandbox.',
  },
  {
    path: /\/\.X11-unix\/|\/wayland-\d+|\/(sway|i3|hypr)[^/]*ipc/i,
    text: 'It is your desktop: whoever may talk to it can see what is shown, and with X11 read and type keys.',
  },
  {
    path: /\/(tmux-\d+|screens?)\//i,
    text: 'It is your terminal: whoever may talk to it can type commands outside the sandbox.',
  },
  {
    path: /postgres|\.s\.PGSQL|mysqld?|mariadb|redis|mongodb/i,
    text: 'It is a database of this machine: its data, and what it can do to files, are open to whoever may talk to it.',
  },
];

const OTHER = 'What listens there is not bound by the sandbox, and does what it is asked to do.';

/** One sentence on what access to the socket amounts to. */
export function warnOfSocket(path: string): string {
  return WARNINGS.find((warning) => warning.path.test(path))?.text ?? OTHER;
}
