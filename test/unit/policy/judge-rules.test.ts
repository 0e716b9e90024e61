import { describe, expect, it } from 'vitest';
import { judgeStep } from '../../../src/policy/index.ts';
import type {
  ConfigSnapshot,
  Facts,
  Judgement,
  PrefixRule,
  RuleSet,
  Verdict,
} from '../../../src/protocol/index.ts';
import { RISK_ROWS } from '../../cases/judge/risk.ts';
import { RULE_CASES } from '../../cases/judge/rules.ts';
import { makeFacts, makeSnapshot, makeSteps, pipelineOf, WORKSPACE } from './judge-fixture.ts';

const DECISIONS = ['allow', 'prompt', 'forbidden'] as const;
const STRICTNESS: Record<Verdict, number> = { allow: 0, ask: 1, refuse: 2 };

function makeRules(lines: readonly string[], changes: Partial<PrefixRule> = {}): RuleSet {
  const prefix = lines.map((text, index): PrefixRule => {
    const [word, ...pattern] = text.split(' ');
    const decision = DECISIONS.find((each) => each === word) ?? 'forbidden';
    const origin = { layer: 'user', file: '/home/u/x.rules', line: index + 1, column: 1 } as const;
    return { pattern, decision, origin, ...changes };
  });
  return { prefix, network: [], hostExecutables: [] };
}

function judgeAll(script: string, changes: Partial<ConfigSnapshot>, facts: Partial<Facts> = {}): Judgement[] {
  const steps = makeSteps(script);
  const snapshot = makeSnapshot(changes);
  return steps.map((step) =>
    judgeStep(step, snapshot, makeFacts(step, { facts }), { pipeline: pipelineOf(step, steps) }),
  );
}

function judgeLast(script: string, changes: Partial<ConfigSnapshot>, facts: Partial<Facts> = {}): Judgement {
  const last = judgeAll(script, changes, facts).at(-1);
  if (last === undefined) throw new Error(`no step in ${script}`);
  return last;
}

function codes({ reasons }: Judgement): string[] {
  return reasons.map(({ code }) => code);
}

describe('rules', () => {
  it.each(RULE_CASES)(
    '$rules: $command is $verdict',
    ({ command, rules, policy, verdict, category, codes: wanted }) => {
      const judged = judgeLast(command, { rules: makeRules(rules), approvalPolicy: policy ?? 'on-request' });
      expect([judged.verdict, judged.category]).toEqual([verdict, category]);
      expect(codes(judged)).toEqual(expect.arrayContaining([...(wanted ?? [])]));
    },
  );

  it('say where they stand, what they name and why', () => {
    const rules = makeRules(['forbidden git push'], {
      justification: 'the review comes first.',
      contains: ['--force'],
    });
    const [reason] = judgeLast('git push -u --force', { rules }).reasons;
    expect(reason).toEqual({
      code: 'rule-forbidden',
      text: 'The rule at /home/u/x.rules:1 forbids `git push` with --force behind it: the review comes first.',
    });
  });

  it('show hostile text of a rule as it is written', () => {
    const rules = makeRules(['forbidden make'], { justification: '\u202eok\n\u001b[2J' });
    const text = judgeLast('make', { rules }).reasons[0]?.text ?? '';
    expect(text).toContain('⟨U+202E⟩ok⏎⟨U+001B⟩[2J');
  });

  it('hold for the file that a link leads to, and allow nothing by it', () => {
    const held = { isHeld: true, program: '/home/u/project/mytee', realProgram: '/usr/bin/tee' };
    const judge = (line: string, facts: Partial<Facts> = held) =>
      judgeLast('./mytee x', { rules: makeRules([line]), approvalPolicy: 'untrusted' }, facts);
    expect(judge('forbidden tee').verdict).toBe('refuse');
    expect(judge('forbidden /usr/bin/tee').verdict).toBe('refuse');
    expect(judge('forbidden ./mytee').verdict).toBe('refuse');
    expect(codes(judge('prompt tee x'))).toContain('rule-prompt');
    expect(codes(judge('allow tee'))).not.toContain('rule-allow');
    expect(judge('forbidden tee', { ...held, realProgram: '/usr/bin/sort' }).verdict).toBe('ask');
  });

  it('allow no program under the name of another', () => {
    const rules = makeRules(['allow ls']);
    const judge = (program: string) =>
      judgeLast(
        'ls x',
        { rules, approvalPolicy: 'untrusted' },
        { isHeld: true, program, realProgram: program },
      );
    expect([judge('/usr/bin/ls').verdict, judge('/usr/bin/touch').verdict]).toEqual(['allow', 'ask']);
    expect(codes(judge('/usr/bin/touch'))).toContain('rule-not-counted');
  });

  it('ask where the file that runs cannot be found out, if there are any that forbid or ask', () => {
    const held = { isHeld: true, program: '/proc/9/fd/5', realProgram: null };
    const judge = (line: string) => judgeLast('/proc/9/fd/5 x', { rules: makeRules([line]) }, held);
    expect([judge('forbidden tee').verdict, judge('prompt tee').verdict]).toEqual(['ask', 'ask']);
    expect(codes(judge('forbidden tee'))).toContain('rule-prompt');
    expect(judge('allow tee').verdict).toBe('allow');
  });

  it('do not count for what is held and could be another program', () => {
    const rules = makeRules(['allow make']);
    const held = { isHeld: true, threads: 3 };
    const judged = judgeLast('make all', { rules, approvalPolicy: 'untrusted' }, held);
    expect([judged.verdict, codes(judged).includes('rule-not-counted')]).toEqual(['ask', true]);
    expect(judgeLast('make all', { rules, approvalPolicy: 'untrusted' }, { isHeld: true }).verdict).toBe(
      'allow',
    );
    const preset = { isHeld: true, variables: [{ name: 'LD_PRELOAD', value: 'x' }] };
    expect(judgeLast('make all', { rules, approvalPolicy: 'untrusted' }, preset).verdict).toBe('ask');
  });

  it('do not allow a file of the session under a bare name, unless it is listed', () => {
    const program = `${WORKSPACE}/bin/make`;
    const rules = makeRules(['allow make']);
    const untrusted = { approvalPolicy: 'untrusted', rules } as const;
    expect(judgeLast('make all', untrusted, { program }).verdict).toBe('ask');
    const listed = {
      name: 'make',
      paths: [program],
      origin: { layer: 'user', file: '/x', line: 1, column: 1 },
    } as const;
    const hostExecutables = [{ ...listed, paths: [program] }];
    expect(
      judgeLast('make all', { ...untrusted, rules: { ...rules, hostExecutables } }, { program }).verdict,
    ).toBe('allow');
  });

  it('find the launcher in the words of a held program, too', () => {
    const rules = makeRules(['forbidden sudo', 'forbidden shutdown']);
    const [step] = makeSteps('sudo -n shutdown now');
    const words = ['sudo', '-n', 'shutdown', 'now'].map((value) => ({ text: value, value }));
    const held = { ...step, words, argv: words.map(({ value }) => value) };
    const facts = { ...makeFacts(held), program: '/usr/bin/sudo', isHeld: true };
    const judged = judgeStep(held, makeSnapshot({ rules }), facts);
    expect(codes(judged).filter((code) => code === 'rule-forbidden')).toHaveLength(2);
  });
});

const PROPERTY_SCRIPTS = RISK_ROWS.map(({ script }) => script).filter((script) => !/^[^a-z]/i.test(script));
const SETTINGS = (['untrusted', 'on-request', 'never'] as const).flatMap((approvalPolicy) =>
  (['read-only', 'workspace-write', 'danger-full-access'] as const).flatMap((sandboxMode) =>
    (['high', 'off'] as const).map((askOnRisk) => ({ approvalPolicy, sandboxMode, askOnRisk })),
  ),
);

/** Rules that speak of a script: its words, from one to three. */
function rulesAbout(script: string, decision: (typeof DECISIONS)[number]): string[] {
  return makeSteps(script).flatMap(({ argv, words }) => {
    const known = argv ?? words.map(({ value, text }) => value ?? text);
    return [1, 2, 3]
      .filter((count) => count <= known.length)
      .map((count) => `${decision} ${known.slice(0, count).join(' ')}`);
  });
}

describe.each(SETTINGS)('$approvalPolicy in $sandboxMode with ask_on_risk $askOnRisk', (settings) => {
  const verdicts = (script: string, lines: readonly string[]): Judgement[] =>
    judgeAll(script, { ...settings, rules: makeRules(lines) });

  it.each(['prompt', 'forbidden'] as const)('a further rule to %s never lets more run', (decision) => {
    for (const script of PROPERTY_SCRIPTS) {
      for (const base of [[], rulesAbout(script, 'allow')]) {
        const before = verdicts(script, base);
        const after = verdicts(script, [...base, ...rulesAbout(script, decision)]);
        const laxer = after.filter(
          ({ verdict }, at) => STRICTNESS[verdict] < STRICTNESS[before[at]?.verdict ?? 'allow'],
        );
        expect([script, laxer]).toEqual([script, []]);
      }
    }
  });

  it('a rule that allows lifts neither a critical risk nor the wall', () => {
    let lifted = 0;
    for (const script of PROPERTY_SCRIPTS) {
      const before = verdicts(script, []);
      const after = verdicts(script, rulesAbout(script, 'allow'));
      after.forEach(({ verdict, risk, category }, at) => {
        const plain = before[at];
        if (category === 'rule') lifted += 1;
        if (risk?.level === 'critical' || plain?.verdict === 'refuse' || plain?.category === 'outside')
          expect([script, verdict]).toEqual([script, plain?.verdict]);
        else expect(STRICTNESS[verdict]).toBeLessThanOrEqual(STRICTNESS[plain?.verdict ?? 'allow']);
      });
    }
    expect(lifted).toBeGreaterThan(20);
  });

  it('the same is judged the same', () => {
    for (const script of PROPERTY_SCRIPTS) {
      const lines = [...rulesAbout(script, 'allow'), ...rulesAbout(script, 'prompt')];
      expect(verdicts(script, lines)).toEqual(verdicts(script, lines));
    }
  });
});
