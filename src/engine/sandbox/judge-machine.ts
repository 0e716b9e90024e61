/** From what was measured to what is said of it: fact, why it matters, what to type. Pure. */
import { explainRefusal } from './explain-refusal.ts';
import type { MachineFacts } from './machine-facts.ts';

export interface ProbeFinding {
  readonly name: string;
  /** `missing` keeps programs from being confined; `limited` takes something away and is said. */
  readonly status: 'ok' | 'limited' | 'missing';
  /** What was measured, in a sentence. */
  readonly detail: string;
  /** Why it matters; not where all is well. */
  readonly why?: string;
  /** What to type, one way per line, the best first. */
  readonly repair?: string;
}

const MIN_FREE_BYTES = 256 * 2 ** 20;
const OLDEST_MS = Date.UTC(2025, 0, 1);
const INSTALL =
  'apt install bubblewrap (Debian, Ubuntu); dnf install bubblewrap (Fedora); pacman -S bubblewrap (Arch)';
const NO_WALL = 'Nothing is ever run without the wall.';

/** One finding for each thing that a session needs, in the order in which they are needed. */
export function judgeMachine(facts: MachineFacts): ProbeFinding[] {
  return [
    judgeKernel(facts),
    judgeBubblewrap(facts),
    judgeHelper(facts),
    judgeNamespaces(facts),
    judgeWall(facts),
    judgeGate(facts),
    judgeExitCodes(facts),
    judgeCgroup(facts),
    judgeClock(facts),
    judgeDisk(facts),
  ];
}

function judgeKernel({ kernel, kernelText, wall }: MachineFacts): ProbeFinding {
  const name = 'kernel';
  const [major = 0, minor = 0] = kernel.split('.').map(Number);
  if (/Microsoft/.test(kernelText) && !/WSL2/i.test(kernelText)) {
    return {
      name,
      status: 'missing',
      detail: `Linux ${kernel} is that of WSL 1.`,
      why: 'WSL 1 has no namespaces, so nothing can be confined there.',
      repair: 'wsl --set-version <distribution> 2',
    };
  }
  const detail = `Linux ${kernel}.`;
  if (major > 5 || (major === 5 && minor >= 14)) return { name, status: 'ok', detail };
  const why = 'The gate and the wall are made for 5.14 and newer; older ones are not tried.';
  const status = wall.isGood ? 'limited' : 'missing';
  return { name, status, detail, why, repair: 'Install a kernel of 5.14 or newer.' };
}

function judgeBubblewrap({ bubblewrap: { path, version } }: MachineFacts): ProbeFinding {
  const name = 'bubblewrap';
  const why = 'It builds the wall.';
  if (version === null)
    return { name, status: 'missing', detail: `${path} is missing or does not run.`, why, repair: INSTALL };
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const detail = `${path}, version ${version}.`;
  if (major > 0 || minor >= 8) return { name, status: 'ok', detail };
  return {
    name,
    status: 'missing',
    detail,
    why: 'Older ones cannot forbid further user namespaces.',
    repair: 'Install bubblewrap 0.8 or newer.',
  };
}

function judgeHelper({ helper }: MachineFacts): ProbeFinding {
  const name = 'native helpers';
  if (helper.problem === '') return { name, status: 'ok', detail: `Found beside ${helper.path}.` };
  return {
    name,
    status: 'missing',
    detail: helper.problem,
    why: 'They hold programs and build what bubblewrap cannot.',
    repair: helper.hint,
  };
}

function judgeNamespaces(facts: MachineFacts): ProbeFinding {
  const name = 'user namespaces';
  const { withNetwork, withoutNetwork } = facts.trials;
  if (facts.bubblewrap.version === null)
    return { name, status: 'limited', detail: 'Not tried, because bubblewrap is missing.', repair: INSTALL };
  if (withNetwork.isGood && withoutNetwork.isGood) {
    return { name, status: 'ok', detail: 'bwrap runs a program, with and without a network of its own.' };
  }
  const failed = withNetwork.isGood ? withoutNetwork : withNetwork;
  const where = withNetwork.isGood ? ' with a network of its own' : '';
  const { cause, repairs } = explainRefusal(facts, failed.words);
  return {
    name,
    status: 'missing',
    detail: `bwrap could run no program${where}: ${failed.words.slice(0, 300) || 'it ended without a word'}.${cause}`,
    why: 'Namespaces are what the wall is made of; they are never replaced by something weaker.',
    repair: repairs.join('\n'),
  };
}

function judgeWall(facts: MachineFacts): ProbeFinding {
  const name = 'sandbox';
  if (facts.wall.isGood) {
    const detail = 'A program ran behind a whole wall: namespaces, mounts and filter work.';
    return { name, status: 'ok', detail };
  }
  const words = facts.wall.words.replaceAll('sallyport: ', '').replace(/\.$/, '');
  const { cause, repairs } = explainRefusal(facts, words);
  return {
    name,
    status: 'missing',
    detail: `No program could be run behind the wall: ${words || 'it ended without a word'}.${cause}`,
    why: NO_WALL,
    repair: repairs.join('\n'),
  };
}

/** Whether the kernel of these actions can hold a call for an answer. */
export function canHoldCalls(seccompActions: string): boolean {
  return seccompActions.split(' ').includes('user_notif');
}

function judgeGate({ seccompActions }: MachineFacts): ProbeFinding {
  const name = 'exec gate';
  if (canHoldCalls(seccompActions))
    return { name, status: 'ok', detail: 'The kernel can hold the start of a program for an answer.' };
  return {
    name,
    status: 'limited',
    detail: 'The kernel cannot hold the start of a program; questions are asked by the shell itself.',
    why: 'What a program starts by itself is then not asked about; the wall holds all the same.',
    repair: 'Use a kernel with CONFIG_SECCOMP_FILTER, 5.14 or newer.',
  };
}

function judgeExitCodes({ wall: { hasExitCodes } }: MachineFacts): ProbeFinding {
  const name = 'exit codes of held programs';
  if (hasExitCodes === true) return { name, status: 'ok', detail: 'The kernel tells them.' };
  const why = 'The history shows the exit status of scripts only.';
  if (hasExitCodes === undefined) {
    const detail = 'Not known, because no program could be run behind the wall.';
    return { name, status: 'limited', detail, why };
  }
  const detail = 'The kernel does not tell them.';
  return { name, status: 'limited', detail, why, repair: 'Use Linux 6.15 or newer.' };
}

function judgeCgroup({ cgroup, isRoot }: MachineFacts): ProbeFinding {
  const name = 'control groups';
  if (cgroup.isDelegated) {
    return { name, status: 'ok', detail: `Version 2, and ${cgroup.path} may be divided.` };
  }
  const detail = cgroup.isUnified
    ? `Version 2, but ${cgroup.path || 'the group of this process'} may not be divided.`
    : 'There is no version 2 at /sys/fs/cgroup.';
  const why =
    'Limits of memory and processes of a launch (a script or program with everything it starts) are then kept by looking four times a second where the kernel cannot keep them.';
  if (!cgroup.isUnified) {
    const repair =
      'Start the machine with systemd.unified_cgroup_hierarchy=1 on the kernel’s command line; in a container, mount /sys/fs/cgroup.';
    return { name, status: 'limited', detail, why, repair };
  }
  const repair = isRoot
    ? 'Start it in a group of its own: systemd-run --scope -p Delegate=yes sallyport'
    : 'Start it in a group of its own: systemd-run --user --scope -p Delegate=yes sallyport';
  return { name, status: 'limited', detail, why, repair };
}

function judgeClock({ nowMs }: MachineFacts): ProbeFinding {
  const name = 'clock';
  const detail = `It says ${new Date(nowMs).toISOString().slice(0, 16).replace('T', ' ')} UTC.`;
  if (nowMs >= OLDEST_MS) return { name, status: 'ok', detail };
  const why =
    'That is before this program was made: the history would be in a wrong order, and grants end wrongly.';
  return { name, status: 'limited', detail, why, repair: 'sudo timedatectl set-ntp true' };
}

function judgeDisk({ disk: { place, freeBytes } }: MachineFacts): ProbeFinding {
  const name = 'free space';
  const detail = `${Math.round(freeBytes / 2 ** 20)} MiB free for the history (${place}).`;
  if (freeBytes >= MIN_FREE_BYTES) return { name, status: 'ok', detail };
  const why = 'Without room for its history the engine runs nothing.';
  return { name, status: 'limited', detail, why, repair: `Free some space on the disk of ${place}.` };
}
