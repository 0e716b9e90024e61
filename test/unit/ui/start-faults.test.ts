import { expect, it } from 'vitest';
import { Fault } from '../../../src/protocol/index.ts';
import { describeFault } from '../../../src/ui/start/describe-fault.ts';

it.each([
  ['no-such-folder', true],
  ['not-a-folder', true],
  ['folder-not-absolute', true],
  ['no-script', false],
])('a fault %s is about the folder: %s; message and hint are sentences', (code, isAboutFolder) => {
  const fault = new Fault({ kind: 'user', code, message: '"/etc/passwd" is a file', hint: 'Choose another' });
  expect(describeFault(fault)).toEqual({
    message: '"/etc/passwd" is a file.',
    hint: 'Choose another.',
    isAboutFolder,
  });
});

it('a sentence that has its full stop gets no second one', () => {
  const fault = new Fault({ kind: 'peer', code: 'not-connected', message: 'There is no connection.' });
  expect(describeFault(fault)).toMatchObject({ message: 'There is no connection.', hint: undefined });
  expect(describeFault('odd')).toMatchObject({ message: 'odd.', isAboutFolder: false });
});
