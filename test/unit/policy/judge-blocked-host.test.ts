import { describe, expect, it } from 'vitest';
import {
  askSentence,
  isAboutPrivateAddress,
  isNearHost,
  judgeBlockedHost,
  judgePublishedPort,
} from '../../../src/policy/index.ts';
import type { ApprovalPolicy, Judgement } from '../../../src/protocol/index.ts';
import { makeSnapshot } from './judge-fixture.ts';

const publicHost = { host: 'example.org', port: 443, privateAddresses: [] };
const near = { host: 'box.test', port: 80, privateAddresses: ['10.0.0.7', '10.0.0.8'] };

const sentence = (judgement: Judgement): string =>
  askSentence({ ...judgement, kind: 'net', argv: undefined, grant: judgement.grant });

describe('a connection that waits', () => {
  const granular = (sandbox_approval: boolean): ApprovalPolicy => ({
    granular: {
      sandbox_approval,
      rules: true,
      mcp_elicitations: true,
      request_permissions: true,
      skill_approval: true,
    },
  });

  it.each<[string, ApprovalPolicy, string]>([
    ['untrusted', 'untrusted', 'ask'],
    ['on-request', 'on-request', 'ask'],
    ['never', 'never', 'refuse'],
    ['granular with its switch on', granular(true), 'ask'],
    ['granular with its switch off', granular(false), 'refuse'],
  ])('under %s', (_name, approvalPolicy, verdict) => {
    const snapshot = makeSnapshot({ approvalPolicy });
    expect(judgeBlockedHost(publicHost, snapshot).verdict).toBe(verdict);
    expect(judgeBlockedHost(near, snapshot).verdict).toBe(verdict);
    expect(judgePublishedPort(3000, snapshot).verdict).toBe(verdict);
  });

  it('is decided by lists that have changed since, but never where it leads to a private address', () => {
    const network = { ...makeSnapshot().network, allow: ['example.org', 'box.test'] };
    const allowed = judgeBlockedHost(publicHost, makeSnapshot({ network }));
    expect(allowed).toMatchObject({ verdict: 'allow', category: 'rule' });
    expect(allowed.reasons[0]?.text).toBe('example.org:443: allow "example.org".');
    expect(judgeBlockedHost(near, makeSnapshot({ network })).verdict).toBe('ask');
    const denied = { ...network, deny: ['example.org'] };
    expect(judgeBlockedHost(publicHost, makeSnapshot({ network: denied })).verdict).toBe('refuse');
  });

  it('grants this host and port and nothing else', () => {
    const { grant, category } = judgeBlockedHost(publicHost, makeSnapshot());
    expect([category, grant]).toEqual([
      'blocked',
      { read: [], write: [], hosts: [{ host: 'example.org', port: 443 }], sockets: [] },
    ]);
  });

  it('says a private address by these words, and its kind', () => {
    const judgement = judgeBlockedHost(near, makeSnapshot());
    expect(judgement.reasons[0]?.text).toMatch(
      /^box\.test:80 leads to 10\.0\.0\.7 and 1 more, a private address \(/,
    );
    expect([isAboutPrivateAddress(judgement), sentence(judgement)]).toEqual([
      true,
      'Connect to a private address',
    ]);
    const literal = { host: '169.254.169.254', port: 80, privateAddresses: ['169.254.169.254'] };
    expect(judgeBlockedHost(literal, makeSnapshot()).reasons[0]?.text).toMatch(
      /^169\.254\.169\.254:80 is a private address \(the metadata service/,
    );
    const own = { host: 'me.example.org', port: 80, privateAddresses: ['8.8.8.8'] };
    expect(judgeBlockedHost(own, makeSnapshot()).reasons[0]?.text).toContain('an address of this machine');
  });

  it('says of another host that it is on no list, and of a port that it opens', () => {
    const judgement = judgeBlockedHost(publicHost, makeSnapshot());
    expect([isAboutPrivateAddress(judgement), sentence(judgement)]).toEqual([false, 'Connect to a host']);
    expect(sentence(judgePublishedPort(3000, makeSnapshot()))).toBe(
      'Open a port of this session for this machine',
    );
  });
});

describe('a host that is near by its name', () => {
  it.each([
    ['localhost', true],
    ['a.test', true],
    ['db.internal', true],
    ['printer.local', true],
    ['10.1.2.3', true],
    ['::1', true],
    ['test', true],
    ['atest', false],
    ['test.org', false],
    ['internal.example.org', false],
    ['8.8.8.8', false],
    ['bad host', false],
  ])('%s: %s', (host, isNear) => expect(isNearHost(host)).toBe(isNear));
});
