/** The hosts that a step is known to need, read from its literal words only. */
import type { HostPort, StepDraft, Word } from '../protocol/index.ts';
import { type GitCommand, readGitCommand } from './named-paths-git.ts';
import { baseOf } from './path-access-join.ts';
import { readShellConnection } from './shell-connection.ts';

/** What a step needs of the network; `hosts` is empty when it needs some host that its words do not name. */
export interface HostNeed {
  readonly program: string;
  readonly hosts: HostPort[];
  /** Some are connections of the shell's own (`/dev/tcp`), which knows no proxy. */
  readonly isDirect: boolean;
}

const DEFAULT_PORTS: Record<string, number> = {
  http: 80,
  https: 443,
  ws: 80,
  wss: 443,
  ssh: 22,
  git: 9418,
  ftp: 21,
  ftps: 990,
  sftp: 22,
};
const HOST = /^(?:\[[0-9a-f:.]+\]|[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?)$/i;
const LOOPBACK = /^(?:localhost|.*\.localhost|127(?:\.\d{1,3}){3}|0\.0\.0\.0|\[?::1?\]?)$/i;

const FETCHERS = new Set([
  'curl',
  'wget',
  'http',
  'https',
  'xh',
  'aria2c',
  'lynx',
  'w3m',
  'links',
  'websocat',
]);
const REMOTE_SHELLS = new Set(['ssh', 'scp', 'sftp', 'rsync', 'mosh', 'ssh-copy-id', 'ssh-keyscan']);
const DIALLERS = new Set([
  'nc',
  'ncat',
  'netcat',
  'telnet',
  'ping',
  'ftp',
  'dig',
  'nslookup',
  'host',
  'traceroute',
  'whois',
]);
const REGISTRY_CLIENTS: Readonly<Record<string, RegExp>> = {
  npm: /^(i|in|install|add|ci|update|up|upgrade|publish|login|view|info|audit|outdated|search|exec|x|create|init)$/,
  pnpm: /^(i|install|add|update|up|publish|dlx|create|outdated|audit)$/,
  yarn: /^(install|add|up|upgrade|publish|dlx|create|outdated|audit)$/,
  bun: /^(i|install|add|update|publish|x|create)$/,
  pip: /^(install|download|wheel|index)$/,
  pip3: /^(install|download|wheel|index)$/,
  uv: /^(pip|sync|add|lock|tool|run|publish)$/,
  poetry: /^(install|add|update|lock|publish)$/,
  cargo: /^(install|add|update|fetch|publish|search)$/,
  go: /^(get|install)$/,
  gem: /^(install|update|push)$/,
  bundle: /^(install|update)$/,
  composer: /^(install|require|update|create-project)$/,
  apt: /^(install|update|upgrade|full-upgrade)$/,
  'apt-get': /^(install|update|upgrade|dist-upgrade|source)$/,
  apk: /^(add|update|upgrade)$/,
  dnf: /^(install|update|upgrade)$/,
  yum: /^(install|update|upgrade)$/,
  brew: /^(install|update|upgrade|tap)$/,
};
const ALWAYS_ONLINE = new Set([
  'npx',
  'bunx',
  'uvx',
  'gh',
  'glab',
  'aws',
  'gcloud',
  'az',
  'firebase',
  'vercel',
  'netlify',
  'flyctl',
  'heroku',
  'doctl',
  'gsutil',
  'kubectl',
  'helm',
]);

/** Strips the quotes of a word that is literal up to the first expansion. */
function readStart(word: Word): { text: string; isCut: boolean } {
  if (word.value !== undefined) return { text: word.value, isCut: false };
  const plain = word.text.replace(/^["']/, '');
  const cut = plain.search(/[$`"']/);
  return cut < 0 ? { text: plain, isCut: false } : { text: plain.slice(0, cut), isCut: true };
}

function toHostPort(host: string, port: string | undefined, scheme: string): HostPort | null {
  const name = host.toLowerCase();
  if (!HOST.test(name)) return null;
  const number = port === undefined || port === '' ? DEFAULT_PORTS[scheme] : Number(port);
  if (number === undefined || !Number.isInteger(number) || number < 1 || number > 65535)
    return { host: name };
  return { host: name, port: number };
}

/** The host of an address with a scheme; null when its host part is not literal. */
export function readUrlHost(word: Word): HostPort | null {
  const { text, isCut } = readStart(word);
  const match =
    /^(?:[a-z]+\+)?([a-z][a-z0-9]*):\/\/(?:[^/?#@\s]*@)?(\[[^\]]*\]|[^/?#:\s]*)(?::(\d*))?([/?#]?)/i.exec(
      text,
    );
  if (!match) return null;
  if (isCut && match[4] === '') return null;
  const scheme = (match[1] ?? '').toLowerCase();
  return scheme === 'file' ? null : toHostPort(match[2] ?? '', match[3], scheme);
}

/** The host of `user@host:path`. */
function readScpHost(word: Word): HostPort | null {
  const { text } = readStart(word);
  const match = /^(?:[^@/\s:]+@)?([^@/:\s]+):(?!\/\/)/.exec(text);
  return match ? toHostPort(match[1] ?? '', undefined, 'ssh') : null;
}

function readBareHost(word: Word, scheme: string): HostPort | null {
  const { text, isCut } = readStart(word);
  const match = /^(?:[^@/\s]+@)?([a-z0-9.-]+|\[[0-9a-f:]+\])(?::(\d+))?(?:[/?#]|$)/i.exec(text);
  if (!match || (isCut && !/[/?#]/.test(text))) return null;
  const host = match[1] ?? '';
  return host.includes('.') || host === 'localhost' || host.startsWith('[')
    ? toHostPort(host, match[2], scheme)
    : null;
}

const FETCH_VALUED =
  /^-[a-zA-Z]*[oOXHdFTuUAebcKEDmCyYzwrtQ]$|^--(?:output|request|header|data[a-z-]*|form|json|user(?:-agent)?|cookie(?:-jar)?|max-time|connect-timeout|retry[a-z-]*|write-out|output-document|directory-prefix|upload-file|post-data|post-file|config|cacert|cert|key|referer|resolve|timeout|tries)$/;

/** True for a word that is an option, or the value of one that takes a value. */
function isFetchOption(name: string, word: Word, before: string): boolean {
  if (word.value?.startsWith('-')) return true;
  const isBareName = name === 'curl' && /^-[a-zA-Z]*O$/.test(before);
  return FETCH_VALUED.test(before) && !isBareName;
}

function hostsOfFetcher(name: string, args: readonly Word[]): HostPort[] | null {
  const operands = args.filter((word, index) => !isFetchOption(name, word, args[index - 1]?.value ?? ''));
  const remote = operands.filter((word) => !/^file:/i.test(word.value ?? ''));
  if (remote.length === 0) return null;
  return remote.flatMap((word) => {
    const host = readUrlHost(word) ?? (word.text.includes('://') ? null : readBareHost(word, 'http'));
    return host ?? [];
  });
}

function reachesRemote(command: GitCommand): boolean {
  const first = command.rest[0] ?? '';
  if (command.name === 'remote') return /^(update|show|prune)$/.test(first);
  if (command.name === 'submodule') return /^(update|add)$/.test(first);
  return /^(clone|push|pull|fetch|ls-remote)$/.test(command.name);
}

function hostsOfGit(args: readonly Word[]): HostPort[] | null {
  const command = readGitCommand(args.map((word) => word.value ?? word.text));
  if (command === null || !reachesRemote(command)) return null;
  const hosts = args.flatMap((word) => readUrlHost(word) ?? []);
  const remote = command.rest.find((text) => !text.startsWith('-')) ?? '';
  const isLocal = /^(clone|ls-remote)$/.test(command.name) && /^(\.{0,2}\/|file:|\.$)/.test(remote);
  if (hosts.length > 0) return hosts;
  const scp = /^(remote|submodule)$/.test(command.name) ? null : readScpHost({ text: remote, value: remote });
  if (scp !== null) return [scp];
  return isLocal ? null : [];
}

const SSH_VALUED = /^-[BbcDEeFIiJLlmOopPQRSWw]$/;

function hostsOfRemoteShell(name: string, args: readonly Word[]): HostPort[] | null {
  const operands = args.filter(
    (word, index) => !word.value?.startsWith('-') && !SSH_VALUED.test(args[index - 1]?.value ?? ''),
  );
  if (name === 'scp' || name === 'rsync') {
    const hosts = operands.flatMap((word) => readUrlHost(word) ?? readScpHost(word) ?? []);
    return hosts.length === 0 ? null : hosts;
  }
  const first = operands[0];
  if (first === undefined) return null;
  const target = readStart(first)
    .text.replace(/^[^@]*@/, '')
    .replace(/:.*$/, '');
  const host = first.value === undefined ? null : toHostPort(target, undefined, 'ssh');
  return host === null ? [] : [host];
}

function hostsOfDialler(name: string, args: readonly Word[]): HostPort[] | null {
  if (args.some((word) => word.value === '-l' || word.value === '--listen')) return null;
  const operands = args.filter((word) => !/^[-+@]/.test(word.value ?? ''));
  const first = operands[0];
  if (first?.value === undefined) return operands.length === 0 ? null : [];
  const port = /^(nc|ncat|netcat|telnet)$/.test(name) ? operands[1]?.value : undefined;
  const host = toHostPort(first.value, port, '');
  return host === null ? [] : [host];
}

function hostsOfRegistryClient(name: string, args: readonly Word[]): HostPort[] | null {
  const verb = REGISTRY_CLIENTS[name];
  const first =
    args.find((word) => !word.value?.startsWith('-'))?.value ??
    (/^(yarn)$/.test(name) && args.length === 0 ? 'install' : '');
  if (verb === undefined || !verb.test(first)) return null;
  return args.flatMap((word) => {
    const inline = /^--[a-z-]+=(.*)$/s.exec(word.value ?? '')?.[1];
    return readUrlHost(inline === undefined ? word : { text: inline, value: inline }) ?? [];
  });
}

function hostsOf(name: string, args: readonly Word[]): HostPort[] | null {
  if (FETCHERS.has(name)) return hostsOfFetcher(name, args);
  if (name === 'git') return hostsOfGit(args);
  if (REMOTE_SHELLS.has(name)) return hostsOfRemoteShell(name, args);
  if (DIALLERS.has(name)) return hostsOfDialler(name, args);
  if (ALWAYS_ONLINE.has(name))
    return args.every((word) => /^(--version|--help|-v|-h|version|help)$/.test(word.value ?? '')) ? null : [];
  return hostsOfRegistryClient(name, args);
}

/** Connections that the shell itself makes; null when there are none. */
function hostsOfRedirects({ redirects }: StepDraft): HostPort[] | null {
  const found = redirects.flatMap(({ operator, target }) =>
    operator.startsWith('<<') ? [] : (readShellConnection(target) ?? []),
  );
  if (found.length === 0) return null;
  return found.flatMap(({ host, port }) => (host === null ? [] : (toHostPort(host, port, '') ?? [])));
}

/** What the step needs of the network, or null when nothing is known that it needs. Loopback needs nothing. */
export function readHostNeed(step: StepDraft): HostNeed | null {
  const program = baseOf(step.words[0]?.value ?? '');
  const isKnown = program !== '' && step.form !== 'opaque';
  const opened = hostsOfRedirects(step);
  const reached = isKnown ? hostsOf(program, step.words.slice(1)) : null;
  if (reached === null && opened === null) return null;
  const named = [...(reached ?? []), ...(opened ?? [])];
  const hosts = named.filter((item) => !LOOPBACK.test(item.host));
  if (named.length > 0 && hosts.length === 0) return null;
  const unique = new Map(hosts.map((item) => [`${item.host}:${item.port ?? ''}`, item]));
  const isDirect = opened !== null && !(opened.length > 0 && opened.every(({ host }) => LOOPBACK.test(host)));
  return { program, hosts: [...unique.values()], isDirect };
}
