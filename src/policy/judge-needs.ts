/**
 * What a step is known to need that lies beyond the access of its session. Promises: a path that could not be looked up
 * counts as beyond. Does not promise completeness: what is not known before is stopped by the wall. Without it a step
 * would fail half way through what a person could have settled before it began.
 */
import type {
  AccessGrant,
  ConfigSnapshot,
  Facts,
  HostPort,
  PathFact,
  Reason,
  StepDraft,
} from '../protocol/index.ts';
import { readNetworkNeeds } from './judge-network.ts';
import { showText } from './judge-show.ts';
import { missingPathOf } from './least-grant.ts';
import { refuseManagedPath } from './managed-deny.ts';
import { listNamedPaths, MAX_NAMED_PATHS } from './named-paths.ts';
import { classifyPath, describeDenial, type PathClass } from './path-access.ts';
import { isAtOrBelow, joinPath } from './path-access-join.ts';

/** The needs of a step, sorted into what is missing and what may be said about the rest. */
export interface StepNeeds {
  readonly missing: { readonly paths: readonly PathFact[]; readonly hosts: readonly HostPort[] };
  readonly reasons: readonly Reason[];
  /** Said of a step that lies within the access, such as that its hosts are not known. */
  readonly notes: readonly Reason[];
  /** What no answer opens. */
  readonly refusals: readonly Reason[];
  /** Something about the step could not be found out. */
  readonly isUncertain: boolean;
}

const VERBS: Record<PathFact['use'], string> = {
  read: 'reads',
  write: 'writes',
  delete: 'removes',
  execute: 'runs',
};

function isReading(fact: PathFact): boolean {
  return fact.use === 'read' || fact.use === 'execute';
}

/** By the name as written: `ln -sf other .git` changes the link, wherever it led. */
function isWrittenProtected(fact: PathFact, snapshot: ConfigSnapshot, facts: Facts): boolean {
  const written = joinPath(fact.text, facts.cwd, facts.home);
  return written !== fact.real && classifyPath(written, snapshot) === 'protected';
}

/** The strictest class of the path and of what it would be once it exists. */
export function classifyFact(fact: PathFact, snapshot: ConfigSnapshot, facts: Facts): PathClass | 'unknown' {
  if (fact.real === null) return 'unknown';
  if (fact.kind === 'unknown') {
    const found = classifyPath(fact.real, snapshot);
    return found === 'secret' || found === 'denied' ? found : 'unknown';
  }
  const whole = fact.kind === 'missing' ? missingPathOf(fact, facts) : fact.real;
  const classes = [classifyPath(fact.real, snapshot)];
  if (whole !== null && whole !== fact.real) classes.push(classifyPath(whole, snapshot));
  if (!isReading(fact) && isWrittenProtected(fact, snapshot, facts)) classes.push('protected');
  const strict: PathClass[] = [
    ...(['secret', 'denied', 'unreadable', 'protected'] as const),
    ...(['outside', 'inside', 'scratch', 'device'] as const),
  ];
  return strict.find((item) => classes.includes(item)) ?? 'outside';
}

function isOpened(fact: PathFact, access: AccessGrant | undefined): boolean {
  if (access === undefined || fact.real === null) return false;
  const { real } = fact;
  const open = isReading(fact) ? [...access.read, ...access.write] : access.write;
  // A `.git` that is a file leads to its repository, and that is what git writes.
  const place = isReading(fact) ? real : (fact.repository ?? real);
  return open.some((path) => isAtOrBelow(place, path));
}

function describe(fact: PathFact): string {
  const named = showText(fact.text);
  return fact.real === null || fact.real === fact.text ? named : `${named} (${showText(fact.real)})`;
}

type Beyond = Exclude<PathClass, 'inside' | 'scratch' | 'device'> | 'unknown';

const CLASS_REASONS: Record<Beyond, { code: string; tail: string }> = {
  secret: { code: 'secret-path', tail: 'which is kept secret from sessions' },
  denied: { code: 'denied-path', tail: 'which is denied' },
  unreadable: { code: 'unreadable-path', tail: 'which lies outside what this session may read' },
  protected: {
    code: 'protected-path',
    tail: 'which is protected although it lies below a writable folder',
  },
  outside: { code: 'outside-path', tail: 'which lies outside what this session may write' },
  unknown: {
    code: 'unknown-path',
    tail: 'which could not be looked up, so that it is judged as lying outside',
  },
};

/** The reason why a path is beyond the access, or null when it is within. */
export function missingReason(fact: PathFact, snapshot: ConfigSnapshot, facts: Facts): Reason | null {
  const found = classifyFact(fact, snapshot, facts);
  if (found === 'inside' || found === 'scratch' || found === 'device') return null;
  if (isReading(fact) && (found === 'outside' || found === 'protected')) return null;
  if (found === 'unknown' && snapshot.sandboxMode === 'danger-full-access') return null;
  // What is not there can be read by nobody: a yes would open a folder for nothing. What comes is hidden by the wall.
  if (isReading(fact) && fact.kind === 'missing') return null;
  const { code, tail } = CLASS_REASONS[found];
  const why = fact.real === null ? null : describeDenial(fact.real, snapshot);
  return { code, text: `It ${VERBS[fact.use]} ${describe(fact)}, ${why ?? tail}.` };
}

/** What no answer opens, by each name that is known of it. */
function refuseManaged(fact: PathFact, snapshot: ConfigSnapshot, facts: Facts): Reason | null {
  if (snapshot.managedDeny === undefined) return null;
  const whole = fact.kind === 'missing' ? missingPathOf(fact, facts) : null;
  const places = [joinPath(fact.text, facts.cwd, facts.home), fact.real, whole, fact.repository];
  const known = places.filter((place) => place !== null && place !== undefined);
  return refuseManagedPath(`It ${VERBS[fact.use]} ${describe(fact)}`, known, snapshot);
}

const REPOSITORY = /^(?:.*\/)?(?:\.\.\/)*\.git$/;

/** Of the candidates for a repository's folder only the nearest that exists is needed; a lone name is kept. */
function dropOtherRepositories(paths: readonly PathFact[], step: StepDraft): PathFact[] {
  if (step.words[0]?.value?.endsWith('git') !== true) return [...paths];
  const candidates = paths.filter((fact) => fact.use === 'write' && REPOSITORY.test(fact.text));
  const nearest = candidates.find((fact) => fact.kind !== 'missing');
  return paths.filter((fact) => !candidates.includes(fact) || fact === nearest);
}

function collectPaths(
  step: StepDraft,
  facts: Facts,
): { paths: PathFact[]; isCut: boolean; isCutWriting: boolean } {
  const named = listNamedPaths(step);
  const known = new Set(facts.paths.map((fact) => `${fact.use} ${fact.text}`));
  const lost = named
    .slice(0, MAX_NAMED_PATHS)
    .filter((path) => !known.has(`${path.use} ${path.text}`))
    .map((path): PathFact => ({ ...path, real: null, kind: 'unknown' }));
  const isCut = facts.isTruncated || named.length > MAX_NAMED_PATHS;
  const isCutWriting =
    isCut && [...named, ...facts.paths].some((path) => path.use === 'write' || path.use === 'delete');
  return { paths: dropOtherRepositories([...facts.paths, ...lost], step), isCut, isCutWriting };
}

/** Sorts what the step is known to need; `access` is what live grants have opened already. */
export function readNeeds(
  step: StepDraft,
  snapshot: ConfigSnapshot,
  facts: Facts,
  access?: AccessGrant,
): StepNeeds {
  const { paths, isCut, isCutWriting } = collectPaths(step, facts);
  const missing: PathFact[] = [];
  const reasons: Reason[] = [];
  const closed: Reason[] = [];
  for (const fact of paths) {
    const managed = refuseManaged(fact, snapshot, facts);
    if (managed !== null) {
      closed.push(managed);
      continue;
    }
    const reason = isOpened(fact, access) ? null : missingReason(fact, snapshot, facts);
    if (reason === null) continue;
    missing.push(fact);
    reasons.push(reason);
  }
  if (isCutWriting && snapshot.sandboxMode !== 'danger-full-access') {
    missing.push({ text: '', use: 'write', real: null, kind: 'unknown' });
    reasons.push({
      code: 'too-many-paths',
      text: 'It names more paths than were looked at, and some may lie outside.',
    });
  }
  const network = readNetworkNeeds(step, snapshot, access);
  return {
    missing: { paths: missing, hosts: network.hosts },
    reasons: [...reasons, ...network.reasons],
    notes: network.notes,
    refusals: [...closed, ...network.refusals],
    isUncertain: isCut || paths.some((fact) => fact.real === null || fact.kind === 'unknown'),
  };
}
