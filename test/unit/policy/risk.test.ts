import { describe, expect, it } from 'vitest';
import { assessRisk } from '../../../src/policy/index.ts';
import { type Risk, riskLevelOf } from '../../../src/protocol/index.ts';
import { RISK_ROWS, type RiskRow } from '../../cases/judge/risk.ts';
import { makeFacts, makeSnapshot, makeSteps, pipelineOf } from './judge-fixture.ts';

/** The riskiest step of a script; null when none was assessed. */
function assessScript(row: RiskRow): Risk | null {
  const steps = makeSteps(row.script);
  const risks = steps.flatMap((step) => {
    const facts = makeFacts(step, { git: row.git ?? 'untracked', kind: 'dir' });
    return assessRisk(step, makeSnapshot(), facts, { pipeline: pipelineOf(step, steps) }) ?? [];
  });
  return risks.sort((left, right) => right.score - left.score)[0] ?? null;
}

describe('assessRisk', () => {
  it.each(RISK_ROWS)('$script ($git) is $level', (row) => {
    const risk = assessScript(row);
    expect(risk?.level ?? null).toBe(row.level);
    if (risk === null) return;
    expect(risk.level).toBe(riskLevelOf(risk.score));
    expect(risk.rationale).not.toBe('');
    if (row.family !== undefined) expect(risk.evidence.map((item) => item.family)).toContain(row.family);
  });

  it('shows hostile characters of a quote', () => {
    const risk = assessScript({ script: "rm -rf '\u202etxt.exe'", level: 'high' });
    expect(JSON.stringify(risk)).not.toContain('\u202e');
  });

  it('bounds its evidence', () => {
    const many = Array.from({ length: 60 }, (_, index) => `/srv/d${index}`).join(' ');
    expect(
      assessScript({ script: `rm -rf ${many}`, level: 'critical' })?.evidence.length,
    ).toBeLessThanOrEqual(16);
  });

  it('gives the same answer twice', () => {
    const row: RiskRow = { script: 'sudo rm -rf /srv', level: 'critical' };
    expect(assessScript(row)).toEqual(assessScript(row));
  });
});
