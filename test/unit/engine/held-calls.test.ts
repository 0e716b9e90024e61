import { expect, test } from 'vitest';
import { describeConnect } from '../../../src/engine/session/held-calls.ts';
import { makeSnapshot } from '../policy/judge-fixture.ts';

test('the own shell of a script is named as that, not by what was written into its text', () => {
  const snapshot = makeSnapshot({ shell: '/bin/bash' });
  const textOf = (argv: string[]): string =>
    describeConnect(
      { type: 'connect', slot: 1, pid: 2, path: '/run/x.sock', argv, cwd: '/w', lossy: false },
      snapshot,
      [],
    ).text;
  const script = '{ ls || eval "$(/run/sallyport/ask /run/sallyport/ask.sock 1.0)"; }';
  expect(textOf(['/bin/bash', '--norc', '-c', '--', script])).toBe(
    "connect to /run/x.sock   (by the script's shell)",
  );
  expect(textOf(['curl', 'x'])).toBe('connect to /run/x.sock   (by curl x)');
});
