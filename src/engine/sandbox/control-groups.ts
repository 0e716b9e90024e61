/**
 * Where control groups for launches can be made.
 *
 * Promises: a place is named only after a group was made and removed there; what killed supervisors left behind is
 * removed. The group of a launch is made by its supervisor, which cannot always remove it: root may, with its rights
 * dropped it may not.
 */
import { accessSync, constants, mkdirSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Folders of control groups in which a launch can have one of its own; null where the kernel cannot keep that limit. */
export interface GroupPlaces {
  readonly pids: string | null;
  readonly memory: string | null;
}

/** The kernel's own files, as text; replaced in tests. */
export interface GroupFiles {
  /** `/proc/self/cgroup`. */
  readonly memberships: string;
  /** `/proc/self/mountinfo`. */
  readonly mounts: string;
}

interface Mount {
  readonly point: string;
  readonly type: string;
  readonly options: readonly string[];
}

const PREFIX = 'sallyport-';
const REMOVE_ROUNDS = 40;
const REMOVE_MS = 50;

/** Looks where this process is, and tries. */
export function findGroupPlaces(files: GroupFiles = readGroupFiles()): GroupPlaces {
  const mounts = files.mounts.split('\n').flatMap(parseMount);
  const unified = unifiedPlaces(files.memberships, mounts);
  const keeps = (name: string): string | null =>
    unified.find((place) => controllersOf(place).includes(name) && canMakeGroup(place)) ?? null;
  return { pids: keeps('pids') ?? pidsPlace(files.memberships, mounts), memory: keeps('memory') };
}

/** Removes the groups of a supervisor that has ended. What was in them may take the kernel a moment to clear away. */
export async function removeGroups(places: GroupPlaces, supervisor: number): Promise<void> {
  const paths = [places.pids, places.memory].flatMap((place) =>
    place === null ? [] : [join(place, `${PREFIX}${supervisor}`)],
  );
  for (const path of new Set(paths)) {
    for (let round = 0; !removeGroup(path) && round < REMOVE_ROUNDS; round++) {
      await new Promise((resolve) => setTimeout(resolve, REMOVE_MS).unref());
    }
  }
}

function readGroupFiles(): GroupFiles {
  return { memberships: readText('/proc/self/cgroup'), mounts: readText('/proc/self/mountinfo') };
}

/** `36 35 98:0 /root /point rw,noatime shared:1 - type source superoptions`. */
function parseMount(line: string): Mount[] {
  const [before = '', after = ''] = line.split(' - ');
  const point = before.split(' ')[4];
  const [type = '', , options = ''] = after.split(' ');
  return point === undefined || !type.startsWith('cgroup')
    ? []
    : [{ point, type, options: options.split(',') }];
}

/** Our own group, and the one above: where processes are, limits of version 2 cannot be handed on. */
function unifiedPlaces(memberships: string, mounts: readonly Mount[]): string[] {
  const mount = mounts.find(({ type }) => type === 'cgroup2');
  const path = /^0::(\/.*)$/m.exec(memberships)?.[1];
  if (mount === undefined || path === undefined || path.includes('/..')) return [];
  const own = join(mount.point, path);
  return path === '/' ? [own] : [own, dirname(own)];
}

/** Version 1 has a tree for each kind of limit. */
function pidsPlace(memberships: string, mounts: readonly Mount[]): string | null {
  const mount = mounts.find(({ type, options }) => type === 'cgroup' && options.includes('pids'));
  const path = /^\d+:(?:[^:\n]*,)?pids(?:,[^:\n]*)?:(\/.*)$/m.exec(memberships)?.[1];
  if (mount === undefined || path === undefined || path.includes('/..')) return null;
  const place = join(mount.point, path);
  return canMakeGroup(place) ? place : null;
}

function controllersOf(place: string): string[] {
  return readText(join(place, 'cgroup.subtree_control')).trim().split(' ');
}

function canMakeGroup(place: string): boolean {
  const path = join(place, `${PREFIX}${process.pid}-try`);
  try {
    accessSync(join(place, 'cgroup.procs'), constants.W_OK);
    mkdirSync(path);
  } catch {
    return false;
  }
  removeGroup(path);
  sweep(place);
  return true;
}

/** Groups whose makers are gone. One that still holds processes cannot be removed, and is left alone. */
function sweep(place: string): void {
  for (const name of readdirSync(place)) {
    const maker = /^sallyport-(\d+)/.exec(name)?.[1];
    if (maker !== undefined && !isAlive(Number(maker))) removeGroup(join(place, name));
  }
}

/** True when it is gone. */
function removeGroup(path: string): boolean {
  try {
    rmdirSync(path);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code !== 'EBUSY';
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
