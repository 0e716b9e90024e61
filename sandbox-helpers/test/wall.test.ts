import { spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildHelpers, compileProgram, makeFolder, removeFolders, users } from './support/helper-files.ts';

const helpers = buildHelpers();
afterAll(removeFolders);

const { EPERM, ENOSYS, EFAULT } = constants.errno;

/** What each call answers behind the wall. */
const expected: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    [
      ...[
        'mount',
        'umount2',
        'pivot_root',
        'chroot',
        'setns',
        'open_tree',
        'move_mount',
        'fsopen',
        'fsconfig',
      ],
      ...['fsmount', 'fspick', 'mount_setattr', 'open_tree_attr', 'swapon', 'swapoff', 'reboot', 'quotactl'],
      ...['quotactl_fd', 'acct', 'bpf', 'perf_event_open', 'userfaultfd', 'io_uring_setup', 'io_uring_enter'],
      ...['io_uring_register', 'keyctl', 'add_key', 'request_key', 'open_by_handle_at', 'kexec_load'],
      ...[
        'kexec_file_load',
        'init_module',
        'finit_module',
        'delete_module',
        'syslog',
        'vhangup',
        'settimeofday',
      ],
      ...['clock_settime', 'clone newuser', 'unshare newuser', 'unshare newuser high'],
      ...[
        'personality readimplies',
        'personality other',
        'ioctl tiocsti',
        'ioctl tiocsti high',
        'ioctl tioclinux',
      ],
      ...['socket netlink audit', 'socket netlink netfilter', 'socket vsock', 'socket alg', 'socket packet'],
      ...['socket xdp', 'socket vsock high', 'socketpair tipc'],
      ...['ptrace first', 'process_vm_readv first', 'process_vm_writev first', 'prlimit64 first'],
      ...['prlimit64 first high', 'pidfd_getfd'],
      ...(process.arch === 'x64' ? ['iopl', 'ioperm', 'x32 getpid', 'i386 getpid'] : []),
    ].map((name) => [name, EPERM]),
  ),
  clone3: ENOSYS,
  ...Object.fromEntries(
    [
      ...[
        'clone plain',
        'unshare files',
        'personality query',
        'personality linux',
        'personality norandomize',
      ],
      ...['ioctl tiocgwinsz', 'socket unix', 'socket inet', 'socket inet6', 'socket route', 'ptrace traceme'],
      ...['process_vm_readv self', 'process_vm_writev self', 'prlimit64 self', 'prlimit64 zero'],
    ].map((name) => [name, 0]),
  ),
  'socketpair unix': EFAULT,
  seccomp: EFAULT,
};

describe.each(users)('the wall as $name', (user) => {
  let answers: Readonly<Record<string, number>>;
  let probes: readonly string[];

  beforeAll(() => {
    const probe = compileProgram('wall-probe', makeFolder());
    const words = [
      ...[
        'sup',
        '--wall',
        helpers.path('wall.bpf'),
        '--',
        '/usr/bin/bwrap',
        '--unshare-user',
        '--unshare-net',
      ],
      ...['--ro-bind', '/', '/', '--dev', '/dev', '--seccomp', '10', '--', probe],
    ];
    const result = spawnSync(helpers.path('exec-gate'), words, { ...user.ids, encoding: 'utf8' });
    const rows = result.stdout
      .trim()
      .split('\n')
      .map((line) => /^(.*) (\d+)$/.exec(line));
    answers = Object.fromEntries(rows.map((row) => [row?.[1] ?? '', Number(row?.[2])]));
    probes = Object.keys(answers);
  });

  test.each(Object.entries(expected))('%s answers %i', (name, errno) => {
    expect(answers[name]).toBe(errno);
  });

  test('every call that is tried has its row', () => {
    expect(probes.toSorted()).toEqual(Object.keys(expected).toSorted());
  });
});
