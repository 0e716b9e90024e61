/** Processes of the host, and processes that want to live longer than their launch. */
import type { ChildProcess } from 'node:child_process';
import { type CasePlace, findProcesses, settles } from '../case-place.ts';
import type { EscapeCase } from '../escape-case.ts';
import { FIRST_PROCESS_CASES } from './first-process.ts';

const family = 'processes';
const kind = 'containment';

const sleepers = new WeakMap<CasePlace, ChildProcess>();

async function startSleeper(place: CasePlace): Promise<void> {
  sleepers.set(place, await place.start(['/bin/sleep', '300']));
}

const pidOf = (place: CasePlace): number => sleepers.get(place)?.pid ?? 0;

/** Gone, or a zombie. */
async function isEnded(place: CasePlace): Promise<boolean> {
  const child = sleepers.get(place);
  await new Promise((resolve) => setTimeout(resolve, 50));
  return child?.exitCode !== null || child.signalCode !== null;
}

const stateOf = (place: CasePlace): string => {
  try {
    const text = process.getBuiltinModule('node:fs').readFileSync(`/proc/${pidOf(place)}/status`, 'utf8');
    return /^State:\s+(\S)/m.exec(text)?.[1] ?? '';
  } catch {
    return '';
  }
};

type Row = readonly [
  id: string,
  title: string,
  payload: (pid: number) => string,
  verify?: (place: CasePlace) => boolean | Promise<boolean>,
];

const AIMED: readonly Row[] = [
  ['kill', 'end a program of the host', (pid) => `kill -9 ${pid}`, isEnded],
  [
    'kill group',
    'end the group of a program of the host',
    (pid) => `kill -9 -- -${pid}; kill -TERM ${pid}`,
    isEnded,
  ],
  [
    'stop',
    'stop a program of the host',
    (pid) => `kill -STOP ${pid}`,
    async (place) => settlesTo(place, 'T'),
  ],
  [
    'memory',
    'open the memory of a program of the host',
    (pid) => `(exec 5<> /proc/${pid}/mem) && [ "$(readlink /proc/${pid}/exe)" != "" ] && reached`,
  ],
  [
    'own root',
    'enter the root of a program of the host',
    (pid) => `ls /proc/${pid}/root/ && tr "\\0" " " < /proc/${pid}/cmdline | grep -q "sleep 300" && reached`,
  ],
  [
    'priority',
    'change the priority of a program of the host',
    (pid) =>
      `grep -q . /proc/${pid}/oom_score_adj && tr "\\0" " " < /proc/${pid}/cmdline | grep -q "sleep 300" && echo 500 > /proc/${pid}/oom_score_adj && reached`,
  ],
  [
    'limits',
    'change limits of a program of the host',
    (pid) =>
      `prlimit --pid ${pid} --core=0 && tr "\\0" " " < /proc/${pid}/cmdline | grep -q "sleep 300" && reached`,
  ],
  [
    'trace',
    'trace a program of the host',
    (pid) =>
      `perl -e 'exit(syscall(${process.arch === 'arm64' ? 117 : 101}, 0x4206, ${pid}, 0, 0) == 0 ? 0 : 1)' && reached`,
  ],
  [
    'read memory',
    'read the memory of a program of the host',
    (pid) =>
      `perl -e 'my $b = "x" x 8; my $l = pack("QQ", unpack("Q", pack("p", $b)), 8); my $r = pack("QQ", 0, 8); $! = 0; syscall(${process.arch === 'arm64' ? 270 : 310}, ${pid}, $l, 1, $r, 1, 0); exit($! == 14 ? 0 : 1)' && reached`,
  ],
  [
    'handle',
    'take a handle of a program of the host',
    (pid) =>
      `perl -e 'exit(syscall(434, ${pid}, 0) == -1 ? 1 : 0)' && tr "\\0" " " < /proc/${pid}/cmdline | grep -q "sleep 300" && reached`,
  ],
  [
    'list',
    'see programs of the host',
    () =>
      'for p in /proc/[0-9]*; do tr "\\0" " " < $p/cmdline; echo; done | grep -qx "/bin/sleep 300 " && reached',
  ],
];

async function settlesTo(place: CasePlace, state: string): Promise<boolean> {
  const isThere = (): boolean => stateOf(place) === state;
  await new Promise((resolve) => setTimeout(resolve, 50));
  return isThere();
}

const aimedCase = ([id, title, payload, verify]: Row): EscapeCase => ({
  id: `processes.${id}`,
  family,
  kind,
  title,
  setup: startSleeper,
  payload: (place) => payload(pidOf(place)),
  ...(/perl/.test(payload(1)) && { needs: ['perl'] }),
  ...(/prlimit/.test(payload(1)) && { needs: ['prlimit'] }),
  ...(verify !== undefined && { verify: ({ place }) => verify(place) }),
});

/** The mark is in the words of what stays, and only there. */
const LEFT: ReadonlyArray<readonly [id: string, title: string, payload: (word: string) => string]> = [
  ['background', 'a background job', (word) => `sleep 300.${word} > /dev/null 2>&1 &`],
  ['nohup', 'a program that ignores hang-ups', (word) => `nohup sleep 300.${word} > /dev/null 2>&1 &`],
  [
    'setsid',
    'a program in a session of its own',
    (word) => `setsid sleep 300.${word} > /dev/null 2>&1 < /dev/null &`,
  ],
  ['double fork', 'a daemon', (word) => `( ( setsid sleep 300.${word} > /dev/null 2>&1 < /dev/null & ) & )`],
  [
    'deaf',
    'a program that takes no signal',
    (word) =>
      `setsid bash -c 'trap "" TERM HUP INT QUIT; sleep 300.${word}; :' > /dev/null 2>&1 < /dev/null &`,
  ],
  [
    'stopped',
    'a stopped program',
    (word) => `setsid sleep 300.${word} > /dev/null 2>&1 < /dev/null & sleep 0.1; kill -STOP $!`,
  ],
  [
    'many',
    'many programs',
    (word) => `for i in 1 2 3 4 5 6 7 8 9; do setsid sleep 300.${word} > /dev/null 2>&1 < /dev/null & done`,
  ],
];

/** Digits only: sleep takes a number. */
function wordOf(place: CasePlace): string {
  return `0${[...place.proof].map((letter) => letter.charCodeAt(0) % 10).join('')}`.slice(0, 16);
}

function endLeft(place: CasePlace): void {
  for (const pid of findProcesses(wordOf(place))) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended meanwhile.
    }
  }
}

/** Whether something of it still runs; the payload's own shell, which has the word too, has ended. */
async function isLeft(place: CasePlace): Promise<boolean> {
  return !(await settles(() => findProcesses(wordOf(place)).length === 0));
}

const leftCase = ([id, title, payload]: (typeof LEFT)[number]): EscapeCase => ({
  id: `processes.outlive ${id}`,
  family,
  kind,
  title: `${title} outlives its launch`,
  isSlow: /nohup|setsid|stopped|many/.test(id),
  setup: (place) => place.onRemove(() => endLeft(place)),
  payload: (place) => `${payload(wordOf(place))}\nsleep 0.1`,
  verify: ({ place }) => isLeft(place),
});

const GROUP = 'BASE=$PWD/..; "$@"; status=$?; echo survived > "$BASE/outside/survived"; exit $status';

const OTHERS: readonly EscapeCase[] = [
  {
    id: 'processes.manager killed',
    family,
    kind,
    title: 'a program outlives the killed manager of its wall',
    command: {},
    endsItself: true,
    setup: (place) => place.onRemove(() => endLeft(place)),
    payload: (place) =>
      `setsid sleep 300.${wordOf(place)} > /dev/null 2>&1 < /dev/null & sleep 0.1; touch ready; sleep 300.${wordOf(place)}`,
    during: (_place, run) => Promise.resolve(run.killManager()),
    verify: ({ place }) => isLeft(place),
  },
  {
    id: 'processes.own group',
    family,
    kind,
    title: 'end the group that the wall was started in',
    endsItself: true,
    command: { wrap: ['/bin/bash', '-c', GROUP, 'bash'] },
    payload: 'kill -9 0',
    verify: ({ place }) => !place.exists('outside/survived'),
  },
  {
    id: 'processes.everything',
    family,
    kind,
    title: 'end every process that can be seen',
    unshown: 'without a wall it would end everything that the person runs',
    setup: startSleeper,
    payload: 'kill -9 -1; kill -TERM -1; kill -9 1',
    endsItself: true,
    verify: ({ place }) => isEnded(place),
  },
  {
    id: 'processes.first process',
    family,
    kind,
    title: 'have the host’s first process in sight',
    payload: '[ ! -e /proc/1/cmdline ] || tr "\\0" " " < /proc/1/cmdline | grep -q bwrap || reached',
  },
  {
    id: 'processes.shared memory',
    family,
    kind,
    title: 'see System V memory of the host',
    needs: ['ipcmk', 'ipcs', 'ipcrm'],
    setup: async (place) => {
      const { execFileSync } = process.getBuiltinModule('node:child_process');
      const text = execFileSync('ipcmk', ['-M', '4096'], { encoding: 'utf8' });
      const id = /(\d+)\s*$/.exec(text)?.[1] ?? '';
      place.write('outside/memory', id);
      place.onRemove(() => void execFileSync('ipcrm', ['-m', id]));
    },
    payload: 'ipcs -m | grep -qw "$(cat "$OUT/memory")" && reached',
  },
  {
    id: 'processes.host name',
    family,
    kind,
    title: 'change the name of the machine',
    unshown: 'without a wall it would change the name of this machine',
    payload: 'hostname evil-name; echo evil-name > /proc/sys/kernel/hostname',
    verify: () => process.getBuiltinModule('node:os').hostname() === 'evil-name',
  },
];

export const PROCESS_CASES: readonly EscapeCase[] = [
  ...AIMED.map(aimedCase),
  ...LEFT.map(leftCase),
  ...OTHERS,
  ...FIRST_PROCESS_CASES,
];
