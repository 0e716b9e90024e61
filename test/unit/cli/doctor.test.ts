import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { judgeMachine } from '../../../src/engine/sandbox/judge-machine.ts';
import type { MachineFacts } from '../../../src/engine/sandbox/machine-facts.ts';

interface Expected {
  readonly name: string;
  readonly status: 'limited' | 'missing';
  /** Part of the fact. */
  readonly detail: string;
  /** Parts of the ways out, in this order. */
  readonly repair?: readonly string[];
}

interface DoctorCase {
  readonly about: string;
  readonly facts: MachineFacts;
  /** Everything that is not well, in order. */
  readonly expect: readonly Expected[];
}

const folder = fileURLToPath(new URL('../../cases/doctor/', import.meta.url));
const cases = readdirSync(folder).map((name) => ({
  name,
  ...(JSON.parse(readFileSync(`${folder}${name}`, 'utf8')) as DoctorCase),
}));

describe('judgeMachine', () => {
  it('counts a launch, as the limits do', () => {
    const whys = cases.flatMap(({ facts }) =>
      judgeMachine(facts).flatMap(({ name, why }) => (name === 'control groups' && why ? [why] : [])),
    );
    expect(whys.length).toBeGreaterThan(0);
    for (const why of whys) expect(why).toMatch(/^(?!.*session).* of a launch /);
  });

  it('has cases', () => expect(cases.length).toBeGreaterThan(10));

  it.each(cases)('$name: $about', ({ facts, expect: expected }) => {
    const wrong = judgeMachine(facts).filter(({ status }) => status !== 'ok');
    expect(wrong.map(({ name, status }) => ({ name, status }))).toEqual(
      expected.map(({ name, status }) => ({ name, status })),
    );
    for (const [place, { detail, repair = [] }] of expected.entries()) {
      expect(wrong[place]?.detail).toContain(detail);
      const places = repair.map((words) => wrong[place]?.repair?.indexOf(words) ?? -1);
      expect(places).not.toContain(-1);
      expect(places).toEqual([...places].sort((a, b) => a - b));
    }
  });

  it.each(cases)('$name: says why and what to type wherever a wall is missing', ({ facts }) => {
    for (const { status, why, repair } of judgeMachine(facts)) {
      if (status === 'missing') expect([why, repair].every((text) => (text ?? '').length > 5)).toBe(true);
      if (status === 'limited') expect((why ?? repair ?? '').length).toBeGreaterThan(5);
    }
  });

  it('puts the way that weakens the machine last, and never proposes to go without a wall', () => {
    for (const { facts } of cases) {
      for (const { repair = '' } of judgeMachine(facts)) {
        const lines = repair.split('\n');
        const weak = lines.findIndex((line) => /apparmor_restrict_unprivileged_userns=0/.test(line));
        expect(weak === -1 || weak === lines.length - 1).toBe(true);
        expect(repair).not.toMatch(/danger-full-access|--yolo/);
      }
    }
  });
});
