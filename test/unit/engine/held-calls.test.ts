import { realpathSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  closedSocketReason,
  describeConnect,
  describeWrite,
} from '../../../src/engine/session/held-calls.ts';
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

test.each([
  ['git', '/usr/bin/git', ''],
  ['/usr/bin/python3', '/usr/bin/python3.11', ''],
  ['-bash', '/usr/bin/bash', ''],
  ['/bin/sh', '/usr/bin/dash', ''],
  // a link of the system, as of its alternatives
  ['awk', realpathSync('/usr/bin/awk'), ''],
  ['awk', '/usr/bin/python3', '/usr/bin/python3'],
  ['./tool', '/w/tool', ''],
  ['/home/u/bin/tool', '/home/u/bin/tool', ''],
  ['git', '/w/git', '/w/git'],
  ['git', '/w/forge', '/w/forge'],
  ['/usr/bin/git', '/w/git', '/w/git'],
  ['/w/git', '/usr/bin/git', '/usr/bin/git'],
  ['npm', '/usr/bin/node', '/usr/bin/node'],
  ['', '/usr/bin/7z', '/usr/bin/7z'],
  ['git', '/memfd:x (deleted)', "'/memfd:x (deleted)'"],
])('a program that calls itself %s and is %s is named by both where they differ', (first, program, named) => {
  const held = { slot: 1, pid: 2, argv: [first, 'commit'], program, cwd: '/w', lossy: false };
  const snapshot = makeSnapshot({ shell: '/bin/bash' });
  const words = first === '' ? "''" : first;
  const by = named === '' ? words : `${named}, which calls itself ${words}`;
  expect(describeConnect({ type: 'connect', path: '/run/x.sock', ...held }, snapshot, []).text).toBe(
    `connect to /run/x.sock   (by ${by} commit)`,
  );
  expect(describeWrite({ type: 'write', path: '/etc/x', kind: 'file', ...held }, snapshot).text).toBe(
    `write /etc/x   (by ${by} commit)`,
  );
});

test('nobody is asked about our own sockets and secret ones, whatever the policy', () => {
  const snapshot = makeSnapshot();
  const closed = (path: string): string | null => closedSocketReason(path, snapshot, ['/own/home']);
  for (const path of ['/run/user/0/sallyport/control.sock', '/own/home/run/x.sock'])
    expect(closed(path)).toBe("Sallyport's own sockets are never opened");
  expect(closed('/home/u/.ssh/agent.sock')).toContain('kept secret');
  expect(closed('/run/docker.sock')).toBeNull();
});
