import { describe, expect, test } from 'vitest';
import { matchRun, splitScript } from '../../../src/policy/index.ts';
import table from '../../cases/split/matches.json' with { type: 'json' };

describe('a held program and the step it belongs to', () => {
  test.each(table)('$name', ({ script, runs }) => {
    const { steps } = splitScript(script);
    const finished = new Set<number>();
    const found = runs.map(({ argv, step }) => {
      const candidates = steps.map((draft) => ({ step: draft, isFinished: finished.has(draft.index) }));
      const index = matchRun(candidates, argv);
      if (index === null) return null;
      finished.add(index);
      return typeof step === 'number' ? index : steps[index]?.text;
    });
    expect(found).toEqual(runs.map(({ step }) => step));
  });

  test('many words without a value take no long time', () => {
    const { steps } = splitScript(`rm ${'$a x '.repeat(200)}end`);
    const candidates = steps.map((step) => ({ step, isFinished: false }));
    expect(matchRun(candidates, ['rm', ...'x'.repeat(400).split('')])).toBeNull();
  });
});
