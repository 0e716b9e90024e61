import { lstatSync, readdirSync, realpathSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { sortByDepth } from './path-inside.ts';

/** A path that is not readable inside, and why. */
export interface SecretRow {
  /** Absolute, or below the home folder with `~/`, or named by an environment variable with `$`; `*` only in the last part. */
  readonly path: string;
  readonly reason: string;
}

const SYSTEM_SECRETS: readonly SecretRow[] = [
  { path: '/etc/shadow', reason: 'password hashes' },
  { path: '/etc/shadow-', reason: 'password hashes, the copy before' },
  { path: '/etc/gshadow', reason: 'group password hashes' },
  { path: '/etc/gshadow-', reason: 'group password hashes, the copy before' },
  { path: '/etc/security/opasswd', reason: 'old password hashes' },
  { path: '/etc/sudoers', reason: 'who may become root' },
  { path: '/etc/sudoers.d', reason: 'who may become root' },
  { path: '/etc/ssh/ssh_host_*_key', reason: 'private keys of this machine' },
  { path: '/etc/ssl/private', reason: 'private keys of this machine' },
  { path: '/etc/pki/tls/private', reason: 'private keys of this machine' },
  { path: '/etc/letsencrypt/archive', reason: 'private keys of this machine' },
  { path: '/etc/krb5.keytab', reason: 'Kerberos keys of this machine' },
  { path: '/etc/wireguard', reason: 'network keys' },
  { path: '/etc/NetworkManager/system-connections', reason: 'network passwords' },
];

const PERSONAL_SECRETS: readonly SecretRow[] = [
  { path: '~/.ssh', reason: 'SSH keys' },
  { path: '~/.gnupg', reason: 'GnuPG keys' },
  { path: '$GNUPGHOME', reason: 'GnuPG keys' },
  { path: '~/.aws', reason: 'Amazon cloud keys' },
  { path: '$AWS_SHARED_CREDENTIALS_FILE', reason: 'Amazon cloud keys' },
  { path: '~/.azure', reason: 'Azure keys' },
  { path: '~/.config/gcloud', reason: 'Google cloud keys' },
  { path: '$GOOGLE_APPLICATION_CREDENTIALS', reason: 'Google cloud keys' },
  { path: '~/.boto', reason: 'cloud storage keys' },
  { path: '~/.s3cfg', reason: 'cloud storage keys' },
  { path: '~/.config/rclone', reason: 'cloud storage keys' },
  { path: '~/.config/doctl', reason: 'DigitalOcean keys' },
  { path: '~/.kube', reason: 'Kubernetes keys' },
  { path: '$KUBECONFIG', reason: 'Kubernetes keys' },
  { path: '~/.docker/config.json', reason: 'container registry logins' },
  { path: '~/.config/containers/auth.json', reason: 'container registry logins' },
  { path: '~/.netrc', reason: 'logins of command line tools' },
  { path: '~/.npmrc', reason: 'package registry tokens' },
  { path: '~/.yarnrc.yml', reason: 'package registry tokens' },
  { path: '~/.pypirc', reason: 'package registry tokens' },
  { path: '~/.cargo/credentials', reason: 'package registry tokens' },
  { path: '~/.cargo/credentials.toml', reason: 'package registry tokens' },
  { path: '~/.gem/credentials', reason: 'package registry tokens' },
  { path: '~/.m2/settings-security.xml', reason: 'package registry passwords' },
  { path: '~/.git-credentials', reason: 'git passwords' },
  { path: '~/.config/git/credentials', reason: 'git passwords' },
  { path: '~/.config/gh', reason: 'GitHub token' },
  { path: '~/.config/hub', reason: 'GitHub token' },
  { path: '~/.config/glab-cli', reason: 'GitLab token' },
  { path: '~/.config/heroku', reason: 'Heroku token' },
  { path: '~/.terraform.d/credentials.tfrc.json', reason: 'Terraform token' },
  { path: '~/.vault-token', reason: 'Vault token' },
  { path: '~/.pgpass', reason: 'database passwords' },
  { path: '~/.my.cnf', reason: 'database passwords' },
  { path: '~/.mylogin.cnf', reason: 'database passwords' },
  { path: '~/.password-store', reason: 'password store' },
  { path: '~/.config/op', reason: '1Password session' },
  { path: '~/.config/Bitwarden', reason: 'Bitwarden vault' },
  { path: '~/.config/Bitwarden CLI', reason: 'Bitwarden vault' },
  { path: '~/.config/keepassxc', reason: 'KeePassXC settings and recent vaults' },
  { path: '~/.local/share/keyrings', reason: 'keyring of the desktop' },
  { path: '~/.local/share/kwalletd', reason: 'wallet of the desktop' },
  { path: '~/.pki', reason: 'certificates with private keys' },
  { path: '~/.mozilla', reason: 'browser profile: cookies and passwords' },
  { path: '~/.config/mozilla', reason: 'browser profile: cookies and passwords' },
  { path: '~/snap/firefox', reason: 'browser profile: cookies and passwords' },
  { path: '~/snap/chromium', reason: 'browser profile: cookies and passwords' },
  { path: '~/.var/app/org.mozilla.firefox', reason: 'browser profile: cookies and passwords' },
  { path: '~/.var/app/com.google.Chrome', reason: 'browser profile: cookies and passwords' },
  { path: '~/.config/google-chrome', reason: 'browser profile: cookies and passwords' },
  { path: '~/.config/chromium', reason: 'browser profile: cookies and passwords' },
  { path: '~/.config/BraveSoftware', reason: 'browser profile: cookies and passwords' },
  { path: '~/.config/microsoft-edge', reason: 'browser profile: cookies and passwords' },
  { path: '~/.config/vivaldi', reason: 'browser profile: cookies and passwords' },
  { path: '~/.config/opera', reason: 'browser profile: cookies and passwords' },
  { path: '~/Library/Keychains', reason: 'keychains of macOS' },
  { path: '~/Library/Cookies', reason: 'cookies of programs on macOS' },
  { path: '~/Library/Safari', reason: 'browser profile: history and cookies' },
  { path: '~/Library/Containers/com.apple.Safari', reason: 'browser profile: cookies' },
  {
    path: '~/Library/Application Support/Google/Chrome',
    reason: 'browser profile: cookies and passwords',
  },
  { path: '~/Library/Application Support/Chromium', reason: 'browser profile: cookies and passwords' },
  { path: '~/Library/Application Support/Firefox', reason: 'browser profile: cookies and passwords' },
  { path: '~/Library/Application Support/BraveSoftware', reason: 'browser profile: cookies and passwords' },
  { path: '~/Library/Application Support/Microsoft Edge', reason: 'browser profile: cookies and passwords' },
  { path: '~/Library/Application Support/com.apple.TCC', reason: 'what programs of macOS may do' },
  { path: '~/Library/Group Containers/2BUA8C4S2C.com.1password', reason: '1Password vault' },
  { path: '~/Library/Mail', reason: 'mail' },
  { path: '~/Library/Messages', reason: 'messages' },
  { path: '~/.thunderbird', reason: 'mail and its passwords' },
  { path: '~/.config/Signal', reason: 'messages and their keys' },
  { path: '~/.bitcoin', reason: 'wallet' },
  { path: '~/.electrum', reason: 'wallet' },
  { path: '~/.ethereum', reason: 'wallet' },
  { path: '~/.claude/.credentials.json', reason: 'login of an agent' },
  { path: '$CLAUDE_CONFIG_DIR/.credentials.json', reason: 'login of an agent' },
  { path: '~/.claude/.claude.json', reason: 'login and server keys of an agent' },
  { path: '$CLAUDE_CONFIG_DIR/.claude.json', reason: 'login and server keys of an agent' },
  { path: '~/.claude.json', reason: 'login and server keys of an agent' },
  { path: '~/.codex/auth.json', reason: 'login of an agent' },
  { path: '$CODEX_HOME/auth.json', reason: 'login of an agent' },
  { path: '~/.gemini/oauth_creds.json', reason: 'login of an agent' },
  { path: '~/.qwen/oauth_creds.json', reason: 'login of an agent' },
  { path: '~/.config/github-copilot', reason: 'login of an agent' },
  { path: '~/.copilot', reason: 'login of an agent' },
  { path: '~/.local/share/opencode/auth.json', reason: 'login of an agent' },
  { path: '~/.config/goose/secrets.yaml', reason: 'login of an agent' },
  { path: '~/.config/cursor/auth.json', reason: 'login of an agent' },
  { path: '~/.aider.conf.yml', reason: 'keys of an agent' },
  { path: '~/.continue/config.yaml', reason: 'keys of an agent' },
];

/** All rows, for explanations and documentation. */
export const SECRET_PATHS: readonly SecretRow[] = [...SYSTEM_SECRETS, ...PERSONAL_SECRETS];

export interface FoundSecret {
  /** Real path. */
  readonly path: string;
  readonly reason: string;
}

/**
 * The secrets that exist on this machine. The rows hold for root as for anybody.
 * @param env the opener's environment, for rows that a variable names
 */
export function findSecrets(home: string, env: Readonly<Record<string, string | undefined>>): FoundSecret[] {
  const found = new Map<string, string>();
  for (const row of SECRET_PATHS) {
    for (const path of expandRow(row.path, home, env)) {
      const real = realOrNull(path);
      // A variable that names the home folder or the root would hide everything.
      if (real !== null && real !== '/' && real !== home && !found.has(real)) found.set(real, row.reason);
    }
  }
  return sortByDepth(found.keys()).map((path) => ({ path, reason: found.get(path) ?? '' }));
}

function expandRow(row: string, home: string, env: Readonly<Record<string, string | undefined>>): string[] {
  if (row.startsWith('~/')) return expandStar(join(home, row.slice(2)));
  if (!row.startsWith('$')) return expandStar(row);
  const [name = '', ...rest] = row.slice(1).split('/');
  const value = env[name];
  // KUBECONFIG may list several files.
  return (value ?? '')
    .split(':')
    .filter((path) => isAbsolute(path))
    .map((path) => resolve(path, ...rest));
}

function expandStar(path: string): string[] {
  if (!path.includes('*')) return [path];
  const slash = path.lastIndexOf('/');
  const [start = '', end = ''] = path.slice(slash + 1).split('*');
  const folder = path.slice(0, slash);
  try {
    const names = readdirSync(folder).filter((name) => name.startsWith(start) && name.endsWith(end));
    return names.map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function realOrNull(path: string): string | null {
  try {
    // Most rows do not exist; an exception for each would be felt at every start.
    return lstatSync(path, { throwIfNoEntry: false }) === undefined ? null : realpathSync.native(path);
  } catch {
    return null;
  }
}
