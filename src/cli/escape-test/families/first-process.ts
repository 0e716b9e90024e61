/** The first process of a sandbox: it says how the launch ended, and its end is the end of everything inside. */
import type { EscapeCase } from '../escape-case.ts';

const family = 'processes';
const kind = 'containment';
const unshown = 'without a wall it is the first process of this machine';

/** Behind a wall that shows the host's processes nothing is tried: the first one is not ours. */
const UNLESS_OF_THE_HOST =
  '[ ! -e /proc/1/cmdline ] || tr "\\0" " " < /proc/1/cmdline | grep -q bwrap || { reached; exit; }';

const numbers =
  process.arch === 'arm64'
    ? { write: 64, ptrace: 117, readv: 270, writev: 271 }
    : { write: 1, ptrace: 101, readv: 310, writev: 311 };

/** Numbers common to all machines. */
const PIDFD_OPEN = 434;
const PIDFD_GETFD = 438;

/** Gives status 0 when an end was told: bubblewrap takes n + 1 on an event descriptor for the status n. */
const TELL_AN_END = `my $first = syscall(${PIDFD_OPEN}, 1, 0); my $end = pack("Q", 8); my $told = 0;
for my $number (0 .. 255) {
  my $taken = syscall(${PIDFD_GETFD}, $first, $number, 0);
  next if $taken < 0 || readlink("/proc/self/fd/$taken") !~ /eventfd/;
  $told = 1 if syscall(${numbers.write}, $taken, $end, 8) == 8;
}
exit($told ? 0 : 1);`;

/** Addresses that are nowhere: who may reach that memory is told so (EFAULT, 14), and nothing is changed. */
const REACH_MEMORY = `my $nowhere = pack("QQ", 8, 8); my $reached = 0;
for my $call (${numbers.readv}, ${numbers.writev}) {
  $! = 0; syscall($call, 1, $nowhere, 1, $nowhere, 1, 0); $reached = 1 if $! == 14;
}
$reached = 1 if syscall(${numbers.ptrace}, 0x4206, 1, 0, 0) == 0;
exit($reached ? 0 : 1);`;

export const FIRST_PROCESS_CASES: readonly EscapeCase[] = [
  {
    id: 'processes.first process status',
    family,
    kind,
    title: 'end the launch with a status of one’s own through the first process',
    unshown,
    needs: ['perl'],
    endsItself: true,
    payload: `${UNLESS_OF_THE_HOST}\nperl -e '${TELL_AN_END}' && sleep 10\n: > finished`,
    // Told so, bubblewrap ends at once, and drops the rest.
    verify: ({ place }) => !place.exists('ws/finished'),
  },
  {
    id: 'processes.first process memory',
    family,
    kind,
    title: 'write into the memory of the first process',
    unshown,
    needs: ['perl'],
    payload: `${UNLESS_OF_THE_HOST}
for path in /proc/1 /proc/1/task/1 /proc/self/../1 /proc/thread-self/../../../1 /dev/fd/../../1; do
  (exec 5<> $path/mem) 2> /dev/null && reached
done
perl -e '${REACH_MEMORY}' && reached`,
  },
  {
    id: 'processes.first process limits',
    family,
    kind,
    title: 'set limits of the first process',
    unshown,
    needs: ['prlimit'],
    payload: `${UNLESS_OF_THE_HOST}
for limit in cpu nofile core fsize; do prlimit --pid 1 --$limit=0:0 && reached; done`,
  },
];
