import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listHostSockets, parseSocketTable } from '../../../src/engine/sandbox/host-sockets.ts';
import { findSecrets, type WallSettings } from '../../../src/engine/sandbox/index.ts';
import { planView, viewArguments } from '../../../src/engine/sandbox/view.ts';
import { NO_LIMITS } from '../../../src/protocol/index.ts';

const HELPERS = {
  holder: '/h/holder',
  execGate: '/h/exec-gate',
  ask: '/h/ask',
  janitor: '/h/janitor',
  netBridge: '/h/net-bridge',
  dial: '/h/dial',
  wallFilter: '/h/wall.bpf',
};

describe('parseSocketTable', () => {
  it('takes sockets with a name in the file system, with spaces and line ends in their names', () => {
    const table = [
      'Num       RefCount Protocol Flags    Type St Inode Path',
      '00000000646fc821: 00000003 00000000 00000000 0001 03   644',
      '0000000047dae7ff: 00000002 00000000 00010000 0001 01 12345 /run/user/0/a socket',
      '0000000047dae7fe: 00000002 00000000 00010000 0001 01     6 @/abstract/name',
      '0000000047dae7fd: 00000002 00000000 00000000 0002 01 77777 /home/me/x.sock',
      '0000000047dae7fc: 00000002 00000000 00000000 0002 01 77778 relative.sock',
      '0000000047dae7fb: 00000002 00000000 00000000 0002 01 77779 /home/me/two',
      'lines.sock',
    ].join('\n');
    expect(parseSocketTable(table)).toEqual([
      { path: '/run/user/0/a socket', inode: '12345' },
      { path: '/home/me/x.sock', inode: '77777' },
      { path: 'relative.sock', inode: '77778' },
      { path: '/home/me/two\nlines.sock', inode: '77779' },
    ]);
  });
});

describe.skipIf(process.platform !== 'linux')('planView', () => {
  let base = '';
  let server: Server;
  const settings = (more: Partial<WallSettings> = {}): WallSettings => ({
    sandboxMode: 'workspace-write',
    workspace: join(base, 'ws'),
    writableRoots: [join(base, 'ws')],
    tmp: 'private',
    tmpWritable: true,
    tmpSizeBytes: 2 ** 30,
    networkAccess: false,
    secretPaths: [],
    protectedNames: [],
    protectedPaths: [],
    limits: NO_LIMITS,
    home: join(base, 'home'),
    ...more,
  });
  const plan = (more: Partial<WallSettings> = {}) => {
    const folders = {
      sallyportHome: join(base, 'home/.sallyport'),
      runtimeDir: join(base, 'home/.sallyport/run'),
    };
    return planView({ settings: settings(more), folders, askSocket: '/host/ask.sock' }, HELPERS);
  };

  beforeAll(async () => {
    base = realpathSync(mkdtempSync('/var/tmp/sallyport-view-'));
    for (const folder of ['ws', 'home/.sallyport/run', 'home/.ssh'])
      mkdirSync(join(base, folder), { recursive: true });
    writeFileSync(join(base, 'home/.netrc'), '');
    symlinkSync('.netrc', join(base, 'home/.npmrc'));
    server = createServer();
    await new Promise<void>((resolve) => server.listen(join(base, 'ws/host.sock'), resolve));
  });
  afterAll(() => {
    server.close();
    rmSync(base, { recursive: true, force: true });
  });

  it('empties /run and /tmp, covers our folder and stray sockets, and binds our own things', () => {
    const { operations, masked } = plan();
    expect(masked).toEqual(
      expect.arrayContaining([join(base, 'home/.sallyport'), join(base, 'ws/host.sock')]),
    );
    const words = viewArguments(operations).join(' ');
    expect(words).toContain('--tmpfs /run 1048576 0755');
    expect(words).toContain('--tmpfs /tmp 1073741824 1777');
    expect(words).toContain(`--mask-dir ${join(base, 'home/.sallyport')}`);
    expect(words).toContain(`--mask-file ${join(base, 'ws/host.sock')}`);
    expect(words).toContain(
      '--ro-bind /h/ask /run/sallyport/ask --ro-bind /h/exec-gate /run/sallyport/exec-gate',
    );
    expect(words).toContain('--ro-bind /host/ask.sock /run/sallyport/ask.sock');
    expect(words).not.toContain(join(base, 'home/.sallyport/run '));
  });

  it('keeps a workspace below /tmp', () => {
    expect(plan({ workspace: '/tmp/some/ws', writableRoots: ['/tmp/some/ws'] }).kept).toEqual([
      '/tmp/some/ws',
    ]);
  });

  it('shares /tmp when asked to, but never in read-only', () => {
    expect(plan({ tmp: 'shared' }).emptied).not.toContain('/tmp');
    expect(plan({ tmp: 'shared', sandboxMode: 'read-only' }).emptied).toContain('/tmp');
  });

  it.each(['home/.sallyport', 'home/.sallyport/run/deeper', 'home/.ssh/project'])(
    'refuses to work in %s',
    (folder) => {
      const workspace = join(base, folder);
      const secretPaths = [join(base, 'home/.ssh')];
      expect(() => plan({ workspace, writableRoots: [workspace], secretPaths })).toThrow(
        /hidden from every sandbox/,
      );
    },
  );

  it('refuses / by itself, not by what happens to lie in it', () => {
    expect(() => plan({ workspace: '/', writableRoots: ['/'] })).toThrow(/^\/ cannot be a workspace/);
  });

  it.each(['/run', '/run/sallyport', '/proc', '/dev/shm'])('refuses to work in %s', (workspace) => {
    expect(() => plan({ workspace, writableRoots: [workspace] })).toThrow(/hidden from every sandbox/);
  });

  it('finds secrets by their real paths, once each', () => {
    const home = join(base, 'home');
    const found = findSecrets(home, { KUBECONFIG: `${home}/.netrc:/nonexistent`, GNUPGHOME: home }).map(
      (row) => row.path,
    );
    expect(found.filter((path) => path.startsWith(base)).sort()).toEqual([
      join(home, '.netrc'),
      join(home, '.ssh'),
    ]);
  });

  it('lists the sockets of this machine', () => {
    expect(listHostSockets()).toContain(join(base, 'ws/host.sock'));
  });
});
