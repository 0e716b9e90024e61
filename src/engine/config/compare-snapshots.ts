/**
 * Whether one configuration in force opens nothing that another does not. Promises: an answer that errs to "it does".
 * Does not promise to know what the machine makes of the paths. Without it keys that each narrow could widen together.
 */
import { isDeepStrictEqual } from 'node:util';
import { decidePath } from '../../policy/index.ts';
import type { ConfigSnapshot, Limits } from '../../protocol/index.ts';
import { policyRule } from './narrow-value.ts';
import { isWithin } from './resolve-paths.ts';

function isSubset(inner: readonly unknown[], outer: readonly unknown[]): boolean {
  const texts = new Set(outer.map((item) => JSON.stringify(item)));
  return inner.every((item) => texts.has(JSON.stringify(item)));
}

/** 0 closed, 1 readable, 2 writable. */
function levelOf(path: string, snapshot: ConfigSnapshot): number {
  if (snapshot.sandboxMode === 'danger-full-access') return 2;
  const decision = decidePath(path, snapshot);
  const isOpen = decision.kind === 'open' || decision.kind === 'read' || decision.kind === 'write';
  if (!isOpen) return 0;
  if (decision.kind === 'write') return 2;
  const isWritable = snapshot.profile === null && snapshot.writableRoots.some((root) => isWithin(path, root));
  return isWritable ? 2 : 1;
}

/** Paths at which one of the two may change what holds; between them nothing changes. */
function turningPoints(snapshot: ConfigSnapshot): string[] {
  const { workspace, home, writableRoots, secretPaths, protectedPaths, profile } = snapshot;
  const entries = (profile?.entries ?? []).map((entry) => entry.path);
  return ['/', workspace, home, ...writableRoots, ...secretPaths, ...protectedPaths, ...entries];
}

function findWiderPath(narrow: ConfigSnapshot, wide: ConfigSnapshot): string | undefined {
  const points = new Set([...turningPoints(narrow), ...turningPoints(wide)]);
  return [...points].find((path) => levelOf(path, narrow) > levelOf(path, wide));
}

/** Hosts and the whole network. */
function opensNetwork(narrow: ConfigSnapshot, wide: ConfigSnapshot): boolean {
  if (narrow.networkAccess) return !wide.networkAccess;
  if (wide.networkAccess) return false;
  return (
    !isSubset(narrow.network.allow, wide.network.allow) || !isSubset(wide.network.deny, narrow.network.deny)
  );
}

function opensLimits(narrow: Limits, wide: Limits): boolean {
  const amounts = (limits: Limits): (number | null)[] => [
    limits.processes,
    limits.memoryBytes,
    limits.fileBytes,
    limits.openFiles,
    limits.wallTimeMs,
  ];
  const before = amounts(wide);
  return amounts(narrow).some(
    (amount, index) => (amount ?? Number.POSITIVE_INFINITY) > (before[index] ?? Number.POSITIVE_INFINITY),
  );
}

function opensRules({ rules: narrow }: ConfigSnapshot, { rules: wide }: ConfigSnapshot): boolean {
  const isOpen = ({ decision }: { readonly decision: string }): boolean => decision === 'allow';
  const isClosed = (rule: { readonly decision: string }): boolean => !isOpen(rule);
  return (
    !isSubset(narrow.prefix.filter(isOpen), wide.prefix) ||
    !isSubset(wide.prefix.filter(isClosed), narrow.prefix) ||
    !isSubset(narrow.network.filter(isOpen), wide.network) ||
    !isSubset(wide.network.filter(isClosed), narrow.network)
  );
}

const MODES = ['read-only', 'workspace-write', 'danger-full-access'];
const RISKS = ['medium', 'high', 'critical', 'off'];

/** One thing that could be opened: its name, and whether it is. */
type Aspect = readonly [name: string, isWider: (narrow: ConfigSnapshot, wide: ConfigSnapshot) => boolean];

const ASPECTS: readonly Aspect[] = [
  ['the sandbox mode', (a, b) => MODES.indexOf(a.sandboxMode) > MODES.indexOf(b.sandboxMode)],
  ['the approval policy', (a, b) => policyRule(a.approvalPolicy, b.approvalPolicy).wider.length > 0],
  ['ask_on_risk', (a, b) => RISKS.indexOf(a.askOnRisk) > RISKS.indexOf(b.askOnRisk)],
  ['approval_expiry', (a, b) => a.approvalExpiryMs > b.approvalExpiryMs],
  ['the shell', (a, b) => a.shell !== b.shell],
  ['exec_gate', (a, b) => b.execGate && !a.execGate],
  ['the workspace', (a, b) => a.workspace !== b.workspace || a.home !== b.home],
  ['tmp', (a, b) => (a.tmp === 'shared' && b.tmp !== 'shared') || (a.tmpWritable && !b.tmpWritable)],
  ['tmp_size', (a, b) => a.tmpSizeBytes > b.tmpSizeBytes],
  ['hosts that are reached', opensNetwork],
  ['the proxy', (a, b) => a.network.proxy !== b.network.proxy || a.network.caFile !== b.network.caFile],
  ['the limits', (a, b) => opensLimits(a.limits, b.limits)],
  ['secrets', (a, b) => b.protectSecrets && !a.protectSecrets],
  [
    'protected paths',
    (a, b) => !isSubset(b.protectedPaths, a.protectedPaths) || !isSubset(b.protectedNames, a.protectedNames),
  ],
  ['patterns of hidden files', (a, b) => !hidesAsMuch(a, b)],
  ['variables that are passed', (a, b) => !isSubset(a.environment.include, b.environment.include)],
  ['variables that are not passed', (a, b) => !isSubset(b.environment.exclude, a.environment.exclude)],
  ['variables that are set', (a, b) => !isDeepStrictEqual(a.environment.set, b.environment.set)],
  ['the reviewer', (a, b) => a.approvalsReviewer !== 'user' && b.approvalsReviewer === 'user'],
  ['servers that are believed', (a, b) => !isSubset(a.trustedMcpServers, b.trustedMcpServers)],
  ['folders of skills', (a, b) => !isSubset(b.skillFolders, a.skillFolders)],
  ['rules', opensRules],
];

function hidesAsMuch(narrow: ConfigSnapshot, wide: ConfigSnapshot): boolean {
  if (wide.sandboxMode === 'danger-full-access') return true;
  const globs = wide.profile?.denyGlobs ?? [];
  return isSubset(globs, narrow.profile?.denyGlobs ?? []) && isDeepStrictEqual(narrow.ignored, wide.ignored);
}

/** What the first configuration opens and the second does not; undefined when it is a subset of it. */
export function findWidening(narrow: ConfigSnapshot, wide: ConfigSnapshot): string | undefined {
  const aspect = ASPECTS.find(([, isWider]) => isWider(narrow, wide));
  if (aspect !== undefined) return aspect[0];
  return findWiderPath(narrow, wide);
}
