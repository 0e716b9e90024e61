/**
 * Whether a host may be reached, by the lists and the network rules of the configuration. Promises: the same answer for every spelling of a
 * host; the most specific entry wins, and deny wins a tie; whatever cannot be read is refused. Does not promise anything
 * about where a name leads: `judgeTarget` takes the addresses into account once they are known.
 */
import type { ConfigSnapshot } from '../protocol/index.ts';
import { describeAddress } from './describe-address.ts';
import { compareEntries, type HostEntry, matchesEntry, parseHostEntry } from './host-entry.ts';
import { type ManagedDeny, showManagedPlace } from './managed-deny.ts';
import { type NormalHost, readHost } from './normal-host.ts';
import { type RuleHosts, ruleHosts } from './rules/index.ts';

export interface HostLists {
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  /**
   * What rules say besides: a deny holds against every entry, a prompt asks although a list allows, an allow opens what
   * would be asked about.
   */
  readonly rules?: RuleHosts;
  /** Of the entries of deny, those that the requirements of this machine put there. */
  readonly managed?: ManagedDeny['hosts'];
}

/** What decides about hosts in a session: the lists and the rules together. */
export function hostsInForce({
  network,
  rules,
  managedDeny,
}: Pick<ConfigSnapshot, 'network' | 'rules' | 'managedDeny'>): HostLists {
  const managed = managedDeny && { managed: managedDeny.hosts };
  return { allow: network.allow, deny: network.deny, rules: ruleHosts(rules), ...managed };
}

export interface HostJudgement {
  readonly verdict: 'allow' | 'ask' | 'refuse';
  /** What decided, for people: `allow "*.example.com"`, `deny "*"`, `on no list`, or why the host cannot be read. */
  readonly rule: string;
}

export interface TargetJudgement extends HostJudgement {
  /** An address is private, and no entry names that very address: a question says so, and a yes counts once only. */
  readonly isPrivate: boolean;
}

interface Entries {
  readonly allow: readonly HostEntry[];
  readonly deny: readonly HostEntry[];
  /** An entry of deny that nobody can read. It may have meant any host. */
  readonly broken: string | null;
}

interface Lists extends Entries {
  readonly managed: ManagedDeny['hosts'];
  readonly rules: Entries & { readonly prompt: readonly HostEntry[] };
}

function readEntries(list: readonly string[]): { entries: HostEntry[]; broken: string | null } {
  const entries: HostEntry[] = [];
  let broken: string | null = null;
  for (const text of list) {
    const reading = parseHostEntry(text);
    if ('entry' in reading) entries.push(reading.entry);
    else broken ??= text;
  }
  return { entries, broken };
}

function readPair(lists: Pick<HostLists, 'allow' | 'deny'>): Entries {
  const deny = readEntries(lists.deny);
  return { allow: readEntries(lists.allow).entries, deny: deny.entries, broken: deny.broken };
}

const NO_RULES: RuleHosts = { allow: [], deny: [], prompt: [] };

function readLists({ allow, deny, rules = NO_RULES, managed = [] }: HostLists): Lists {
  const prompt = readEntries(rules.prompt);
  const pair = readPair(rules);
  const broken = pair.broken ?? prompt.broken;
  return { ...readPair({ allow, deny }), managed, rules: { ...pair, broken, prompt: prompt.entries } };
}

function findBest(entries: readonly HostEntry[], host: string, port: number): HostEntry | null {
  let best: HostEntry | null = null;
  for (const entry of entries) {
    if (!matchesEntry(entry, host, port)) continue;
    if (best === null || compareEntries(entry, best) > 0) best = entry;
  }
  return best;
}

interface Decision extends HostJudgement {
  /** The entry that decided. */
  readonly entry: HostEntry | null;
}

function refuseBy(words: string, entry: HostEntry): Decision {
  return { verdict: 'refuse', rule: `${words} "${entry.text}"`, entry };
}

/** With the place, where the requirements of this machine say so. */
function refuseByList(entry: HostEntry, { managed }: Pick<Lists, 'managed'>): Decision {
  const required = managed.find(({ text }) => text === entry.text);
  const decision = refuseBy('deny', entry);
  if (required === undefined) return decision;
  return { ...decision, rule: `${decision.rule}, required by ${showManagedPlace(required)}` };
}

/** The first entry of those that speaks of the host or of an address inside it. */
function findSpoken(entries: readonly HostEntry[], host: NormalHost, port: number): HostEntry | null {
  for (const text of [host.text, ...host.embedded]) {
    const entry = findBest(entries, text, port);
    if (entry !== null) return entry;
  }
  return null;
}

function decideByLists(host: NormalHost, port: number, lists: Lists): Decision {
  const deny = findBest(lists.deny, host.text, port);
  const allow = findBest(lists.allow, host.text, port);
  const isDenied = deny !== null && (allow === null || compareEntries(allow, deny) <= 0);
  if (isDenied) return refuseByList(deny, lists);
  const inner = host.embedded.flatMap((address) => findDeniedAddress(address, port, lists) ?? [])[0];
  if (inner !== undefined) return refuseByList(inner, lists);
  if (allow !== null) return { verdict: 'allow', rule: `allow "${allow.text}"`, entry: allow };
  return { verdict: 'ask', rule: 'on no list', entry: null };
}

function decide(host: NormalHost, port: number, lists: Lists): Decision {
  const broken = lists.broken ?? lists.rules.broken;
  if (broken !== null) return { verdict: 'refuse', rule: `deny "${broken}" cannot be read`, entry: null };
  const { deny, prompt, allow } = lists.rules;
  const forbidden = findSpoken(deny, host, port);
  if (forbidden !== null) return refuseBy('a rule denies', forbidden);
  const listed = decideByLists(host, port, lists);
  if (listed.verdict === 'refuse') return listed;
  const asked = findSpoken(prompt, host, port);
  if (asked !== null) return { verdict: 'ask', rule: `a rule asks about "${asked.text}"`, entry: asked };
  const opened = listed.verdict === 'ask' ? findBest(allow, host.text, port) : null;
  return opened === null
    ? listed
    : { verdict: 'allow', rule: `a rule allows "${opened.text}"`, entry: opened };
}

/** The entry of deny that names this very address; `*` speaks of the host that was asked for. */
function findDeniedAddress(address: string, port: number, { deny, rules }: Lists): HostEntry | null {
  return findBest(
    [...rules.deny, ...deny].filter((entry) => entry.kind === 'exact'),
    address,
    port,
  );
}

/** What the lists say of a host and port. A host on no list is asked about, unless deny has `*`. */
export function judgeHost(host: string, port: number, lists: HostLists): HostJudgement {
  const reading = readHost(host);
  if ('problem' in reading) return { verdict: 'refuse', rule: reading.problem };
  const { verdict, rule } = decide(reading.host, port, readLists(lists));
  return { verdict, rule };
}

/** Suffixes that nobody outside can own: such a name leads to this machine or its network, and tells nobody anything. */
const NEAR_NAME = /(^|\.)(localhost|test|internal|local|home\.arpa)$/;

/** True for a host that leads to a private address by its very name or number (canonical). */
export function isNearHost(host: string): boolean {
  const reading = readHost(host);
  if ('problem' in reading) return false;
  const { kind, text } = reading.host;
  return kind === 'name' ? NEAR_NAME.test(text) : describeAddress(text).isPrivate;
}

export interface HostTarget {
  readonly host: string;
  readonly port: number;
  /** What the name resolved to; empty when that is not known. An address that was asked for counts by itself. */
  readonly addresses: readonly string[];
}

function judgePrivate(target: HostTarget, host: NormalHost): string | null {
  const literal = host.kind === 'name' ? [] : [host.text];
  const found = [...literal, ...target.addresses].find((address) => describeAddress(address).isPrivate);
  return found === undefined ? null : `private address ${found}: ${describeAddress(found).words}`;
}

/**
 * What the lists say of a host, its port and the addresses it leads to. An address that deny names is refused; an allowed
 * name that leads to a private address is asked about, unless allow names that very address, as an address.
 */
export function judgeTarget(target: HostTarget, hostLists: HostLists): TargetJudgement {
  const reading = readHost(target.host);
  if ('problem' in reading) return { verdict: 'refuse', rule: reading.problem, isPrivate: false };
  const lists = readLists(hostLists);
  const { verdict, rule, entry } = decide(reading.host, target.port, lists);
  const place = judgePrivate(target, reading.host);
  if (verdict === 'refuse') return { verdict, rule, isPrivate: place !== null };
  for (const address of target.addresses) {
    const resolved = readHost(address);
    const judged = 'host' in resolved ? resolved.host : null;
    const named = judged === null ? null : findDenied(judged, target.port, lists);
    if (named !== null)
      return { verdict: 'refuse', rule: refuseByList(named, lists).rule, isPrivate: place !== null };
  }
  const isNamed =
    verdict === 'allow' &&
    (reading.host.kind === 'name' ? leadsToNamed(target, lists) : entry?.kind === 'exact');
  if (place === null || isNamed) return { verdict, rule, isPrivate: false };
  return { verdict: 'ask', rule: place, isPrivate: true };
}

/** True when allow names every private address that the name leads to, as an address: each is open by itself already. */
function leadsToNamed({ addresses, port }: HostTarget, lists: Lists): boolean {
  return addresses.every((address) => {
    if (!describeAddress(address).isPrivate) return true;
    const reading = readHost(address);
    if ('problem' in reading) return false;
    const { verdict, entry } = decide(reading.host, port, lists);
    return verdict === 'allow' && entry?.kind === 'exact';
  });
}

function findDenied(address: NormalHost, port: number, lists: Lists): HostEntry | null {
  for (const text of [address.text, ...address.embedded]) {
    const entry = findDeniedAddress(text, port, lists);
    if (entry !== null) return entry;
  }
  return null;
}
