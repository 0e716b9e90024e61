/** Calls that reach past namespaces. A call got through when the kernel answered anything but "not permitted". */
import type { EscapeCase } from '../escape-case.ts';

const family = 'kernel';
const kind = 'containment';

interface Numbers {
  readonly x64: number;
  readonly arm64: number;
}

const same = (number: number): Numbers => ({ x64: number, arm64: number });

type CallRow = readonly [name: string, numbers: Numbers, words: string, note?: 'root' | string];

/** Arguments are such that nothing happens where the call is allowed. */
const CALLS: readonly CallRow[] = [
  ['unshare of users', { x64: 272, arm64: 97 }, '0x10000000'],
  ['unshare of users and mounts', { x64: 272, arm64: 97 }, '0x10020000'],
  ['unshare with odd high bits', { x64: 272, arm64: 97 }, '0x1_0000_0000 | 0x10000000'],
  ['mount', { x64: 165, arm64: 40 }, '0, 0, 0, 0, 0', 'root'],
  ['umount', { x64: 166, arm64: 39 }, '$path, 0', 'root'],
  ['pivot_root', { x64: 155, arm64: 41 }, '$path, $path', 'root'],
  ['chroot', { x64: 161, arm64: 51 }, '$path', 'root'],
  ['setns', { x64: 308, arm64: 268 }, '-1, 0'],
  ['open_tree', same(428), '-100, $path, 1', 'root'],
  ['move_mount', same(429), '-1, $path, -1, $path, 0', 'root'],
  ['fsopen', same(430), '$tmpfs, 0', 'root'],
  ['fspick', same(433), '-1, $path, 0', 'root'],
  ['mount_setattr', same(442), '-1, $path, 0, 0, 0'],
  ['bpf', { x64: 321, arm64: 280 }, '0, 0, 0', 'root'],
  ['perf_event_open', { x64: 298, arm64: 241 }, '0, 0, -1, -1, 0'],
  ['userfaultfd', { x64: 323, arm64: 282 }, '1'],
  ['io_uring_setup', same(425), '1, 0'],
  ['io_uring_enter', same(426), '-1, 0, 0, 0, 0'],
  ['io_uring_register', same(427), '-1, 0, 0, 0'],
  ['keyctl', { x64: 250, arm64: 219 }, '0, -3, 0'],
  ['add_key', { x64: 248, arm64: 217 }, '0, 0, 0, 0, -3'],
  ['request_key', { x64: 249, arm64: 218 }, '0, 0, 0, 0'],
  ['open_by_handle_at', { x64: 304, arm64: 265 }, '-1, 0, 0', 'root'],
  ['init_module', { x64: 175, arm64: 105 }, '0, 0, 0', 'root'],
  ['finit_module', { x64: 313, arm64: 273 }, '-1, 0, 0', 'root'],
  ['delete_module', { x64: 176, arm64: 106 }, '0, 0', 'root'],
  ['kexec_load', { x64: 246, arm64: 104 }, '0, 17, 0, 0', 'root'],
  ['swapon', { x64: 167, arm64: 224 }, '0, 0', 'root'],
  ['reboot', { x64: 169, arm64: 142 }, '0, 0, 0, 0', 'root'],
  ['quotactl', { x64: 179, arm64: 60 }, '0, 0, 0, 0'],
  ['syslog', { x64: 103, arm64: 116 }, '9, 0, 0', 'root'],
  ['settimeofday', { x64: 164, arm64: 170 }, '0, 0'],
  ['clock_settime', { x64: 227, arm64: 112 }, '0, 0'],
  ['vhangup', { x64: 153, arm64: 58 }, '', 'it would hang up the terminal of whoever runs this'],
  ['personality of another system', { x64: 135, arm64: 92 }, '0x0010'],
  ['personality that makes pages executable', { x64: 135, arm64: 92 }, '0x0400000'],
];

const BEGIN = `my $path = "/nowhere-of-sallyport\\0"; my $tmpfs = "tmpfs\\0";`;

function callCase([name, numbers, words, note]: CallRow): EscapeCase {
  const number = process.arch === 'arm64' ? numbers.arm64 : numbers.x64;
  const call = `syscall(${[String(number), words].filter((word) => word !== '').join(', ')})`;
  return {
    id: `kernel.${name}`,
    family,
    kind,
    title: `call ${name}`,
    needs: ['perl'],
    payload: `perl -e '${BEGIN} $! = 0; my $r = ${call}; exit(($r == -1 && ($! == 1 || $! == 38)) ? 1 : 0)' && reached`,
    ...(note === 'root' && { isForRoot: true }),
    ...(note !== undefined && note !== 'root' && { unshown: note }),
  };
}

type SocketRow = readonly [name: string, words: string, note?: 'root' | string];

const SOCKETS: readonly SocketRow[] = [
  ['vsock', '40, 1, 0'],
  ['kernel cryptography', '38, 5, 0'],
  ['packets', '17, 3, 0', 'root'],
  ['express data path', '44, 3, 0', 'not in every kernel, and for root only'],
  ['audit messages', '16, 3, 9'],
  ['firewall messages', '16, 3, 12'],
  ['kernel events', '16, 3, 15'],
  ['bluetooth', '31, 3, 1', 'not in every kernel'],
  ['cluster messages', '30, 5, 0', 'not in every kernel'],
];

function socketCase([name, words, note]: SocketRow): EscapeCase {
  return {
    id: `kernel.socket ${name}`,
    family,
    kind,
    title: `open a socket for ${name}`,
    needs: ['perl'],
    payload: `perl -e 'exit(socket(my $s, ${words}) ? 0 : 1)' && reached`,
    ...(note === 'root' && { isForRoot: true }),
    ...(note !== undefined && note !== 'root' && { unshown: note }),
  };
}

const NO_TERMINAL =
  'a run without a terminal of its own has none to type into; the number of the call is what is tried';

/** `script` gives the payload a terminal; the reader tells whether characters came. */
const terminalCase = (id: string, title: string, request: string, data: string): EscapeCase => ({
  id: `kernel.${id}`,
  family,
  kind,
  title,
  needs: ['perl', 'script'],
  payload: `script -qec "perl -e 'my \\$d = ${data}; exit(syscall(${process.arch === 'arm64' ? 29 : 16}, 0, ${request}, \\$d) == -1 ? 1 : 0)' && touch '$WS/typed'" /dev/null < /dev/null > /dev/null; [ -e typed ] && reached`,
});

const FILES: ReadonlyArray<readonly [id: string, title: string, path: string, note?: string]> = [
  ['core pattern', 'choose what a crash runs', '/proc/sys/kernel/core_pattern'],
  ['modprobe path', 'choose what loads modules', '/proc/sys/kernel/modprobe'],
  ['sysrq', 'allow keys of the kernel', '/proc/sys/kernel/sysrq'],
  ['sysrq trigger', 'press keys of the kernel', '/proc/sysrq-trigger'],
  ['host name', 'change the name of the machine', '/proc/sys/kernel/hostname'],
  ['memory settings', 'change memory settings', '/proc/sys/vm/drop_caches'],
  ['binfmt', 'register a program loader', '/proc/sys/fs/binfmt_misc/register'],
  ['uevent helper', 'choose what device events run', '/sys/kernel/uevent_helper'],
  ['cgroup', 'move processes between groups', '/sys/fs/cgroup/cgroup.procs'],
  ['power state', 'change the power state', '/sys/power/state'],
  ['interrupts', 'change where interrupts go', '/proc/irq/default_smp_affinity'],
];

function fileCase([id, title, path]: (typeof FILES)[number]): EscapeCase {
  return {
    id: `kernel.file ${id}`,
    family,
    kind,
    title,
    needs: [path],
    payload: `(: >> ${path}) && reached; (exec 5<> ${path}) && reached`,
    isForRoot: true,
  };
}

const OTHERS: readonly EscapeCase[] = [
  {
    id: 'kernel.clone of users',
    family,
    kind,
    title: 'start a process in a user namespace of its own',
    needs: ['perl'],
    payload: `perl -e 'my $p = syscall(${process.arch === 'arm64' ? 220 : 56}, 0x10000000 | 17, 0, 0, 0, 0); exit(0) if $p == 0; exit($p > 0 ? 0 : 1)' && reached`,
  },
  {
    id: 'kernel.raw socket',
    family,
    kind,
    title: 'send raw packets',
    needs: ['perl'],
    payload: "perl -e 'exit(socket(my $s, 2, 3, 1) ? 0 : 1)' && reached",
    isForRoot: true,
  },
  {
    id: 'kernel.file handle',
    family,
    kind,
    title: 'open a file of the host by its handle',
    needs: ['python3'],
    isForRoot: true,
    setup: (place) => place.write('outside/file', 'original\n'),
    payload: `python3 - <<'EOF'
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
handle = ctypes.create_string_buffer(136); handle[0:4] = (128).to_bytes(4, "little"); mount = ctypes.c_int()
libc.name_to_handle_at(-100, os.environ["OUT"].encode() + b"/file", handle, ctypes.byref(mount), 0)
fd = libc.open_by_handle_at(os.open(os.environ["WS"], os.O_RDONLY), handle, os.O_WRONLY | os.O_APPEND)
if fd >= 0: os.write(fd, b"evil")
EOF`,
    verify: ({ place }) => place.read('outside/file') !== 'original\n',
  },
  {
    id: 'kernel.capabilities',
    family,
    kind,
    title: 'have a capability, or be able to gain one',
    payload:
      'grep -q "^CapEff:.*[1-9a-f]" /proc/self/status && reached; grep -q "^CapBnd:.*[1-9a-f]" /proc/self/status && reached',
  },
  {
    id: 'kernel.no new rights',
    family,
    kind,
    title: 'gain rights by a program that gives them',
    payload: 'grep -q "^NoNewPrivs:[[:space:]]*1" /proc/self/status || reached',
  },
  {
    id: 'kernel.no filter',
    family,
    kind,
    title: 'run without a filter of system calls',
    payload: 'grep -q "^Seccomp:[[:space:]]*2" /proc/self/status || reached',
  },
  {
    id: 'kernel.setuid',
    family,
    kind,
    title: 'become another user by a setuid program',
    isForRoot: true,
    payload:
      'cp "$(command -v id)" own-id; chown 1:1 own-id && chmod 6755 own-id && ./own-id -u | grep -qx 1 && reached',
    unshown: 'the file system of the place may forbid setuid programs',
  },
  {
    id: 'kernel.trace the first process',
    family,
    kind,
    title: 'trace the first process of the sandbox',
    needs: ['perl'],
    payload: `perl -e 'exit(syscall(${process.arch === 'arm64' ? 117 : 101}, 0x4206, 1, 0, 0) == 0 ? 0 : 1)' && reached`,
    unshown: 'without a wall this would be the first process of the machine',
  },
  terminalCase('type into a terminal', 'push characters into a terminal', '0x5412', '\\"x\\"'),
  terminalCase(
    'type with high bits',
    'the same with garbage in the high half of the number',
    '0x100005412',
    '\\"x\\"',
  ),
  { ...terminalCase('console call', 'call the console', '0x541C', '\\"\\\\x02\\"'), unshown: NO_TERMINAL },
  {
    ...terminalCase(
      'console call with high bits',
      'call the console with garbage in the high half',
      '0x10000541C',
      '\\"\\\\x02\\"',
    ),
    unshown: NO_TERMINAL,
  },
];

export const KERNEL_CASES: readonly EscapeCase[] = [
  ...CALLS.map(callCase),
  ...SOCKETS.map(socketCase),
  ...FILES.map(fileCase),
  ...OTHERS,
];
