import { describe, expect, it } from 'vitest';
import type { Approval } from '../../../src/protocol/index.ts';
import { DEMO_WALK, walkPlaceOf } from '../../../src/ui/start/demo-walk.ts';

describe('the walk of the example', () => {
  it.each<[string, Approval['category'], number | undefined]>([
    ['tr a-z A-Z < src/greeting.txt > GREETING.txt', 'inside', 0],
    ['rm -rf dist', 'inside', 1],
    ['awk \'BEGIN { print "make mischief" > ".git/hooks/pre-commit" }\'', 'inside', 2],
    ['awk \'BEGIN { print "make mischief" > ".git/hooks/pre-commit" }\'', 'blocked', 3],
    ['cp GREETING.txt /tmp/elsewhere/GREETING.txt', 'outside', 4],
    ['trash -rf dist', 'inside', undefined],
  ])('knows %s (%s)', (text, category, place) => {
    expect(walkPlaceOf({ text, category })).toBe(place);
  });

  it('has advice for each question', () => {
    for (const step of DEMO_WALK) expect(step.advice).toMatch(/^(Allow|Reject)/);
  });
});
