import { classifyPath } from '../../src/policy/index.ts';
import type { ConfigSnapshot } from '../../src/protocol/index.ts';

const MODES = ['read-only', 'workspace-write', 'danger-full-access'];
const RISKS = ['medium', 'high', 'critical', 'off'];

const isPart = (part: readonly string[], whole: readonly string[]): boolean =>
  part.every((item) => whole.includes(item));
const isAtMost = (a: number | null, b: number | null): boolean => b === null || (a !== null && a <= b);

/** How the classes of paths are opened: neither read nor written, read, written. */
function openness(path: string, snapshot: ConfigSnapshot): number {
  const kind = classifyPath(path, snapshot);
  if (kind === 'secret' || kind === 'denied' || kind === 'unreadable') return 0;
  return kind === 'inside' || kind === 'device' || kind === 'scratch' ? 2 : 1;
}

/** In which ways the first configuration allows more than the second; written without the product's own comparison. */
export function findWidened(narrow: ConfigSnapshot, wide: ConfigSnapshot): string[] {
  const { home, workspace } = wide;
  const places = ['/etc/x', '/usr/x', '/var/tmp/x', `${home}/x`, `${home}/.ssh/id`, `${workspace}/x`];
  places.push(`${workspace}/.git/hooks/x`, `${workspace}/.sallyport/x`, '/', '/opt/x', `${home}/cache/x`);
  const policies = [narrow.approvalPolicy, wide.approvalPolicy];
  const checks: Record<string, boolean> = {
    mode: MODES.indexOf(narrow.sandboxMode) <= MODES.indexOf(wide.sandboxMode),
    policy: policies[1] !== 'untrusted' || policies[0] === 'untrusted' || policies[0] === 'never',
    risk: RISKS.indexOf(narrow.askOnRisk) <= RISKS.indexOf(wide.askOnRisk),
    expiry: narrow.approvalExpiryMs <= wide.approvalExpiryMs,
    roots: isPart(narrow.writableRoots, wide.writableRoots),
    tmp: narrow.tmp === wide.tmp || narrow.tmp === 'private',
    tmpWritable: !narrow.tmpWritable || wide.tmpWritable,
    network: !narrow.networkAccess || wide.networkAccess,
    allowedHosts: isPart(narrow.network.allow, wide.network.allow),
    deniedHosts: isPart(wide.network.deny, narrow.network.deny),
    proxy: narrow.network.proxy === wide.network.proxy && narrow.network.caFile === wide.network.caFile,
    secrets: isPart(wide.secretPaths, narrow.secretPaths),
    protectedPaths: isPart(wide.protectedPaths, narrow.protectedPaths),
    protectedNames: isPart(wide.protectedNames, narrow.protectedNames),
    gate: narrow.execGate || !wide.execGate,
    shell: narrow.shell === wide.shell,
    variables: isPart(narrow.environment.include, wide.environment.include),
    excluded: isPart(wide.environment.exclude, narrow.environment.exclude),
    setVariables: JSON.stringify(narrow.environment.set) === JSON.stringify(wide.environment.set),
    servers: isPart(narrow.trustedMcpServers, wide.trustedMcpServers),
    processes: isAtMost(narrow.limits.processes, wide.limits.processes),
    memory: isAtMost(narrow.limits.memoryBytes, wide.limits.memoryBytes),
    time: isAtMost(narrow.limits.wallTimeMs, wide.limits.wallTimeMs),
    rules:
      narrow.rules.prefix.filter(({ decision }) => decision === 'allow').length <=
      wide.rules.prefix.filter(({ decision }) => decision === 'allow').length,
  };
  const widened = Object.entries(checks)
    .filter(([, holds]) => !holds)
    .map(([name]) => name);
  const opened = places.filter((path) => openness(path, narrow) > openness(path, wide));
  return [...widened, ...opened];
}
