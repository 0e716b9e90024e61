import { describe, expect, test } from 'vitest';
import { isHarmless, splitScript } from '../../../src/policy/index.ts';
import table from '../../cases/split/harmless.json' with { type: 'json' };

describe('known harmless reads', () => {
  test.each(table)('$command: $harmless', ({ command, harmless }) => {
    const { steps } = splitScript(command);
    expect(steps.length).toBeGreaterThan(0);
    expect(steps.every(isHarmless)).toBe(harmless);
  });
});
