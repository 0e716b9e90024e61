import { expect, it } from 'vitest';
import { sayFault } from '../../../src/engine/session/say-fault.ts';
import { Fault } from '../../../src/protocol/index.ts';

it('says what went wrong, with the way out behind it', () => {
  const what = { kind: 'host', code: 'disk-full', message: 'the history cannot be written' } as const;
  expect(sayFault(new Fault(what))).toBe('the history cannot be written');
  expect(sayFault(new Fault({ ...what, hint: 'free some space' }))).toBe(
    'the history cannot be written; free some space',
  );
  expect(sayFault(new Error('odd'))).toContain('odd');
});
