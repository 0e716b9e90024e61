import { expect, it } from 'vitest';
import { nameWallRule, type RuleQuestion, type RuleSettings } from '../../../src/engine/sandbox/wall-rule.ts';

const settings: RuleSettings = {
  sandboxMode: 'workspace-write',
  writableRoots: ['/home/me/project', '/data'],
  secretPaths: ['/etc/shadow', '/home/me/.ssh'],
  protectedNames: ['.keep'],
  protectedPaths: ['/data/locked'],
};
const folders = { sallyportHome: '/home/me/.sallyport', runtimeDir: '/run/user/1/sallyport' };

const table: ReadonlyArray<readonly [op: RuleQuestion['op'], path: string, rule: string | null]> = [
  ['read', '/etc/shadow', 'secret: /etc/shadow'],
  ['read', '/home/me/.ssh/id_ed25519', 'secret: /home/me/.ssh'],
  ['read', '/home/me/.sshd', null],
  ['read', '/etc/gshadow', null],
  ['read', '/home/me/project/.git/config', null],
  ['read', '/home/me/.sallyport/history.db', 'Sallyport keeps its own folders out of every sandbox'],
  ['connect', '/run/user/1/sallyport/control.sock', 'Sallyport keeps its own folders out of every sandbox'],
  ['connect', '/run/docker.sock', 'host unix sockets are opened one by one'],
  ['write', '/etc/hosts', 'outside the writable folders'],
  ['write', '/home/me/projects', 'outside the writable folders'],
  ['write', '/home/me/.ssh/authorized_keys', 'secret: /home/me/.ssh'],
  ['write', '/home/me/project/src/main.c', null],
  [
    'write',
    '/home/me/project/sub/.git/hooks/pre-commit',
    expect.stringMatching(/^protected: \.git \(git runs/),
  ],
  ['write', '/home/me/project/.envrc', expect.stringMatching(/^protected: \.envrc \(direnv/)],
  [
    'write',
    '/home/me/project/.vscode/tasks.json',
    expect.stringMatching(/^protected: \.vscode\/tasks\.json/),
  ],
  ['write', '/home/me/project/.vscode/other.json', null],
  ['write', '/home/me/project/a/.keep', 'protected: .keep'],
  ['write', '/data/locked/x', 'protected_paths: /data/locked'],
];

it.each(table)('%s %s', (op, path, rule) => {
  expect(nameWallRule({ op, path }, settings, folders)).toEqual(rule);
});

it('read-only mode and no wall', () => {
  const question = { op: 'write', path: '/home/me/project/x' } as const;
  expect(nameWallRule(question, { ...settings, sandboxMode: 'read-only', writableRoots: [] })).toBe(
    'read-only mode',
  );
  const open = { ...settings, sandboxMode: 'danger-full-access' } as const;
  expect(nameWallRule({ op: 'read', path: '/etc/shadow' }, open)).toBeNull();
});
