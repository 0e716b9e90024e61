import type { ConfigSnapshot, Judgement, Reason } from '../protocol/index.ts';
import { describeAddress } from './describe-address.ts';
import { hostsInForce, judgeHost } from './host-access.ts';
import { decideByPolicy } from './judge-policy.ts';
import { showText } from './judge-show.ts';
import { formatHostPort } from './normal-host.ts';

export interface BlockedHost {
  /** Canonical. */
  readonly host: string;
  readonly port: number;
  /** What of its addresses is private; none for a host of the internet. */
  readonly privateAddresses: readonly string[];
  /** There was a yes to the name before anybody knew where it leads. */
  readonly isSecond?: boolean;
}

/** The code of the reason that a connection leads to a private address: such a yes counts once only. */
const PRIVATE_ADDRESS = 'private-address';

/** True when the question is about a private address, which no remembered answer opens. */
export function isAboutPrivateAddress(judgement: Pick<Judgement, 'reasons'>): boolean {
  return judgement.reasons.some(({ code }) => code === PRIVATE_ADDRESS);
}

/** What a person may not know: the same address is another machine inside, and a yes to a name is none to where it leads. */
function explainPrivate({ host, port, isSecond }: BlockedHost, address: string): string {
  const { kind } = describeAddress(address);
  const isOwn = kind === 'loopback' || kind === 'unspecified';
  const named = [...new Set([host, address])].map((each) => `--allow-domain ${formatHostPort(each, port)}`);
  return [
    isSecond === true ? ' It is asked by itself, because the yes before was to the name.' : '',
    isOwn
      ? ` Servers inside are reached without the proxy; this one is allowed for good by ${showText(named.join(' '))}.`
      : '',
  ].join('');
}

function reasonFor(blocked: BlockedHost, snapshot: ConfigSnapshot): Reason {
  const { host, port, privateAddresses } = blocked;
  const place = showText(formatHostPort(host, port));
  const [address] = privateAddresses;
  if (address === undefined) {
    const { verdict, rule } = judgeHost(host, port, hostsInForce(snapshot));
    const isRule = verdict === 'ask' && rule.startsWith('a rule');
    const why = isRule ? `: ${showText(rule)}` : ' is on no list of hosts of this session';
    return { code: 'blocked-host', text: `${place}${why}.` };
  }
  const { isPrivate, words } = describeAddress(address);
  const kind = isPrivate ? words : 'an address of this machine';
  const more = privateAddresses.length > 1 ? ` and ${privateAddresses.length - 1} more` : '';
  const lead = address === host ? `${place} is` : `${place} leads to ${address}${more},`;
  return {
    code: PRIVATE_ADDRESS,
    text: `${lead} a private address (${kind}): what listens there often trusts whoever can reach it.${explainPrivate(blocked, address)}`,
  };
}

/** What the lists say of a host of the internet since the connection waits; undefined where they say nothing. */
function judgeByLists(
  { host, port, privateAddresses }: BlockedHost,
  snapshot: ConfigSnapshot,
): Judgement | undefined {
  if (privateAddresses.length > 0) return undefined;
  const { verdict, rule } = judgeHost(host, port, hostsInForce(snapshot));
  if (verdict === 'ask') return undefined;
  const text = `${showText(formatHostPort(host, port))}: ${showText(rule)}.`;
  return { verdict, category: 'rule', reasons: [{ code: 'host-list', text }], risk: null };
}

/** The verdict on a connection that waits, because the lists said nothing of its host or it leads to a private address. */
export function judgeBlockedHost(blocked: BlockedHost, snapshot: ConfigSnapshot): Judgement {
  const listed = judgeByLists(blocked, snapshot);
  if (listed !== undefined) return listed;
  const { verdict, reason } = decideByPolicy('blocked', snapshot);
  const { host, port } = blocked;
  return {
    verdict,
    category: 'blocked',
    reasons: [reasonFor(blocked, snapshot), reason],
    risk: null,
    grant: { read: [], write: [], hosts: [{ host, port }], sockets: [] },
  };
}

/** Said of a port that a server inside listens on, before browsers of this machine may reach it. */
export function judgePublishedPort(port: number, snapshot: ConfigSnapshot): Judgement {
  const { verdict, reason } = decideByPolicy('blocked', snapshot);
  const text = `A program of this session listens on port ${port}; a yes lets the programs of this machine reach it.`;
  return { verdict, category: 'blocked', reasons: [{ code: 'publish-port', text }, reason], risk: null };
}
