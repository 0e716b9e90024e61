import { describe, expect, it } from 'vitest';
import { checkAnswerFlags } from '../../../src/cli/opener.ts';

describe('the flags that say who answers', () => {
  it('are wrong usage where one waits and the other asks nobody', () => {
    expect(() => checkAnswerFlags({ wait: true, input: false }, 'sallyport exec')).toThrow(
      /--wait and --no-input/,
    );
  });

  it.each([{ input: true }, { input: false }, { wait: true, input: true }])(
    'are taken otherwise: %j',
    (flags) => {
      expect(() => checkAnswerFlags(flags, 'sallyport exec')).not.toThrow();
    },
  );
});
