import { describe, expect, it } from 'vitest';
import { type Explanation, explainAccess, explainStep, judgeStep } from '../../../src/policy/index.ts';
import type { ConfigOrigin, ConfigSnapshot, PrefixRule } from '../../../src/protocol/index.ts';
import { RISK_ROWS } from '../../cases/judge/risk.ts';
import { makeFacts, makeSnapshot, makeSteps, WORKSPACE } from './judge-fixture.ts';

const CONFIG = '/home/u/.sallyport/config.toml';
const ORIGINS: Readonly<Record<string, ConfigOrigin>> = {
  approval_policy: { layer: 'user', file: CONFIG, line: 2, column: 19 },
  sandbox_mode: { layer: 'flag', flag: '-s workspace-write' },
  ask_on_risk: { layer: 'defaults' },
};
const FORBIDDEN: PrefixRule = {
  pattern: ['sudo'],
  decision: 'forbidden',
  origin: { layer: 'user', file: '/home/u/x.rules', line: 3, column: 1 },
};

function explain(script: string, changes: Partial<ConfigSnapshot> = {}): Explanation {
  const [step] = makeSteps(script);
  return explainStep(step, makeSnapshot(changes), makeFacts(step), { origins: ORIGINS });
}

function places({ causes }: Explanation): (string | undefined)[] {
  return causes.map(({ place }) => place);
}

function changesTo({ alternatives }: Explanation, verdict: string): string[] {
  return alternatives.filter((each) => each.verdict === verdict).map(({ change }) => change);
}

describe('why', () => {
  it('names keys with file and line, flags as typed, and defaults', () => {
    const explained = explain('rm -rf "$X/"');
    expect(explained.causes.map(({ key, place }) => [key, place])).toEqual([
      ['ask_on_risk', 'defaults'],
      ['sandbox_mode', '-s workspace-write'],
      ['approval_policy', `${CONFIG}:2`],
    ]);
  });

  it('names each rule that led to it, and no policy where a rule alone decides', () => {
    const rules = { prefix: [FORBIDDEN], network: [], hostExecutables: [] };
    const explained = explain('env A=1 sudo make', { rules });
    expect(explained.judgement.verdict).toBe('refuse');
    expect(places(explained)[0]).toBe('/home/u/x.rules:3');
    expect(explained.causes.some(({ key }) => key === 'approval_policy')).toBe(false);
  });

  it('names the requirement that denies a host, and offers nothing that the machine does not let be', () => {
    const origin = { layer: 'managed', file: '/etc/r.toml', line: 14, column: 9 } as const;
    const managedDeny = { paths: [], hosts: [{ text: '*.ads.example', origin }] };
    const network = { allow: [], deny: ['own.example', '*.ads.example'], proxy: null, caFile: null };
    const explained = explain('curl http://x.ads.example', { managedDeny, network });
    expect(explained.judgement.verdict).toBe('refuse');
    const lists = explained.causes.filter(({ key }) => key === 'permission_profile.network.deny');
    expect(lists).toMatchObject([
      { text: 'permission_profile.network.deny is own.example.' },
      { text: 'permission_profile.network.deny is *.ads.example.', place: '/etc/r.toml:14' },
    ]);
    expect(explained.alternatives).toEqual([]);
  });

  it('names the entry of a profile that decides about a path', () => {
    const origin = { layer: 'user', file: CONFIG, line: 9, column: 1 } as const;
    const path = `${WORKSPACE}/.env`;
    const entries = [
      { path: WORKSPACE, access: 'write' as const },
      { path, access: 'deny' as const, origin },
    ];
    const profile = { name: 'team', extends: [], readsAll: true, entries, denyGlobs: [] };
    const explained = explain('cat .env', { profile });
    expect(explained.judgement.verdict).toBe('ask');
    const cause = explained.causes.find(({ kind }) => kind === 'profile-entry');
    expect(cause).toMatchObject({ place: `${CONFIG}:9`, origin });
    expect(cause?.text).toContain(`deny = ${path}`);
  });

  it('names what is built in', () => {
    expect(explain('touch .git/hooks/x').causes[0]).toMatchObject({ kind: 'built-in' });
    expect(explain('cat ~/.ssh/id').causes[0]?.text).toContain('secrets of this machine');
  });

  it('names the flag that opened a folder', () => {
    const origin = { layer: 'flag', flag: '--add-dir ../other' } as const;
    const [step] = makeSteps('touch /other/x');
    const snapshot = makeSnapshot({ writableRoots: [WORKSPACE, '/other'] });
    const { causes } = explainStep(step, snapshot, makeFacts(step), { origins: { '/other': origin } });
    expect(causes[0]).toMatchObject({
      text: 'The folder /other may be written.',
      place: '--add-dir ../other',
    });
  });

  it('names the lists of hosts', () => {
    const network = { allow: [], deny: ['bad.example'], proxy: null, caFile: null };
    const keys = explain('curl https://bad.example/', { network }).causes.map(({ key }) => key);
    expect(keys).toContain('permission_profile.network.deny');
  });
});

describe('what would change it', () => {
  it('another policy, another mode, the grant that it needs', () => {
    const explained = explain('touch /outside/notes.txt');
    expect(changesTo(explained, 'allow')).toEqual([
      'with writing /outside/notes.txt granted',
      'with sandbox_mode = "danger-full-access"',
    ]);
    expect(changesTo(explained, 'refuse')).toContain('with approval_policy = "never"');
  });

  it('the rule taken away', () => {
    const rules = { prefix: [FORBIDDEN], network: [], hostExecutables: [] };
    expect(changesTo(explain('sudo make', { rules }), 'allow')).toEqual([
      'without the rule at /home/u/x.rules:3',
    ]);
  });

  it('a rule, a switch of granular, ask_on_risk, protect_secrets, the network', () => {
    expect(changesTo(explain('make all', { approvalPolicy: 'untrusted' }), 'allow')).toContain(
      'with a rule that allows `make all`',
    );
    const switches = {
      rules: true,
      mcp_elicitations: true,
      request_permissions: false,
      skill_approval: false,
    };
    const granular = { granular: { sandbox_approval: false, ...switches } };
    expect(changesTo(explain('touch /outside/x', { approvalPolicy: granular }), 'ask')).toContain(
      'with granular sandbox_approval = true',
    );
    expect(changesTo(explain('rm -rf "$X/"'), 'allow')).toContain('with ask_on_risk = "off"');
    expect(changesTo(explain('cat ~/.ssh/id'), 'allow')).toContain('with protect_secrets = false');
    expect(changesTo(explain('curl https://host.example/'), 'allow')).toContain('with network_access = true');
  });

  it('is nothing that the requirements of the machine rule out', () => {
    const left = {
      sandboxModes: ['read-only' as const, 'workspace-write' as const],
      approvalPolicies: ['on-request' as const],
      askOnRisk: ['medium' as const, 'high' as const],
      networkAccess: [false],
      protectSecrets: [true],
    };
    const ruledOut =
      /danger-full-access|approval_policy|ask_on_risk = "(?:critical|off)"|network_access|protect_secrets/;
    const scripts = ['rm -rf "$X/"', 'cat ~/.ssh/id', 'curl https://host.example/', 'touch /outside/x'];
    for (const script of scripts) {
      const bound = explain(script, { managedChoices: left }).alternatives.map(({ change }) => change);
      expect([script, bound.filter((change) => ruledOut.test(change))]).toEqual([script, []]);
      const free = explain(script).alternatives.map(({ change }) => change);
      expect([script, free.some((change) => ruledOut.test(change))]).toEqual([script, true]);
    }
    expect(changesTo(explain('touch a', { managedChoices: left }), 'ask')).toContain(
      'with sandbox_mode = "read-only"',
    );
  });

  it('is nothing that gives the same verdict, and never a rule for what is critical', () => {
    for (const { script } of RISK_ROWS) {
      const { judgement, alternatives } = explain(script);
      const same = alternatives.filter(({ verdict }) => verdict === judgement.verdict);
      const rule = alternatives.filter(({ change }) => change.startsWith('with a rule that allows'));
      expect([script, same, judgement.risk?.level === 'critical' ? rule : []]).toEqual([script, [], []]);
    }
  });

  it('explains the judgement that counts', () => {
    for (const { script } of RISK_ROWS) {
      const [step] = makeSteps(script);
      const facts = makeFacts(step);
      expect(explainStep(step, makeSnapshot(), facts).judgement).toEqual(
        judgeStep(step, makeSnapshot(), facts),
      );
    }
  });
});

describe('the access in words', () => {
  it('says what may be read, written and reached', () => {
    expect(explainAccess(makeSnapshot())).toEqual([
      'It may read every file, except 3 paths with secrets.',
      `It may write in ${WORKSPACE} and in a /tmp of its own.`,
      `Of these, .git, .agents, .codex, .sallyport, ${WORKSPACE}/.envrc stay read-only.`,
      'It reaches no host unasked.',
      'Other hosts are asked about when it connects.',
    ]);
    expect(explainAccess(makeSnapshot({ sandboxMode: 'read-only' }))[1]).toContain('may write nowhere');
    expect(explainAccess(makeSnapshot({ sandboxMode: 'danger-full-access' }))).toEqual([
      'There is no wall: every file may be read and written, and the network is on.',
    ]);
  });

  it('says of hosts beside a denied one that they are asked about, unless all others are denied', () => {
    const network = (deny: string[]) => {
      const base = makeSnapshot();
      const allow = ['good.example'];
      return explainAccess({ ...base, network: { ...base.network, allow, deny } }).slice(3);
    };
    const lead = 'It reaches good.example unasked.';
    expect(network(['bad.example'])).toEqual([
      lead,
      'It never reaches bad.example.',
      'Other hosts are asked about when it connects.',
    ]);
    expect(network(['*'])).toEqual([lead, 'It never reaches *.']);
  });

  it('says what answers have opened', () => {
    const granted = { read: [], write: ['/srv/a'], hosts: [{ host: 'h.example', port: 443 }], sockets: [] };
    expect(explainAccess(makeSnapshot(), granted).at(-1)).toBe(
      'Answers have opened writing /srv/a, h.example:443 for it.',
    );
  });
});
