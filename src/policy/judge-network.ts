/** What a step is known to need of the network, by the lists of hosts. What its words do not name waits at the proxy. */
import type { AccessGrant, ConfigSnapshot, HostPort, Reason, StepDraft } from '../protocol/index.ts';
import { type HostJudgement, type HostLists, hostsInForce, isNearHost, judgeHost } from './host-access.ts';
import { readHostNeed } from './judge-hosts.ts';
import { showText } from './judge-show.ts';
import { ruleHosts } from './rules/index.ts';
import { strictestVerdict } from './strictest-verdict.ts';

export interface NetworkNeeds {
  /** On no list. */
  readonly hosts: readonly HostPort[];
  /** Why those are asked about. */
  readonly reasons: readonly Reason[];
  /** Said of a step whose hosts are not known. */
  readonly notes: readonly Reason[];
  /** Why it cannot run at all: a host is denied. */
  readonly refusals: readonly Reason[];
}

const NO_NEEDS: NetworkNeeds = { hosts: [], reasons: [], notes: [], refusals: [] };

/** Where the words name no port, the usual ones. */
const USUAL_PORTS = [443, 80];

const NO_ROUTE =
  'A connection of the shell itself (/dev/tcp, /dev/udp) fails also after a yes: there is no direct route. Use a program that knows the proxy, such as curl.';
const DIRECT_NOTE: Reason = { code: 'no-direct-route', text: NO_ROUTE };

function coversHost(access: AccessGrant | undefined, host: HostPort): boolean {
  return (
    access?.hosts.some(
      (open) => open.host === host.host && (open.port === undefined || open.port === host.port),
    ) ?? false
  );
}

/** What a host is said to be on that no list and no rule names. */
const ON_NO_LIST = 'on no list';

/** Where the network is on, only rules speak of hosts. */
const EVERY_HOST: HostLists = { allow: ['*'], deny: [] };

/** What the lists and rules say of a host; with no port, what they say of every usual one. */
export function judgeNamedHost(host: HostPort, snapshot: ConfigSnapshot): HostJudgement {
  return judgeByLists(host, hostsInForce(snapshot));
}

function judgeByLists({ host, port }: HostPort, lists: HostLists): HostJudgement {
  const judged = (port === undefined ? USUAL_PORTS : [port]).map((each) => judgeHost(host, each, lists));
  const verdict = strictestVerdict(judged.map((each) => each.verdict));
  return judged.find((each) => each.verdict === verdict) ?? { verdict: 'ask', rule: ON_NO_LIST };
}

function showHost({ host, port }: HostPort): string {
  return showText(port === undefined ? host : `${host}:${port}`);
}

/** Sorts the hosts that a step names; `access` is what live grants have opened already. */
export function readNetworkNeeds(
  step: StepDraft,
  snapshot: ConfigSnapshot,
  access: AccessGrant | undefined,
): NetworkNeeds {
  const isOn = snapshot.networkAccess || snapshot.sandboxMode === 'danger-full-access';
  if (isOn && snapshot.rules.network.length === 0) return NO_NEEDS;
  const need = readHostNeed(step);
  if (need === null) return NO_NEEDS;
  const lists = isOn ? { ...EVERY_HOST, rules: ruleHosts(snapshot.rules) } : hostsInForce(snapshot);
  const judged = need.hosts.map((host) => ({ host, ...judgeByLists(host, lists) }));
  const refusals = judged
    .filter(({ verdict }) => verdict === 'refuse')
    .map(({ host, rule }) => ({
      code: 'denied-host',
      text: `It connects to ${showHost(host)}, which the hosts of this session do not allow (${showText(rule)}).`,
    }));
  // A private address is asked about when it connects, by itself: a question in front would only be a second one.
  // So is a name without a dot, which most often is one of this machine or its network.
  const isLaterAsked = (host: string, rule: string): boolean =>
    isNearHost(host) || (!isOn && rule === ON_NO_LIST && !/[.:]/.test(host));
  const asked = judged.filter(
    ({ verdict, host, rule }) =>
      verdict === 'ask' && !coversHost(access, host) && !isLaterAsked(host.host, rule),
  );
  const reasons = asked.map(({ host, rule }) => ({
    code: 'host',
    text: `It connects to ${showHost(host)}, ${rule === ON_NO_LIST ? 'which is on no list of hosts of this session' : `and ${showText(rule)}`}.${need.isDirect && !isOn ? ` ${NO_ROUTE}` : ''}`,
  }));
  if (need.isDirect && !isOn)
    return { hosts: asked.map(({ host }) => host), reasons, notes: [DIRECT_NOTE], refusals };
  const text = `${showText(need.program)} is likely to need the network: hosts on no list are asked about when it connects.`;
  const isLater =
    !isOn &&
    (need.hosts.length === 0 ||
      judged.some(({ verdict, host, rule }) => verdict === 'ask' && isLaterAsked(host.host, rule)));
  const notes = isLater ? [{ code: 'unnamed-hosts', text }] : [];
  return { hosts: asked.map(({ host }) => host), reasons, notes, refusals };
}
