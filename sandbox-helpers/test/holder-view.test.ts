import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { buildHelpers, makeFolder, own, removeFolders, users } from './support/helper-files.ts';
import { lookInside } from './support/look-inside.ts';
import { startGate } from './support/start-gate.ts';
import { type RunningHolder, startHolder } from './support/start-holder.ts';

const helpers = buildHelpers();
afterAll(removeFolders);

function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}/ns`) && !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
}

async function until(isReached: () => boolean): Promise<void> {
  while (!isReached()) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe.each(users)('the holder as $name', (user) => {
  let host: string;

  beforeEach(() => {
    host = makeFolder(user);
    for (const folder of ['kept/in', 'secret', 'other']) mkdirSync(join(host, folder), { recursive: true });
    for (const file of ['kept/in/file', 'secret/key', 'token', 'other/file'])
      writeFileSync(join(host, file), file);
    own(host, user);
  });

  function look(holder: RunningHolder, script: string): ReturnType<typeof lookInside> {
    return lookInside({ helpers: helpers.folder, anchorPid: holder.anchorPid, user }, script);
  }

  async function withHolder<T>(
    ops: readonly string[],
    use: (holder: RunningHolder) => T | Promise<T>,
  ): Promise<T> {
    const holder = await startHolder(helpers.path('holder'), ops, user);
    try {
      return await use(holder);
    } finally {
      await holder.close();
    }
  }

  describe('the view', () => {
    test('a tmpfs hides, what is kept comes back, in either order', async () => {
      const tmpfs = ['--tmpfs', host, '1048576', '0700'];
      const keep = ['--keep', `${host}/kept/in`, '--keep', `${host}/token`, '--keep', `${host}/missing`];
      for (const ops of [
        [...keep, ...tmpfs],
        [...tmpfs, ...keep],
      ]) {
        await withHolder(ops, (holder) => {
          const seen = look(holder, `cd ${host} && find . | sort && cat kept/in/file token; stat -c %a .`);
          expect(seen.stdout).toBe('.\n./kept\n./kept/in\n./kept/in/file\n./token\nkept/in/filetoken700\n');
        });
      }
    });

    test('masks cover folders, files and sockets, and stay below what is kept', async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(join(host, 'kept/socket'), resolve));
      own(join(host, 'kept'), user);
      const masks = [
        '--mask-dir',
        `${host}/secret`,
        '--mask-file',
        `${host}/token`,
        '--mask-file',
        `${host}/kept/socket`,
      ];
      const ops = [
        ...masks,
        '--mask-dir',
        `${host}/nothing/here`,
        '--keep',
        `${host}/secret`,
        '--keep',
        `${host}/token`,
        '--tmpfs',
        host,
        '65536',
        '0755',
      ];
      await withHolder([...masks, '--mask-file', `${host}/nothing`], (holder) => {
        const seen = look(
          holder,
          `cd ${host}; stat -c '%a %F' secret token kept/socket; cat secret/key token; echo x > token; ls other`,
        );
        expect(seen.stdout).toBe('0 directory\n0 regular empty file\n0 regular empty file\nfile\n');
      });
      await withHolder(ops, (holder) => {
        expect(look(holder, `cd ${host}; stat -c '%a' secret token; ls`).stdout).toBe(
          '0\n0\nsecret\ntoken\n',
        );
      });
      server.close();
    });

    test("what lies in a folder of somebody else's is out of reach anyway", async () => {
      const closed = join(host, 'closed');
      mkdirSync(join(closed, 'in'), { recursive: true });
      own(closed, user);
      chmodSync(closed, 0o000);
      const theirs = user.ids === undefined ? [] : ['--mask-file', '/root/none', '--keep', '/root/none'];
      await withHolder(['--mask-dir', join(closed, 'in'), ...theirs], (holder) => {
        expect(look(holder, `ls ${closed}/in`).stdout).toBe('');
      });
    });

    test('what is bound is taken from the host, whatever hides it before', async () => {
      const source = makeFolder(user);
      writeFileSync(join(source, 'helper'), 'bytes');
      own(source, user);
      const ops = [
        ...['--tmpfs', '/tmp', '65536', '1777', '--tmpfs', '/run', '65536', '0755', '--mask-dir', source],
        ...['--ro-bind', join(source, 'helper'), '/run/sallyport/helper', '--bind', host, '/tmp/bound/here'],
      ];
      await withHolder(ops, (holder) => {
        const seen = look(
          holder,
          `cat /run/sallyport/helper; echo x > /run/sallyport/helper; echo y > /tmp/bound/here/new; ls /tmp ${source}; stat -c %a /tmp`,
        );
        expect(seen.stdout).toBe('bytes/tmp:\nbound\n1777\n');
        expect(seen.stderr).toContain('Read-only file system');
      });
      expect(readFileSync(join(host, 'new'), 'utf8')).toBe('y\n');
    });

    test('nothing is ever made on the host', async () => {
      const failed = startHolder(
        helpers.path('holder'),
        ['--bind', `${host}/other`, `${host}/kept/new`],
        user,
      );
      await expect(failed).rejects.toThrow(
        /125: sallyport: holder: bind .*kept\/new: No such file or directory\n/,
      );
      expect(existsSync(`${host}/kept/new`)).toBe(false);
    });

    test.each([
      ['--mask-dir', 'relative'],
      ['--mask-dir', '/a/../b'],
      ['--mask-dir', '/'],
      ['--tmpfs', '/tmp', 'much', '0755'],
      ['--tmpfs', '/tmp', '4096'],
      ['--what', '/tmp'],
      ['--bind', '/nowhere', '/tmp'],
      ['--view-end', 'more'],
    ])('is refused: %s %s', async (...ops) => {
      await expect(startHolder(helpers.path('holder'), ops, user)).rejects.toThrow(
        /^125: sallyport: holder: .*\n$/,
      );
    });

    test('a path through a symlink is refused', async () => {
      symlinkSync(`${host}/secret`, `${host}/link`);
      await expect(startHolder(helpers.path('holder'), ['--mask-dir', `${host}/link`], user)).rejects.toThrow(
        /mask .*link: /,
      );
      // One that is named as a file is covered itself: it leads nowhere and cannot be removed.
      await withHolder(['--mask-file', `${host}/link`], (holder) => {
        const seen = look(holder, `cd ${host}; stat -c '%a %F' link; cat link/key; rm -f link; ls secret`);
        expect(seen.stdout).toBe('0 regular empty file\nkey\n');
      });
      expect(readlinkSync(`${host}/link`)).toBe(`${host}/secret`);
    });

    test("the network is a loopback of its own, or the host's when shared", async () => {
      const script =
        "readlink /proc/self/ns/net; tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '; cat /sys/class/net/lo/flags 2>/dev/null; exit 0";
      await withHolder([], async (holder) => {
        const seen = look(holder, script).stdout.split('\n');
        expect(seen[0]).not.toBe(readlinkSync('/proc/self/ns/net'));
        expect(seen[1]).toBe('lo');
        const ping = `/usr/bin/python3 -c "import socket; s = socket.create_server(('127.0.0.1', 0)); socket.create_connection(s.getsockname()); print('up')"`;
        expect(look(holder, ping).stdout).toBe('up\n');
      });
      await withHolder(['--share-net'], (holder) => {
        expect(look(holder, script).stdout.split('\n')[0]).toBe(readlinkSync('/proc/self/ns/net'));
      });
    });

    test('bubblewrap starts in it with a /proc of its own', async () => {
      await withHolder(
        ['--tmpfs', '/run', '65536', '0755', '--mask-file', `${host}/token`],
        async (holder) => {
          const gate = await startGate({
            helpers: helpers.folder,
            user,
            anchorPid: holder.anchorPid,
            workspace: host,
            argv: ['/bin/sh', '-c', 'ls /proc | grep -c "^[0-9]"; cat token'],
            gate: 'none',
          });
          const result = await gate.finished;
          expect(Number(result.stdout)).toBeLessThan(8);
          expect(result.stderr).toContain('Permission denied');
        },
      );
    });
  });

  describe('its life', () => {
    test('it ends with its input, and its anchor with it', async () => {
      const holder = await startHolder(helpers.path('holder'), [], user);
      expect(await holder.close()).toBe(0);
      await until(() => !isAlive(holder.anchorPid));
    });

    test('kill -9 ends the anchor and what joined it', async () => {
      const holder = await startHolder(helpers.path('holder'), [], user);
      holder.child.kill('SIGKILL');
      await until(() => !isAlive(holder.anchorPid));
      const late = look(holder, 'true');
      expect(late.status).toBe(125);
    });

    test('kill -9 of its parent ends both', async () => {
      const parent = spawn(
        '/bin/sh',
        ['-c', '"$@" <&3 & echo; wait', 'sh', helpers.path('holder'), '--view-end'],
        {
          ...user.ids,
          stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
        },
      );
      let output = '';
      parent.stdout?.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
      await until(() => output.includes('ready'));
      const ready = JSON.parse(output.trim()) as { holderPid: number; anchorPid: number };
      parent.kill('SIGKILL');
      await until(() => !isAlive(ready.holderPid) && !isAlive(ready.anchorPid));
    });

    test('an anchor that ends takes the holder along', async () => {
      const holder = await startHolder(helpers.path('holder'), [], user);
      const ended = new Promise((resolve) => holder.child.once('close', resolve));
      process.kill(holder.anchorPid, 'SIGKILL');
      expect(await ended).toBe(125);
    });
  });
});
