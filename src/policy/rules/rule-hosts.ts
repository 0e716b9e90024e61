import type { NetworkRule, RuleSet } from '../../protocol/index.ts';

/** What the rules say of hosts, as entries of the form that lists of hosts have. */
export interface RuleHosts {
  readonly allow: string[];
  readonly deny: string[];
  readonly prompt: string[];
}

const CACHE = new WeakMap<RuleSet, RuleHosts>();

/** True for an entry that names a port already; an address of version 6 stands in brackets. */
function hasPort(host: string): boolean {
  return /:\d+$/.test(host) && (host.startsWith('[') ? host.includes(']:') : true);
}

/**
 * An allow opens the usual port of its protocol, and any port where the protocol has none; datagrams have no way
 * through the proxy, so an allow of them opens nothing.
 */
function openedBy({ host, protocol }: NetworkRule): string | null {
  if (protocol === 'socks5_udp') return null;
  if (hasPort(host) || protocol === 'socks5_tcp') return host;
  return `${host}:${protocol === 'http' ? 80 : 443}`;
}

/** The hosts of all network rules. One that denies or asks speaks of its host whatever the protocol. */
export function ruleHosts(rules: RuleSet): RuleHosts {
  const known = CACHE.get(rules);
  if (known !== undefined) return known;
  const lists = { allow: new Set<string>(), deny: new Set<string>(), prompt: new Set<string>() };
  for (const rule of rules.network) {
    const host = rule.decision === 'allow' ? openedBy(rule) : rule.host;
    if (host !== null) lists[rule.decision].add(host);
  }
  const hosts = { allow: [...lists.allow], deny: [...lists.deny], prompt: [...lists.prompt] };
  CACHE.set(rules, hosts);
  return hosts;
}
