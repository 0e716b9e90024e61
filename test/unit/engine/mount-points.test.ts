import { expect, test } from 'vitest';
import { parseMountPoints, readMountPoints } from '../../../src/engine/sandbox/mount-points.ts';

test('names of mount points are read as they are, odd ones too', () => {
  const table = [
    '22 1 254:0 / / rw,relatime - ext4 /dev/vda rw',
    '23 22 254:0 /a\\040b/.git/hooks /a\\040b/.git/hooks ro,nosuid master:1 - ext4 /dev/vda rw',
    '24 22 254:0 /x /new\\012line\\134\\011end rw - ext4 /dev/vda rw',
    `25 22 254:0 /x /${Buffer.from('ü').toString('latin1')} rw - ext4 /dev/vda rw`,
    '',
  ].join('\n');
  expect([...parseMountPoints(table)]).toEqual(['/', '/a b/.git/hooks', '/new\nline\\\tend', '/ü']);
});

test.skipIf(process.platform !== 'linux')('a process that has ended has none', async () => {
  expect(await readMountPoints(process.pid)).toContain('/');
  expect(await readMountPoints(2 ** 22 + 1)).toBeNull();
});
