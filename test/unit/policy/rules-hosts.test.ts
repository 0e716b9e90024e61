import { describe, expect, it } from 'vitest';
import {
  hostsInForce,
  judgeBlockedHost,
  judgeHost,
  judgeStep,
  judgeTarget,
  parseRules,
  ruleHosts,
} from '../../../src/policy/index.ts';
import { type ConfigSnapshot, NO_HOSTS } from '../../../src/protocol/index.ts';
import { makeFacts, makeSnapshot, makeSteps } from './judge-fixture.ts';

function readRules(lines: readonly string[]) {
  const { rules, mistakes } = parseRules(lines.join('\n'), { file: 'FILE', layer: 'user' });
  expect(mistakes).toEqual([]);
  return rules;
}

const allow = 'network_rule("a.example.com", "https", "allow")';
const deny = 'network_rule("a.example.com", "http", "deny")';
const prompt = 'network_rule("a.example.com", "http", "prompt")';

describe('rules as lists', () => {
  it('an allow opens the port of its protocol, a deny and a prompt speak of the whole host', () => {
    const rules = readRules([
      allow,
      'network_rule("b.example.com", "http", "allow")',
      'network_rule("c.example.com", "socks5_tcp", "allow")',
      'network_rule("d.example.com", "socks5_udp", "allow")',
      'network_rule("e.example.com:8443", "https", "allow")',
      'network_rule("[::2]", "https", "allow")',
      prompt,
      deny,
    ]);
    expect(ruleHosts(rules)).toEqual({
      allow: ['a.example.com:443', 'b.example.com:80', 'c.example.com', 'e.example.com:8443', '[::2]:443'],
      deny: ['a.example.com'],
      prompt: ['a.example.com'],
    });
  });
});

describe('rules and lists together', () => {
  const lists = { none: [], exact: ['a.example.com'], port: ['a.example.com:443'], any: ['*'] };
  type Name = keyof typeof lists;
  const cases: [rules: string[], allow: Name, deny: Name, verdict: string, rule: string][] = [
    [[], 'none', 'none', 'ask', 'on no list'],
    [[allow], 'none', 'none', 'allow', 'a rule allows "a.example.com:443"'],
    [[allow], 'none', 'exact', 'refuse', 'deny "a.example.com"'],
    [[allow], 'none', 'any', 'refuse', 'deny "*"'],
    [[deny], 'exact', 'none', 'refuse', 'a rule denies "a.example.com"'],
    [[deny], 'port', 'none', 'refuse', 'a rule denies "a.example.com"'],
    [[deny, allow], 'none', 'none', 'refuse', 'a rule denies "a.example.com"'],
    [[prompt], 'exact', 'none', 'ask', 'a rule asks about "a.example.com"'],
    [[prompt, allow], 'port', 'none', 'ask', 'a rule asks about "a.example.com"'],
    [[prompt], 'none', 'exact', 'refuse', 'deny "a.example.com"'],
  ];
  it.each(cases)('%j, allow %s, deny %s: %s', (...[lines, allowed, denied, verdict, rule]) => {
    const network = { ...NO_HOSTS, allow: lists[allowed], deny: lists[denied] };
    const hosts = hostsInForce({ network, rules: readRules(lines) });
    expect(judgeHost('a.example.com', 443, hosts)).toEqual({ verdict, rule });
    expect(judgeHost('A.EXAMPLE.COM.', 443, hosts).verdict).toBe(verdict);
  });

  it('an allow for https does not open other ports', () => {
    const hosts = hostsInForce({ network: NO_HOSTS, rules: readRules([allow]) });
    expect(judgeHost('a.example.com', 22, hosts).verdict).toBe('ask');
  });

  it('a denied address is denied behind every name, and an allowed name is asked about before it leads to this machine', () => {
    const rules = readRules(['network_rule("192.0.2.7", "https", "deny")', allow]);
    const hosts = hostsInForce({ network: { ...NO_HOSTS, allow: ['*'] }, rules });
    expect(judgeTarget({ host: 'b.example.com', port: 443, addresses: ['192.0.2.7'] }, hosts).verdict).toBe(
      'refuse',
    );
    const near = hostsInForce({ network: NO_HOSTS, rules });
    expect(judgeTarget({ host: 'a.example.com', port: 443, addresses: ['10.0.0.1'] }, near)).toMatchObject({
      verdict: 'ask',
      isPrivate: true,
    });
  });
});

describe('steps and connections', () => {
  function judge(script: string, lines: readonly string[], changes: Partial<ConfigSnapshot> = {}) {
    const [step] = makeSteps(script);
    const { verdict, reasons } = judgeStep(
      step,
      makeSnapshot({ rules: readRules(lines), ...changes }),
      makeFacts(step),
    );
    return { verdict, text: reasons.map(({ text }) => text).join(' ') };
  }

  it('a step that names a host is judged by the rules', () => {
    const fetch = 'curl https://a.example.com/x';
    expect(judge(fetch, []).verdict).toBe('ask');
    expect(judge(fetch, [allow]).verdict).toBe('allow');
    expect(judge(fetch, [deny])).toMatchObject({
      verdict: 'refuse',
      text: expect.stringContaining('a rule denies "a.example.com"'),
    });
    expect(judge(fetch, [prompt], { network: { ...NO_HOSTS, allow: ['a.example.com'] } })).toMatchObject({
      verdict: 'ask',
      text: expect.stringContaining(
        'It connects to a.example.com:443, and a rule asks about "a.example.com".',
      ),
    });
  });

  it.each<[string, Partial<ConfigSnapshot>]>([
    ['the network is on', { networkAccess: true }],
    ['there is no wall', { sandboxMode: 'danger-full-access' }],
  ])('a deny holds for named hosts also where %s', (_name, changes) => {
    expect(judge('curl https://a.example.com/x', [deny], changes).verdict).toBe('refuse');
    expect(judge('curl https://b.example.com/x', [deny], changes).verdict).toBe('allow');
  });

  it('a connection that waits says which rule asks', () => {
    const blocked = { host: 'a.example.com', port: 443, privateAddresses: [] };
    const texts = (lines: string[]): string | undefined =>
      judgeBlockedHost(blocked, makeSnapshot({ rules: readRules(lines) })).reasons[0]?.text;
    expect(texts([])).toBe('a.example.com:443 is on no list of hosts of this session.');
    expect(texts([prompt])).toBe('a.example.com:443: a rule asks about "a.example.com".');
  });
});
