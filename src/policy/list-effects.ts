/**
 * What a run is known to touch, as rows for a card. Promises: rows for reads, network and secrets are always there, so
 * that "nothing" is said and not left out; at most a few rows of a kind, the others counted. Does not promise
 * completeness: what a program opens on its own account is the wall's business.
 */
import type {
  AccessGrant,
  ConfigSnapshot,
  Effect,
  Facts,
  HostPort,
  PathFact,
  StepDraft,
} from '../protocol/index.ts';
import { describeAmount, describeBytes, type FolderAmount } from './describe-amount.ts';
import { readHostNeed } from './judge-hosts.ts';
import { judgeNamedHost } from './judge-network.ts';
import { classifyPath } from './path-access.ts';
import { baseOf } from './path-access-join.ts';
import { type PathPlace, placeOf } from './path-place.ts';

export interface EffectsInput {
  readonly facts: Facts;
  readonly snapshot: ConfigSnapshot;
  /** The command as it would run; absent for a single call that the wall has stopped. */
  readonly step?: StepDraft | undefined;
  readonly grant?: AccessGrant | undefined;
  /** What lies in folders that would be deleted, by real path. */
  readonly amounts?: ReadonlyMap<string, FolderAmount> | undefined;
}

type Place = NonNullable<Effect['place']>;
type Rows = Partial<Record<Effect['kind'], Effect[]>>;

const ORDER: readonly Effect['kind'][] = [
  'deletes',
  'writes',
  'runs',
  'reads',
  'network',
  'secrets',
  'socket',
];
/** Said even when there is nothing of it. */
const ALWAYS: readonly Effect['kind'][] = ['reads', 'network', 'secrets'];
const MAX_ROWS = 6;

const KINDS: Record<PathFact['use'], Effect['kind']> = {
  delete: 'deletes',
  write: 'writes',
  read: 'reads',
  execute: 'runs',
};

const GIT: Partial<Record<NonNullable<PathFact['git']>, string>> = {
  tracked: 'in git',
  modified: 'in git, changed',
  ignored: 'ignored by git',
  untracked: 'not in git',
  none: 'not in a git repository',
};

/** The effects of a run, in the order of a card. */
export function listEffects(input: EffectsInput): Effect[] {
  const rows: Rows = {};
  const add = (effect: Effect): void => {
    rows[effect.kind] = [...(rows[effect.kind] ?? []), effect];
  };
  const isMove = baseOf(input.step?.words[0]?.value ?? '') === 'mv';
  for (const fact of withoutCandidates(input.facts.paths)) add(describePath(fact, input, isMove));
  for (const effect of [...listPrograms(input), ...listNetwork(input), ...listSockets(input)]) add(effect);
  return ORDER.flatMap((kind) => {
    const found = rows[kind] ?? [];
    if (found.length === 0) return ALWAYS.includes(kind) ? [{ kind }] : [];
    return bound(kind, found);
  });
}

/** As git looks for its folder: here, above, above that … */
const GIT_FOLDER = /(?:^|\/)(?:\.\.\/)*\.git$/;

/** Of the folders that git would look at, it uses the first that is there: the others are no effect. */
function withoutCandidates(paths: readonly PathFact[]): readonly PathFact[] {
  const candidates = paths.filter(({ text }) => GIT_FOLDER.test(text));
  if (candidates.length < 2) return paths;
  const used = candidates.find(({ kind }) => kind !== 'missing') ?? candidates[0];
  return paths.filter((fact) => fact === used || !candidates.includes(fact));
}

/** What lies outside comes first; what is too much is counted. */
function bound(kind: Effect['kind'], effects: readonly Effect[]): Effect[] {
  const sorted = [...effects].sort((a, b) => Number(a.place === 'inside') - Number(b.place === 'inside'));
  if (sorted.length <= MAX_ROWS) return sorted;
  const kept = sorted.slice(0, MAX_ROWS - 1);
  const rest = sorted.slice(MAX_ROWS - 1);
  const place: Place | undefined = rest.every((effect) => effect.place === 'inside') ? 'inside' : undefined;
  return [...kept, { kind, what: `${rest.length} more`, ...(place !== undefined && { place }) }];
}

function describePath(fact: PathFact, { facts, snapshot, amounts }: EffectsInput, isMove: boolean): Effect {
  const place = placeOf(fact, snapshot, facts);
  const isSecretRead = place === 'secret' && (fact.use === 'read' || fact.use === 'execute');
  const detail = describeFact(fact, place, { amounts, isMove, snapshot });
  return {
    kind: isSecretRead ? 'secrets' : KINDS[fact.use],
    what: fact.text,
    ...(detail !== '' && { detail }),
    place: toPlace(place),
  };
}

/** A secret is beyond the access, whatever folder it lies in. */
function toPlace(place: PathPlace): Place {
  return place === 'secret' ? 'outside' : place;
}

function describeFact(
  fact: PathFact,
  place: PathPlace,
  { amounts, isMove, snapshot }: Pick<EffectsInput, 'amounts' | 'snapshot'> & { readonly isMove: boolean },
): string {
  if (fact.kind === 'missing') return fact.use === 'write' ? 'new' : 'does not exist';
  if (fact.kind === 'unknown' || fact.real === null) return 'could not be looked up';
  const amount = amounts?.get(fact.real);
  const isOpenSecret = place === 'secret' && snapshot.sandboxMode === 'danger-full-access';
  const parts = [
    fact.use === 'delete' && isMove ? 'moved away' : undefined,
    fact.use !== 'read' && place === 'secret' ? 'a secret' : undefined,
    isOpenSecret ? 'not hidden in this session' : undefined,
    fact.kind === 'device' ? 'a device' : undefined,
    fact.sizeBytes === undefined ? undefined : describeBytes(fact.sizeBytes),
    amount === undefined ? undefined : describeAmount(amount),
    fact.git === undefined ? undefined : GIT[fact.git],
  ];
  return parts.filter((part) => part !== undefined).join(', ');
}

/** A program that the session itself could have changed, or that does not exist. */
function listPrograms({ facts, snapshot, step }: EffectsInput): Effect[] {
  const { program } = facts;
  if (program === undefined || step === undefined) return [];
  if (program === null) {
    const name = step.words[0]?.value;
    return name === undefined ? [] : [{ kind: 'runs', what: name, detail: 'no such program was found' }];
  }
  const found = classifyPath(program, snapshot);
  const isOwn = program.startsWith(`${snapshot.workspace}/`) || found === 'scratch';
  return isOwn ? [{ kind: 'runs', what: program, detail: 'a file of this workspace', place: 'inside' }] : [];
}

function listNetwork({ snapshot, step, grant }: EffectsInput): Effect[] {
  const isOn = snapshot.networkAccess || snapshot.sandboxMode === 'danger-full-access';
  const need = step === undefined ? null : readHostNeed(step);
  const hosts = [...(need?.hosts ?? []), ...(grant?.hosts ?? [])];
  if (need !== null && hosts.length === 0) {
    const rest = isOn
      ? { place: 'inside' as const }
      : { detail: 'asked about when it connects', place: 'outside' as const };
    return [{ kind: 'network', what: 'hosts that are not named', ...rest }];
  }
  const rows = new Map(hosts.map((host) => [showHost(host), host]));
  return [...rows].map(([what, host]) => ({ kind: 'network', what, ...placeOfHost(host, snapshot, isOn) }));
}

function placeOfHost(
  host: HostPort,
  snapshot: ConfigSnapshot,
  isOn: boolean,
): Pick<Effect, 'detail' | 'place'> {
  if (isOn) return { place: 'inside' };
  const { verdict, rule } = judgeNamedHost(host, snapshot);
  return { detail: rule, place: verdict === 'allow' ? 'inside' : 'outside' };
}

function showHost({ host, port }: HostPort): string {
  return port === undefined ? host : `${host}:${port}`;
}

function listSockets({ grant }: EffectsInput): Effect[] {
  return (grant?.sockets ?? []).map((what) => ({ kind: 'socket', what, place: 'outside' }));
}
