/**
 * The variables by which programs inside find the proxy.
 *
 * Promises: the usual tools (curl, wget, git, npm, pip, cargo, go, node, java) reach hosts without being configured; the
 * credential is that of one launch.
 * Does not promise anything for a program that looks at none of them: it finds no route, and fails at once.
 */
import { INSIDE_PATHS } from './inside-paths.ts';

/** Port of the loopback inside that leads to the proxy, for HTTP and SOCKS alike. */
export const PROXY_PORT = 3128;

export interface NetworkAddress {
  readonly launchId: string;
  /** The password that belongs to this launch; letters, digits, `-` and `_`. */
  readonly secret: string;
  /** Whether `INSIDE_PATHS.certificates` is there. */
  readonly hasCertificates: boolean;
  /** Names of this machine by which servers inside are reached. */
  readonly ownNames: readonly string[];
}

/**
 * What is reached without the proxy: servers inside. Each tool understands some of these and passes over the others.
 * Networks: curl, git, Go, requests. A range: `http` of Node. Brackets: `fetch` of Node, urllib. A dot or a star in front:
 * `http` of Node, where a name alone is not its sub-domains too. What knows neither networks nor ranges has the addresses
 * of the loopback that are in use.
 */
const DIRECT = [
  'localhost',
  '.localhost',
  '127.0.0.1',
  '127.0.0.2',
  '127.0.1.1',
  '127.0.0.0/8',
  '127.0.0.0-127.255.255.255',
  '0.0.0.0',
  '::1',
  '[::1]',
  '::',
  '[::]',
];

/** The person's own, which lead to proxies that cannot be reached from inside. */
const REPLACED = /^(https?|all|ftp|rsync|no|npm_config_(https?_)?|cargo_https?)_?proxy$/i;

const CERTIFICATE_VARIABLES = [
  'SSL_CERT_FILE',
  'NODE_EXTRA_CA_CERTS',
  'REQUESTS_CA_BUNDLE',
  'CURL_CA_BUNDLE',
  'GIT_SSL_CAINFO',
  'CARGO_HTTP_CAINFO',
  'PIP_CERT',
];

type Variables = Readonly<Record<string, string>>;

/** `environment` with the way to the proxy in it. What the configuration sets by name (`fixed`) stays as it is. */
export function networkEnvironment(
  environment: Variables,
  address: NetworkAddress,
  fixed: Variables = {},
): Record<string, string> {
  const isFixed = (name: string): boolean => Object.hasOwn(fixed, name);
  const kept = Object.entries(environment).filter(([name]) => !REPLACED.test(name) || isFixed(name));
  const added = Object.entries(proxyVariables(environment, address)).filter(([name]) => !isFixed(name));
  return Object.fromEntries([...kept, ...added]);
}

function proxyVariables(
  environment: Variables,
  { launchId, secret, hasCertificates, ownNames }: NetworkAddress,
): Variables {
  const place = `${launchId}:${secret}@127.0.0.1:${PROXY_PORT}`;
  const http = `http://${place}`;
  const both = (name: string, value: string): Variables => ({ [name]: value, [name.toLowerCase()]: value });
  const direct = [...DIRECT, ...ownNames].join(',');
  const java = [environment['JAVA_TOOL_OPTIONS'], javaOptions(launchId, secret, ownNames)];
  return {
    ...both('HTTP_PROXY', http),
    ...both('HTTPS_PROXY', http),
    ...both('ALL_PROXY', `socks5h://${place}`),
    ...both('NO_PROXY', direct),
    npm_config_proxy: http,
    npm_config_https_proxy: http,
    npm_config_noproxy: direct,
    // its look for a newer npm would be a question that nobody expects
    npm_config_update_notifier: 'false',
    CARGO_HTTP_PROXY: http,
    NODE_USE_ENV_PROXY: '1',
    GIT_SSH_COMMAND: `${environment['GIT_SSH_COMMAND'] ?? 'ssh'} -o ProxyCommand='${INSIDE_PATHS.dial} %h %p'`,
    JAVA_TOOL_OPTIONS: java.filter(Boolean).join(' '),
    ...(hasCertificates &&
      Object.fromEntries(CERTIFICATE_VARIABLES.map((name) => [name, INSIDE_PATHS.certificates]))),
  };
}

/** Java reads no address with a password; programs that ask for a login by these names, such as Maven, have one. */
function javaOptions(launchId: string, secret: string, ownNames: readonly string[]): string {
  const options = ['http', 'https'].flatMap((scheme) => [
    `-D${scheme}.proxyHost=127.0.0.1`,
    `-D${scheme}.proxyPort=${PROXY_PORT}`,
    `-D${scheme}.proxyUser=${launchId}`,
    `-D${scheme}.proxyPassword=${secret}`,
  ]);
  const direct = ['localhost', '*.localhost', '127.*', '0.0.0.0', '[::1]', '[::]', ...ownNames];
  return [...options, `-Dhttp.nonProxyHosts=${direct.join('|')}`].join(' ');
}
