/**
 * The argument list of bubblewrap for one launch.
 *
 * Promises: everything is read-only but the writable roots and the scratch folders; protected paths in them are
 * read-only and none of their parents can be renamed away; no capability, no nested user namespace, no way out by
 * /proc/sys; later mounts win, so the order of the groups below is the guard.
 * Leaves to the holder: the network, /run, /tmp, secrets and sockets. Leaves to the filter: system calls.
 */
import { isBelow, isInside, sortByDepth } from './path-inside.ts';

/** One folder or file bound onto itself. */
export interface BoundPath {
  /** Real, existing. */
  readonly path: string;
  readonly mode: 'ro' | 'rw';
}

export interface BubblewrapPlan {
  /** Everything that is not simply read-only, one entry per path; the deeper path wins. */
  readonly bound: readonly BoundPath[];
  /** Bound onto themselves below `bound`, so that they cannot be renamed. */
  readonly pins: readonly string[];
  readonly sharedMemoryBytes: number;
  /** Entries of /proc that exist here and must not be writable for root. */
  readonly coveredProc: readonly string[];
  readonly cwd: string;
  /** Set for the program inside only. */
  readonly innerEnvironment: Readonly<Record<string, string>>;
  /** Descriptor that the supervisor opens the system call filter on. */
  readonly filterFd: number;
}

/** Below /proc, what a root caller could still write although it has no capability: files judged by the global uid 0. */
export const PROC_TO_COVER = ['/proc/sys', '/proc/sysrq-trigger', '/proc/irq', '/proc/bus'] as const;

/** Everything between `bwrap` and `--`. Pure. */
export function bubblewrapArguments(plan: BubblewrapPlan): string[] {
  const modes = new Map(plan.bound.map(({ path, mode }) => [path, mode]));
  const bind = (flag: string, path: string): string[] => [flag, path, path];
  return [
    ...['--unshare-user', '--disable-userns', '--unshare-pid', '--unshare-ipc', '--unshare-uts'],
    ...['--unshare-cgroup-try', '--die-with-parent', '--cap-drop', 'ALL'],
    ...bind('--ro-bind', '/'),
    ...[
      '--dev',
      '/dev',
      '--size',
      String(plan.sharedMemoryBytes),
      '--tmpfs',
      '/dev/shm',
      '--remount-ro',
      '/dev',
    ],
    ...['--proc', '/proc'],
    ...plan.coveredProc.flatMap((path) => bind('--ro-bind', path)),
    // Whoever writes into the memory of the first process, by way of its files, could keep the sandbox from ending.
    ...['--perms', '0555', '--size', '4096', '--tmpfs', '/proc/1', '--remount-ro', '/proc/1'],
    // Pins come under the roots: lookups go through the root's mount, but the kernel still refuses the rename.
    ...sortByDepth(plan.pins).flatMap((path) => bind('--bind', path)),
    ...sortByDepth(modes.keys()).flatMap((path) =>
      bind(modes.get(path) === 'rw' ? '--bind' : '--ro-bind', path),
    ),
    ...Object.entries(plan.innerEnvironment).flatMap(([name, value]) => ['--setenv', name, value]),
    ...['--seccomp', String(plan.filterFd)],
    ...['--chdir', plan.cwd],
  ];
}

/** Every folder strictly between a protected path and the outermost root that it lies in; roots themselves cannot move. */
export function pinsOf(protectedPaths: readonly string[], roots: readonly string[]): string[] {
  const pins = new Set<string>();
  for (const path of protectedPaths) {
    for (let folder = parentOf(path); folder !== '/'; folder = parentOf(folder)) {
      if (roots.some((root) => isBelow(folder, root)) && !roots.includes(folder)) pins.add(folder);
    }
  }
  return sortByDepth(pins).filter((pin) => !protectedPaths.some((path) => isInside(pin, path)));
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}
