import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { findGroupPlaces, removeGroups } from '../../../src/engine/sandbox/control-groups.ts';
import { describeLimits, planLimits } from '../../../src/engine/sandbox/limits.ts';
import { plainLimits } from '../../../src/engine/sandbox/plain-limits.ts';
import { NO_LIMITS } from '../../../src/protocol/index.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A tree of folders that looks like control groups; each has the controllers that it hands on. */
function makeGroups(groups: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'groups-'));
  folders.push(root);
  for (const [path, controllers] of Object.entries(groups)) {
    mkdirSync(join(root, path), { recursive: true });
    writeFileSync(join(root, path, 'cgroup.subtree_control'), `${controllers}\n`);
    writeFileSync(join(root, path, 'cgroup.procs'), '');
  }
  return root;
}

const version2 = (root: string): string => `30 23 0:27 / ${root} rw,relatime - cgroup2 cgroup2 rw\n`;
const version1 = (root: string): string => `31 23 0:28 / ${root} rw - cgroup cgroup rw,pids\n`;

describe('findGroupPlaces', () => {
  it('takes the group above, where the session manager hands limits on', () => {
    const root = makeGroups({ 'app.slice': 'memory pids', 'app.slice/term.scope': '' });
    const found = findGroupPlaces({ memberships: '0::/app.slice/term.scope\n', mounts: version2(root) });
    const place = join(root, 'app.slice');
    expect(found).toEqual({ pids: place, memory: place });
    expect(readdirSync(place).filter((name) => name.startsWith('sallyport'))).toEqual([]);
  });

  it('takes only what is handed on', () => {
    const root = makeGroups({ a: 'pids', 'a/b': '' });
    const found = findGroupPlaces({ memberships: '0::/a/b\n', mounts: version2(root) });
    expect(found).toEqual({ pids: join(root, 'a'), memory: null });
  });

  it('takes the number of processes from version 1', () => {
    const root = makeGroups({ own: '' });
    const found = findGroupPlaces({ memberships: '8:pids:/own\n0::/\n', mounts: version1(root) });
    expect(found).toEqual({ pids: join(root, 'own'), memory: null });
  });

  it.each([
    ['nothing mounted', '0::/a\n', ''],
    ['a group out of sight', '0::/../x\n', 'here'],
    ['no membership', '', 'here'],
    ['a folder that is not there', '0::/gone/x\n', 'here'],
  ])('finds none with %s', (_name, memberships, mounted) => {
    const mounts = mounted === '' ? '' : version2(makeGroups({ a: 'pids memory' }));
    expect(findGroupPlaces({ memberships, mounts })).toEqual({ pids: null, memory: null });
  });

  it('removes what dead supervisors left, and nothing else', () => {
    const root = makeGroups({ 'a/b': '', a: 'pids' });
    const left = (name: string): string => join(root, 'a', name);
    for (const name of ['sallyport-999999999', `sallyport-${process.pid}`, 'other-999999999'])
      mkdirSync(left(name));
    findGroupPlaces({ memberships: '0::/a/b\n', mounts: version2(root) });
    expect(existsSync(left('sallyport-999999999'))).toBe(false);
    expect(existsSync(left(`sallyport-${process.pid}`))).toBe(true);
    expect(existsSync(left('other-999999999'))).toBe(true);
  });
});

it('removeGroups takes away the groups of one supervisor', async () => {
  const root = makeGroups({ 'sallyport-12': '', 'sallyport-13': '' });
  for (const name of ['sallyport-12', 'sallyport-13'])
    for (const file of readdirSync(join(root, name))) rmSync(join(root, name, file));
  await removeGroups({ pids: root, memory: root }, 12);
  expect(readdirSync(root)).toEqual(['sallyport-13']);
});

describe('plainLimits', () => {
  it('has limits where nothing is said', () => {
    const limits = plainLimits({});
    expect(limits).toEqual({ ...NO_LIMITS, processes: 4096, memoryBytes: expect.any(Number) });
    expect(limits.memoryBytes).toBeLessThanOrEqual(totalmem());
  });

  it('reads amounts', () => {
    const typed = {
      max_processes: '12',
      max_memory: '400M',
      max_file_size: '1GiB',
      max_open_files: 'off',
      max_time: '10m',
    };
    expect(plainLimits(typed)).toEqual({
      processes: 12,
      memoryBytes: 400 * 2 ** 20,
      fileBytes: 2 ** 30,
      openFiles: null,
      wallTimeMs: 600_000,
    });
    expect(plainLimits({ max_processes: 'off', max_memory: 'off' })).toEqual(NO_LIMITS);
  });

  it.each([
    ['1T', 2 ** 40],
    ['1TiB', 2 ** 40],
    ['1TB', 10 ** 12],
    ['1024G', 2 ** 40],
  ])('takes the largest size that it names: %s', (text, bytes) => {
    expect(plainLimits({ max_memory: text, max_file_size: text })).toMatchObject({
      memoryBytes: bytes,
      fileBytes: bytes,
    });
  });

  it.each([
    ['max_memory', '2T'],
    ['max_memory', '0%'],
    ['max_memory', '101%'],
    ['max_file_size', '50%'],
    ['max_processes', '1.5'],
    ['max_time', '1'],
  ] as const)('refuses %s = %s', (name, text) => {
    expect(() => plainLimits({ [name]: text })).toThrow('is no limit');
  });
});

describe.skipIf(process.platform !== 'linux')('planLimits', () => {
  it('hands every limit to the supervisor', () => {
    const limits = { processes: 9, memoryBytes: 2 ** 30, fileBytes: 5, openFiles: 64, wallTimeMs: 1000 };
    const words = planLimits(limits, true).options.join(' ');
    for (const part of [
      '--max-processes 9',
      '--max-memory 1073741824',
      '--max-file-size 5',
      '--max-open-files 64',
      '--max-time 1000',
    ])
      expect(words).toContain(part);
    expect(planLimits(NO_LIMITS, true).options).toEqual([]);
  });

  it('caps the number inside only where nothing better keeps it, and never without a wall', () => {
    const limits = { ...NO_LIMITS, processes: 100 };
    const isUserLimit = describeLimits().processes === 'user-limit';
    expect(planLimits(limits, true).capWords('/gate')).toEqual(
      isUserLimit ? ['/gate', 'cap', '116', '--'] : [],
    );
    expect(planLimits(limits, false).capWords('/gate')).toEqual([]);
  });

  it('refuses what no wall can be built under', () => {
    expect(() => planLimits({ ...NO_LIMITS, openFiles: 63 }, true)).toThrow('max_open_files');
  });
});
