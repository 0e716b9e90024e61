import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { evaluateBpf } from './support/evaluate-bpf.ts';
import { buildHelpers, makeFolder, removeFolders } from './support/helper-files.ts';

afterAll(removeFolders);

const sources = fileURLToPath(new URL('..', import.meta.url));
const rules = join(makeFolder(), 'seccomp-rules');
execFileSync('cc', [
  ...['-std=gnu11', '-Wall', '-Wextra', '-Werror', '-D_GNU_SOURCE', '-o', rules],
  ...[join(sources, 'linux', 'seccomp-rules.c'), join(sources, 'common', 'fail.c')],
]);

const ALLOWED = 0x7fff0000;
const error = (name: 'EPERM' | 'ENOSYS'): number => 0x00050000 | constants.errno[name];
const REFUSED = error('EPERM');

const X86_64 = 0xc000003e;
const AARCH64 = 0xc00000b7;
const I386 = 0x40000003;
const ARM = 0x40000028;

/** The kernel's own lists: asm-generic's is that of arm64. */
const headers: Readonly<Record<string, string>> = {
  x86_64: 'asm/unistd_64.h',
  aarch64: 'asm-generic/unistd.h',
};

function readNumbers(machine: string): Map<string, number> {
  const folder = existsSync('/usr/include/x86_64-linux-gnu')
    ? '/usr/include/x86_64-linux-gnu'
    : '/usr/include';
  const header = headers[machine] ?? '';
  const path = header.startsWith('asm/') ? join(folder, header) : join('/usr/include', header);
  const found = readFileSync(path, 'utf8').matchAll(/^#define __NR(?:3264)?_(\w+)\s+(\d+)/gm);
  return new Map([...found].map(([, name = '', number]) => [name, Number(number)]));
}

/** Younger than the headers of some machines; common to all. */
const YOUNG: Readonly<Record<string, number>> = {
  pidfd_getfd: 438,
  quotactl_fd: 443,
  mount_setattr: 442,
  open_tree_attr: 467,
};

const REFUSED_CALLS = [
  ...['mount', 'umount2', 'pivot_root', 'chroot', 'setns', 'open_tree', 'move_mount', 'fsopen', 'fsconfig'],
  ...['fsmount', 'fspick', 'mount_setattr', 'open_tree_attr', 'swapon', 'swapoff', 'reboot', 'quotactl'],
  ...['quotactl_fd', 'acct', 'bpf', 'perf_event_open', 'userfaultfd', 'io_uring_setup', 'io_uring_enter'],
  ...['io_uring_register', 'keyctl', 'add_key', 'request_key', 'open_by_handle_at', 'kexec_load'],
  ...['kexec_file_load', 'init_module', 'finit_module', 'delete_module', 'syslog', 'vhangup'],
  ...['settimeofday', 'clock_settime', 'pidfd_getfd'],
];
const X86_CALLS = ['iopl', 'ioperm'];

const NEWUSER = 0x10000000n;
const GARBAGE = 0xdeadbeef00000000n;
const TIOCSTI = 0x5412n;
const TIOCLINUX = 0x541cn;

/** Call, arguments, whether it goes on. */
const BY_ARGUMENTS: [call: string, args: bigint[], goesOn: boolean][] = [
  ['clone', [0n], true],
  ['clone', [17n], true],
  ['clone', [0x3d0f00n], true],
  ['clone', [NEWUSER | 17n], false],
  ['clone', [NEWUSER | GARBAGE], false],
  ['clone', [GARBAGE], true],
  ['unshare', [0x400n], true],
  ['unshare', [0x20000n], true],
  ['unshare', [NEWUSER], false],
  ['unshare', [NEWUSER | 0x20000n | GARBAGE], false],
  ['personality', [0n], true],
  ['personality', [0x0040000n], true],
  ['personality', [0xffffffffn], true],
  ['personality', [-1n], true],
  ['personality', [8n], false],
  ['personality', [0x0400000n], false],
  ['personality', [0x0440000n], false],
  ['personality', [0x0040000n | GARBAGE], true],
  ['ioctl', [0n, 0x5413n], true],
  ['ioctl', [0n, TIOCSTI], false],
  ['ioctl', [0n, TIOCSTI | GARBAGE], false],
  ['ioctl', [0n, TIOCLINUX], false],
  ['ioctl', [0n, TIOCLINUX | (1n << 63n)], false],
  ['ioctl', [TIOCSTI, 0x5401n], true],
  ...[1n, 2n, 10n].flatMap((family): [string, bigint[], boolean][] => [
    ['socket', [family, 1n, 0n], true],
    ['socket', [family | GARBAGE, 2n, 17n], true],
    ['socketpair', [family, 1n, 0n], true],
  ]),
  ['socket', [16n, 3n, 0n], true],
  ['socket', [16n, 3n, GARBAGE], true],
  ...[4n, 9n, 12n, 15n, 16n].map((protocol): [string, bigint[], boolean] => [
    'socket',
    [16n, 3n, protocol],
    false,
  ]),
  ...[0n, 3n, 4n, 5n, 15n, 17n, 21n, 29n, 30n, 31n, 38n, 40n, 41n, 44n, 45n, 0xffffffffn].flatMap(
    (family): [string, bigint[], boolean][] => [
      ['socket', [family, 1n, 0n], false],
      ['socket', [family | GARBAGE, 1n, 0n], false],
      ['socketpair', [family, 1n, 0n], false],
    ],
  ),
  ['ptrace', [0n, 0n], true],
  ['ptrace', [16n, 2n], true],
  ['ptrace', [16n, 1n], false],
  ['ptrace', [0x4206n, 1n | GARBAGE], false],
  ['process_vm_readv', [2n], true],
  ['process_vm_readv', [1n], false],
  ['process_vm_writev', [2n], true],
  ['process_vm_writev', [1n], false],
  ['process_vm_writev', [1n | GARBAGE], false],
  ['prlimit64', [0n, 1n, 1n], true],
  ['prlimit64', [GARBAGE, 1n], true],
  ['prlimit64', [2n, 1n, 1n], true],
  ['prlimit64', [-1n], true],
  ['prlimit64', [1n], false],
  ['prlimit64', [1n, 0n, 1n, 1n], false],
  ['prlimit64', [1n | GARBAGE], false],
];

const MACHINES = [
  { machine: 'x86_64', arch: X86_64, others: [I386, AARCH64, 0], only: X86_CALLS },
  { machine: 'aarch64', arch: AARCH64, others: [ARM, X86_64, 0], only: [] },
];

/** The list of x86-64 is found only there. */
const listed = MACHINES.filter(({ machine }) => machine === 'aarch64' || process.arch === 'x64');

describe.each(listed)('the filter for $machine', ({ machine, arch, others, only }) => {
  const program = execFileSync(rules, [machine]);
  const numbers = readNumbers(machine);
  const numberOf = (name: string): number => {
    const number = numbers.get(name) ?? YOUNG[name];
    if (number === undefined) throw new Error(`${name} is in no list`);
    return number;
  };
  const ask = (nr: number, args: bigint[] = []): number => evaluateBpf(program, { arch, nr, args });

  test.each([...REFUSED_CALLS, ...only])('refuses %s, whatever its arguments', (name) => {
    const nr = numberOf(name);
    expect([[], [1n, 1n, 1n], [-1n, -1n, -1n, -1n, -1n, -1n]].map((args) => ask(nr, args))).toEqual([
      REFUSED,
      REFUSED,
      REFUSED,
    ]);
  });

  test.each(
    BY_ARGUMENTS.map(([name, args, goesOn]) => ({
      title: `${name} with ${args.map((arg) => arg.toString(16)).join(', ')}`,
      name,
      args,
      goesOn,
    })),
  )('$title goes on: $goesOn', ({ name, args, goesOn }) => {
    expect(ask(numberOf(name), args)).toBe(goesOn ? ALLOWED : REFUSED);
  });

  test('says of clone3 that it does not exist', () => {
    expect(ask(435)).toBe(error('ENOSYS'));
  });

  test('refuses nothing else', () => {
    const judged = new Set(
      ['clone3', ...REFUSED_CALLS, ...only, ...BY_ARGUMENTS.map(([name]) => name)].map((name) =>
        name === 'clone3' ? 435 : numberOf(name),
      ),
    );
    const stopped = Array.from({ length: 1024 }, (_, nr) => nr).filter(
      (nr) => !judged.has(nr) && ask(nr) !== ALLOWED,
    );
    expect(stopped).toEqual([]);
  });

  test.each(others)('refuses every call of the machine %i', (other) => {
    const verdicts = new Set(
      Array.from({ length: 600 }, (_, nr) => evaluateBpf(program, { arch: other, nr, args: [] })),
    );
    expect([...verdicts]).toEqual([REFUSED]);
  });
});

test('x32 calls, which have the arch of x86-64, are refused', () => {
  const program = execFileSync(rules, ['x86_64']);
  for (const nr of [0, 1, 39, 59, 512, 547])
    expect(evaluateBpf(program, { arch: X86_64, nr: nr | 0x40000000 })).toBe(REFUSED);
  expect(evaluateBpf(program, { arch: X86_64, nr: -1 })).toBe(REFUSED);
});

test('a machine that is not known is refused', () => {
  expect(() => execFileSync(rules, ['mips'], { stdio: 'pipe' })).toThrow(/x86_64 or aarch64/);
});

test('what is built is the filter of this machine', () => {
  const built = readFileSync(buildHelpers().path('wall.bpf'));
  expect(built.equals(execFileSync(rules, [process.arch === 'arm64' ? 'aarch64' : 'x86_64']))).toBe(true);
});
