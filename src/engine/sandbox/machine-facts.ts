/** What is measured on a machine before anything is said about it. */
import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync, statfsSync } from 'node:fs';
import { release } from 'node:os';
import { dirname, join } from 'node:path';
import { BUBBLEWRAP } from './bubblewrap-session.ts';

/** A run of bubblewrap around `true`. */
export interface Trial {
  readonly isGood: boolean;
  /** What it said where it failed. */
  readonly words: string;
}

export interface MachineFacts {
  readonly platform: string;
  /** As `uname -r` says it. */
  readonly kernel: string;
  /** The text of /proc/version. */
  readonly kernelText: string;
  readonly isRoot: boolean;
  readonly container: { readonly kind: 'docker' | 'podman' | 'other'; readonly sign: string } | null;
  readonly bubblewrap: {
    readonly path: string /** Null when it does not run. */;
    readonly version: string | null;
  };
  readonly trials: { readonly withNetwork: Trial; readonly withoutNetwork: Trial };
  /** Switches of the kernel, empty where it has none of that name. */
  readonly switches: {
    readonly apparmorRestricts: string;
    readonly unprivilegedClone: string;
    readonly maxUserNamespaces: string;
  };
  readonly profiles: { readonly bubblewrap: boolean; readonly helper: boolean };
  /** Path of the helper that makes namespaces, and what is wrong when it is missing. */
  readonly helper: { readonly path: string; readonly problem: string; readonly hint: string };
  readonly seccompActions: string;
  readonly cgroup: { readonly isUnified: boolean; readonly path: string; readonly isDelegated: boolean };
  /** A whole wall of ours around a program; `hasExitCodes` is undefined when none got so far. */
  readonly wall: Trial & { readonly hasExitCodes: boolean | undefined };
  readonly nowMs: number;
  readonly disk: { readonly place: string; readonly freeBytes: number };
}

/** Everything but the whole wall and the helper, which are tried elsewhere. */
export type SystemFacts = Omit<MachineFacts, 'wall' | 'helper'>;

/** Measures this machine. Never throws. */
export async function measureSystem(sallyportHome: string, nowMs: number): Promise<SystemFacts> {
  const common = [
    '--unshare-user',
    '--unshare-pid',
    '--ro-bind',
    '/',
    '/',
    '--proc',
    '/proc',
    '--dev',
    '/dev',
  ];
  const [version, withNetwork, withoutNetwork] = await Promise.all([
    run(['--version']),
    run([...common, '--', '/bin/true']),
    run([...common, '--unshare-net', '--', '/bin/true']),
  ]);
  const place = nearestFolder(sallyportHome);
  const { bavail, bsize } = statfsSync(place);
  return {
    platform: process.platform,
    kernel: release(),
    kernelText: readWord('/proc/version'),
    isRoot: process.getuid?.() === 0,
    container: findContainer(),
    bubblewrap: {
      path: BUBBLEWRAP,
      version: version.isGood ? (/\d+\.\d+[\w.]*/.exec(version.words)?.[0] ?? null) : null,
    },
    trials: { withNetwork, withoutNetwork },
    switches: {
      apparmorRestricts: readWord('/proc/sys/kernel/apparmor_restrict_unprivileged_userns'),
      unprivilegedClone: readWord('/proc/sys/kernel/unprivileged_userns_clone'),
      maxUserNamespaces: readWord('/proc/sys/user/max_user_namespaces'),
    },
    profiles: {
      bubblewrap: existsSync('/etc/apparmor.d/bwrap-userns-restrict'),
      helper: existsSync('/etc/apparmor.d/sallyport'),
    },
    seccompActions: readWord('/proc/sys/kernel/seccomp/actions_avail'),
    cgroup: findCgroup(),
    nowMs,
    disk: { place, freeBytes: bavail * bsize },
  };
}

/** The text of a small file; empty where it cannot be read. */
export function readWord(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}

function findContainer(): MachineFacts['container'] {
  if (existsSync('/run/.containerenv')) return { kind: 'podman', sign: '/run/.containerenv exists' };
  if (existsSync('/.dockerenv')) return { kind: 'docker', sign: '/.dockerenv exists' };
  const named = readWord('/run/systemd/container');
  return named === '' ? null : { kind: 'other', sign: `/run/systemd/container says ${named}` };
}

function findCgroup(): MachineFacts['cgroup'] {
  const isUnified = existsSync('/sys/fs/cgroup/cgroup.controllers');
  const path = /^0::(\/.*)$/m.exec(readWord('/proc/self/cgroup'))?.[1] ?? '';
  const folder = join('/sys/fs/cgroup', path);
  const controllers = readWord(join(folder, 'cgroup.controllers')).split(' ');
  const hasControllers = controllers.includes('memory') && controllers.includes('pids');
  const isDelegated = isUnified && path !== '' && hasControllers && isWritable(join(folder, 'cgroup.procs'));
  return { isUnified, path, isDelegated };
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function nearestFolder(path: string): string {
  return existsSync(path) ? path : nearestFolder(dirname(path));
}

function run(words: readonly string[]): Promise<Trial> {
  return new Promise((resolve) => {
    execFile(BUBBLEWRAP, words, { timeout: 5000, env: {} }, (error, stdout, stderr) => {
      resolve({ isGood: error === null, words: `${stdout}${stderr}`.trim().slice(0, 500) });
    });
  });
}
