import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type SeatbeltGrant,
  type SeatbeltPlan,
  seatbeltProfile,
} from '../../../src/engine/sandbox/seatbelt-profile.ts';
import { classifyPath } from '../../../src/policy/index.ts';
import type { AccessProfile, ConfigSnapshot, PathEntry, SandboxMode } from '../../../src/protocol/index.ts';
import { type Decide, readSeatbelt } from '../../support/seatbelt-evaluator.ts';
import { makeRandom } from '../../support/seeded-random.ts';
import { makeSnapshot } from '../policy/judge-fixture.ts';

const HOME = '/Users/u';
const WORK = `${HOME}/work/shop`;
const TEMPORARY = '/private/var/folders/aa/T/sallyport-x1';
const OWN = [`${HOME}/Library/sallyport`, '/private/var/folders/aa/T/run'];
const ASK = '/private/var/folders/aa/T/run/ask-1.sock';

const read = (name: string): string =>
  readFileSync(join(import.meta.dirname, '../../../sandbox-helpers/macos', name), 'utf8');
const SECTIONS = {
  base: read('base.sbpl'),
  networkOn: read('network-on.sbpl'),
  networkLoopback: read('network-loopback.sbpl'),
};

function snapshotOf(sandboxMode: SandboxMode, changes: Partial<ConfigSnapshot> = {}): ConfigSnapshot {
  return makeSnapshot({
    sandboxMode,
    workspace: WORK,
    writableRoots: sandboxMode === 'read-only' ? [] : [WORK, `${HOME}/.codex/worktrees/a`],
    secretPaths: [`${HOME}/.ssh`, `${HOME}/.netrc`, `${WORK}/secret.pem`],
    protectedPaths: [`${WORK}/deploy/keys`],
    home: HOME,
    ...changes,
  });
}

function decider(snapshot: ConfigSnapshot, changes: Partial<SeatbeltPlan> = {}): Decide {
  const { text, parameters } = seatbeltProfile(
    {
      settings: snapshot,
      temporary: TEMPORARY,
      readOnly: snapshot.protectedPaths,
      pins: [`${WORK}/deploy`],
      grants: [],
      own: OWN,
      askSocket: ASK,
      tag: 'sallyport-test',
      ...changes,
    },
    SECTIONS,
  );
  return readSeatbelt(text, parameters);
}

const WRITES = ['file-write-data', 'file-write-create', 'file-write-unlink', 'file-write-mode'];
const PARTS = [
  ...['a', 'src', 'b.txt', '.git', '.GIT', '.gitignore', '.codex', '.agents', '.sallyport', 'hooks', '.ssh'],
  ...['deploy', 'keys', 'secret.pem', 'x.git', 'Ünï', 'with space', '.git ', 'id_rsa', '"', '(deny', '$(x)'],
];
const TOPS = [
  ...[
    WORK,
    `${WORK}2`,
    `${HOME}/.codex/worktrees/a`,
    `${HOME}/.codex`,
    HOME,
    `${HOME}/.ssh`,
    '/etc',
    '/usr/lib',
  ],
  ...['/private/tmp', '/System', `${WORK}/deploy`, `${WORK}/deploy/keys`, '/', '/Volumes/x'],
];

function* randomPaths(count: number): Generator<string> {
  const random = makeRandom(20_261_122);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] ?? (list[0] as T);
  for (let made = 0; made < count; made++) {
    const top = pick(TOPS);
    const below = Array.from({ length: Math.floor(random() * 5) }, () => pick(PARTS));
    yield [top === '/' ? '' : top, ...below].join('/') || '/';
  }
}

describe('the profile decides as policy does', () => {
  it.each(['read-only', 'workspace-write'] as const)('on 6,000 generated paths in %s', (mode) => {
    const snapshot = snapshotOf(mode);
    const decide = decider(snapshot);
    let written = 0;
    let refused = 0;
    for (const path of randomPaths(6000)) {
      const place = classifyPath(path, snapshot);
      const isPinned = path === `${WORK}/deploy`;
      expect(decide({ operation: 'file-read-data', path }), `read ${path}`).toBe(place !== 'secret');
      for (const operation of WRITES) {
        const mayWrite = place === 'inside' && !(isPinned && operation === 'file-write-unlink');
        expect(decide({ operation, path }), `${operation} ${path}`).toBe(mayWrite);
        if (mayWrite) written += 1;
        else refused += 1;
      }
    }
    // both sides were really met
    expect(refused).toBeGreaterThan(2000);
    expect(written > 2000).toBe(mode === 'workspace-write');
  });

  const entry = (path: string, access: PathEntry['access']): PathEntry => ({ path, access });
  const PROFILES: readonly (readonly [name: string, profile: Omit<AccessProfile, 'name' | 'extends'>])[] = [
    [
      'that lists what may be read',
      {
        readsAll: false,
        entries: [
          ...['/usr', '/System'].map((path) => entry(path, 'read')),
          ...[entry(WORK, 'write'), entry(`${WORK}/deploy`, 'read'), entry(`${WORK}/src`, 'deny')],
          ...[entry(`${WORK}/src/a`, 'read'), entry(`${HOME}/.ssh/id_rsa`, 'read')],
        ],
        denyGlobs: [],
      },
    ],
    [
      'that denies',
      {
        readsAll: true,
        entries: [
          ...[entry(WORK, 'write'), entry(`${WORK}/src`, 'deny'), entry(`${WORK}/src/a`, 'write')],
          ...[entry('/Volumes/x', 'deny'), entry('/Volumes/x/a', 'write'), entry(`${WORK}/src/a/a`, 'read')],
        ],
        denyGlobs: [`${WORK}/**/*.txt`, `${HOME}/.codex/*/a/[a-d]`, '/**/x.g?t'],
      },
    ],
  ];

  it.each(PROFILES)('on 6,000 generated paths with a profile %s', (_name, profile) => {
    const roots = profile.entries.flatMap(({ path, access }) => (access === 'write' ? [path] : []));
    const snapshot = snapshotOf('workspace-write', {
      profile: { name: 'p', extends: [], ...profile },
      writableRoots: roots,
    });
    const decide = decider(snapshot);
    const seen = new Map<string, number>();
    for (const path of randomPaths(6000)) {
      const place = classifyPath(path, snapshot);
      seen.set(place, (seen.get(place) ?? 0) + 1);
      const isReadable = !['secret', 'denied', 'unreadable'].includes(place);
      expect(decide({ operation: 'file-read-data', path }), `read ${path}`).toBe(isReadable);
      for (const operation of WRITES) {
        const mayWrite = place === 'inside' && !(path === `${WORK}/deploy` && operation.endsWith('unlink'));
        expect(decide({ operation, path }), `${operation} ${path}`).toBe(mayWrite);
      }
    }
    // every side was really met
    for (const place of ['inside', 'outside', 'protected', 'denied', 'secret'])
      expect(seen.get(place) ?? 0, place).toBeGreaterThan(10);
    expect((seen.get('unreadable') ?? 0) > 1000).toBe(!profile.readsAll);
  });

  it('on temporary files: the session has its own, the shared folder only where that was chosen', () => {
    for (const tmp of ['private', 'shared'] as const) {
      const decide = decider(snapshotOf('workspace-write', { tmp }));
      expect(decide({ operation: 'file-write-create', path: `${TEMPORARY}/a` })).toBe(true);
      expect(decide({ operation: 'file-write-create', path: '/private/tmp/a' })).toBe(tmp === 'shared');
    }
    const none = decider(snapshotOf('workspace-write', { tmpWritable: false, tmp: 'shared' }));
    expect(none({ operation: 'file-write-create', path: `${TEMPORARY}/a` })).toBe(false);
    expect(none({ operation: 'file-write-create', path: '/private/tmp/a' })).toBe(false);
    const readOnly = decider(snapshotOf('read-only', { tmp: 'shared' }));
    expect(readOnly({ operation: 'file-write-create', path: `${TEMPORARY}/a` })).toBe(true);
    expect(readOnly({ operation: 'file-write-create', path: '/private/tmp/a' })).toBe(false);
  });

  it('on plain devices', () => {
    const decide = decider(snapshotOf('read-only'));
    for (const path of ['/dev/null', '/dev/tty', '/dev/urandom', '/dev/fd/3', '/dev/ttys004'])
      expect(decide({ operation: 'file-write-data', path }), path).toBe(true);
    for (const path of ['/dev/disk0', '/dev/rdisk1s1', '/dev/fd/3/x', '/dev/nullx', '/dev/bpf0'])
      expect(decide({ operation: 'file-write-data', path }), path).toBe(false);
  });
});

describe('our own folders', () => {
  it('cannot be read, written or reached, but for the socket of questions', () => {
    const grants: SeatbeltGrant[] = [{ path: HOME, mode: 'rw', readOnly: [], hidden: [] }];
    const decide = decider(snapshotOf('workspace-write', { networkAccess: true }), { grants });
    for (const path of [`${OWN[0]}/history.sqlite`, `${OWN[1]}/control.sock`]) {
      for (const operation of ['file-read-data', 'file-write-data', 'network-outbound'])
        expect(decide({ operation, path }), `${operation} ${path}`).toBe(false);
    }
    expect(decide({ operation: 'network-outbound', path: ASK })).toBe(true);
    expect(decide({ operation: 'file-write-unlink', path: ASK })).toBe(false);
  });
});

describe('grants', () => {
  const secret: SeatbeltGrant = { path: `${HOME}/.ssh/config`, mode: 'ro', readOnly: [], hidden: [] };
  const folder: SeatbeltGrant = {
    path: `${HOME}/cache`,
    mode: 'rw',
    readOnly: [`${HOME}/cache/.envrc`],
    hidden: [`${HOME}/cache/token`],
  };
  const git: SeatbeltGrant = {
    path: `${WORK}/.git`,
    mode: 'rw',
    readOnly: [`${WORK}/.git/hooks`, `${WORK}/.git/config`],
    hidden: [],
  };
  const socket: SeatbeltGrant = {
    path: '/private/var/run/docker.sock',
    mode: 'rw',
    readOnly: [],
    hidden: [],
  };
  const decide = decider(snapshotOf('workspace-write'), { grants: [secret, folder, git, socket] });

  it.each([
    ['file-read-data', `${HOME}/.ssh/config`, true],
    ['file-read-data', `${HOME}/.ssh/id_ed25519`, false],
    ['file-write-data', `${HOME}/.ssh/config`, false],
    ['file-write-create', `${HOME}/cache/a/b`, true],
    ['file-write-create', `${HOME}/cache2/a`, false],
    ['file-write-create', `${HOME}/cache/.envrc`, false],
    ['file-read-data', `${HOME}/cache/token`, false],
    ['file-write-create', `${HOME}/cache/repo/.git/hooks/x`, false],
    ['file-write-create', `${WORK}/.git/index.lock`, true],
    ['file-write-create', `${WORK}/.git/objects/ab/cd`, true],
    ['file-write-create', `${WORK}/.git/hooks/post-commit`, false],
    ['file-write-data', `${WORK}/.git/config`, false],
    ['network-outbound', '/private/var/run/docker.sock', true],
    ['network-outbound', '/private/var/run/other.sock', false],
  ])('%s %s: %s', (operation, path, isAllowed) => {
    expect(decide({ operation, path })).toBe(isAllowed);
  });
});

describe('the network', () => {
  const addresses = ['127.0.0.1:3128', '127.0.0.1:5432', '[::1]:3128', '10.0.0.1:443', '93.184.216.34:443'];

  it.each([
    ['off', {}, []],
    ['on', { networkAccess: true }, addresses],
  ] as const)('%s', (_name, settings, open) => {
    const decide = decider(snapshotOf('workspace-write', settings));
    const reached = addresses.filter((remote) => decide({ operation: 'network-outbound', remote }));
    expect(reached).toEqual(open);
  });

  it('reaches no unix socket, on or off, but the resolver when it is on', () => {
    for (const networkAccess of [false, true]) {
      const decide = decider(snapshotOf('workspace-write', { networkAccess }));
      const reach = (path: string): boolean => decide({ operation: 'network-outbound', path });
      expect(reach('/private/var/run/docker.sock')).toBe(false);
      expect(reach(`${HOME}/.ssh/agent.sock`)).toBe(false);
      expect(reach('/private/var/run/mDNSResponder')).toBe(networkAccess);
    }
  });
});

describe('the text', () => {
  it('holds no path: hostile names cannot end a string or a rule', () => {
    const hostile = `${HOME}/a") (allow default) ("`;
    const snapshot = snapshotOf('workspace-write', { workspace: hostile, writableRoots: [hostile] });
    const plan = { settings: snapshot, readOnly: [], pins: [], temporary: TEMPORARY, grants: [] };
    const { text, parameters } = seatbeltProfile(
      { ...plan, own: OWN, askSocket: null, tag: 'x") (allow default)' },
      SECTIONS,
    );
    expect(text).not.toContain('allow default)');
    expect(Object.values(parameters)).toContain(hostile);
    const decide = readSeatbelt(text, parameters);
    expect(decide({ operation: 'file-write-create', path: `${hostile}/x` })).toBe(true);
    expect(decide({ operation: 'file-write-create', path: '/etc/x' })).toBe(false);
  });

  it('starts no program outside', () => {
    for (const word of ['lsopen', 'appleevent', 'launchservices', 'mach-register', 'system-fsctl'])
      expect(
        Object.values(SECTIONS)
          .join('\n')
          .replaceAll(/;[^\n]*/g, ''),
      ).not.toContain(word);
  });

  it('is not read by the evaluator when a bracket is missing or a form is unknown', () => {
    expect(() => readSeatbelt('(allow default', {})).toThrow('not closed');
    expect(() => readSeatbelt('(import "x")', {})).toThrow('unknown form');
    expect(() => readSeatbelt('(allow file-read* (subpath (param "NO")))', {})).toThrow('known parameter');
  });
});
