import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { buildHelpers, makeFolder, own, removeFolders, users } from './support/helper-files.ts';
import { lookInside } from './support/look-inside.ts';
import { allowAll, type RunningGate, startGate } from './support/start-gate.ts';
import { type RunningHolder, startHolder } from './support/start-holder.ts';

const helpers = buildHelpers();
afterAll(removeFolders);

async function until(isReached: () => boolean): Promise<void> {
  while (!isReached()) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe.each(users)('grants as $name', (user) => {
  let host: string;

  beforeEach(() => {
    host = makeFolder(user);
    for (const folder of ['kept/in', 'secret', 'other']) mkdirSync(join(host, folder), { recursive: true });
    for (const file of ['kept/in/file', 'secret/key', 'other/file']) writeFileSync(join(host, file), file);
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

  let gate: RunningGate;

  async function withSandbox(
    script: string,
    use: (holder: RunningHolder, root: number, next: () => Promise<string>) => Promise<void>,
    masks: readonly string[] = [],
    before: (holder: RunningHolder) => Promise<unknown> = async () => undefined,
  ): Promise<void> {
    await withHolder(['--tmpfs', '/run', '65536', '0755', ...masks], async (holder) => {
      await before(holder);
      const workspace = makeFolder(user);
      gate = await startGate({
        helpers: helpers.folder,
        user,
        anchorPid: holder.anchorPid,
        workspace,
        argv: ['/bin/bash', '-c', `while read -r line; do eval "$line"; echo "end $?"; done; ${script}`],
        decide: allowAll,
      });
      const root = (await gate.wait((event) => event.type === 'root')).pid;
      let output = '';
      gate.child.stdout?.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
      const next = async (): Promise<string> => {
        await until(() => /end \d+\n/.test(output));
        const seen = output;
        output = '';
        return seen;
      };
      await use(holder, root, next);
      gate.child.stdin?.end();
      await gate.finished;
    });
  }

  const run = (line: string): void => void gate.child.stdin?.write(`${line}\n`);

  test('read-write, then taken away, in a running sandbox', async () => {
    await withSandbox('', async (holder, root, next) => {
      run(`echo a 2>/dev/null > ${host}/other/new`);
      expect(await next()).toBe('end 1\n');
      expect(await holder.command('mount', root, `${host}/other`, 'rw')).toEqual({ id: '1', ok: true });
      run(`echo a > ${host}/other/new`);
      expect(await next()).toBe('end 0\n');
      expect(await holder.command('umount', root, `${host}/other`)).toEqual({ id: '2', ok: true });
      run(`echo b 2>/dev/null > ${host}/other/new`);
      expect(await next()).toBe('end 1\n');
    });
    expect(readFileSync(`${host}/other/new`, 'utf8')).toBe('a\n');
  });

  test('a grant that was taken away is of no use to who stands in it', async () => {
    await withSandbox('', async (holder, root, next) => {
      await holder.command('mount', root, `${host}/other`, 'rw');
      run(`cd ${host}/other && echo a > new`);
      expect(await next()).toBe('end 0\n');
      await holder.command('umount', root, `${host}/other`);
      run('echo b 2>/dev/null > new');
      expect(await next()).toBe('end 1\n');
    });
  });

  test('protected paths stay, hidden ones stay hidden, their parents cannot be moved, renames cross nothing', async () => {
    mkdirSync(`${host}/other/sub/deep/.git`, { recursive: true });
    own(host, user);
    await withSandbox('', async (holder, root, next) => {
      const rules = [
        `${host}/other/sub/deep/.git`,
        `hide:${host}/other/file`,
        `hide:${host}/other/sub/none`,
        `${host}/other/none/at/all`,
      ];
      expect(await holder.command('mount', root, `${host}/other`, 'rw', ...rules)).toMatchObject({
        ok: true,
      });
      run(`cd ${host}/other`);
      await next();
      for (const [line, status] of [
        ['echo x > sub/deep/.git/hook', 1],
        ['echo x > sub/deep/free', 0],
        ['cat file', 1],
        ['mv sub old', 1],
        ['mv sub/deep old', 1],
        ['rm -rf sub/deep/.git', 1],
        ["/usr/bin/python3 -c \"import os; os.rename('sub/deep/free', 'moved')\"", 0],
        ['ls moved', 0],
      ] as const) {
        run(`${line} 2>/dev/null`);
        expect([line, (await next()).split('\n').at(-2)]).toEqual([line, `end ${status}`]);
      }
      expect(await holder.command('umount', root, `${host}/other`)).toMatchObject({ ok: true });
      run(`cat ${host}/other/file; echo x > ${host}/other/sub/deep/free 2>/dev/null`);
      expect(await next()).toBe('other/fileend 1\n');
    });
  });

  test('many protected paths deep below the same folders are no more mounts than paths and folders', async () => {
    const repositories = Array.from({ length: 60 }, (_, index) => `${host}/other/a/b/c/d/r${index}`);
    for (const repository of repositories) mkdirSync(`${repository}/.git`, { recursive: true });
    own(host, user);
    await withSandbox('', async (holder, root, next) => {
      const rules = repositories.map((repository) => `${repository}/.git`);
      expect(await holder.command('mount', root, `${host}/other`, 'rw', ...rules)).toEqual({
        id: '1',
        ok: true,
      });
      run(`cd ${host}/other && mkdir new && echo free > a/b/c/d/r59/free`);
      expect(await next()).toBe('end 0\n');
      for (const line of [
        'echo x > a/b/c/d/r59/.git/hook',
        'mv a old',
        'mv a/b/c/d/r0 old',
        'mv a/b/c old',
      ]) {
        run(`${line} 2>/dev/null`);
        expect([line, await next()]).toEqual([line, 'end 1\n']);
      }
    });
  });

  test('read-only, single files, and mount points that are made on a tmpfs', async () => {
    await withSandbox('', async (holder, root, next) => {
      expect(await holder.command('mount', root, `${host}/other/file`, 'rw')).toMatchObject({ ok: true });
      run(`echo changed > ${host}/other/file`);
      expect(await next()).toBe('end 0\n');
      expect(await holder.command('mount', root, `${host}/kept`, 'ro')).toMatchObject({ ok: true });
      run(`echo x 2>/dev/null > ${host}/kept/in/file`);
      expect(await next()).toBe('end 1\n');
      expect(await holder.command('umount', root, `${host}/other/file`)).toMatchObject({ ok: true });
    });
  });

  test('into the anchor, for launches that come later', async () => {
    await withHolder(['--tmpfs', host, '65536', '0755'], async (holder) => {
      expect(look(holder, `ls ${host}`).stdout).toBe('');
      expect(await holder.command('mount', holder.anchorPid, `${host}/kept/in`, 'ro')).toMatchObject({
        ok: true,
      });
      expect(look(holder, `cat ${host}/kept/in/file`).stdout).toBe('kept/in/file');
      expect(await holder.command('umount', holder.anchorPid, `${host}/kept/in`)).toMatchObject({
        ok: true,
      });
      expect(look(holder, `ls ${host}/kept/in`).stdout).toBe('');
    });
  });

  test('files, sockets and folders that came later are covered, in the view and in a running sandbox', async () => {
    await withSandbox('', async (holder, root, next) => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(join(host, 'late'), resolve));
      for (const pid of [holder.anchorPid, root]) {
        for (const name of ['late', 'late', 'secret', 'other/file', 'none']) {
          expect(await holder.command('hide', pid, `${host}/${name}`)).toMatchObject({ ok: true });
        }
      }
      const script = `cd ${host}; stat -c '%a %F' late secret other/file; cat other/file 2>/dev/null`;
      const covered = '0 regular empty file\n0 directory\n0 regular empty file\n';
      expect(lookInside({ helpers: helpers.folder, anchorPid: holder.anchorPid, user }, script).stdout).toBe(
        covered,
      );
      run(script);
      expect(await next()).toBe(`${covered}end 1\n`);
      expect(await holder.command('umount', root, `${host}/late`)).toMatchObject({ step: 'covered' });
      symlinkSync(`${host}/other`, `${host}/link`);
      expect(await holder.command('hide', root, `${host}/link/file`)).toMatchObject({ errno: 'ELOOP' });
      server.close();
    });
  });

  test('one thing of a covered folder is shown, by its name alone, and covered again', async () => {
    mkdirSync(`${host}/secret/sub/in/.git`, { recursive: true });
    for (const name of ['one', 'two', 'sub/deep', 'sub/in/open'])
      writeFileSync(`${host}/secret/${name}`, name);
    own(host, user);
    const folder = `${host}/secret`;
    const look = `cd ${host}; cat secret/key secret/one secret/two secret/sub/deep secret/sub/in/open; ls secret || ls secret/sub; (echo x > secret/new; mkdir secret/sub/x; echo x > secret/key; echo x > secret/sub/in/.git/x)`;
    await withSandbox(
      '',
      async (holder, root, next) => {
        const seen = async (...shown: string[]): Promise<string> => {
          for (const pid of [holder.anchorPid, root])
            expect(await holder.command('reveal', pid, folder, ...shown)).toMatchObject({ ok: true });
          run(`(${look}) 2> /dev/null; echo; stat -c %a ${folder}`);
          return (await next()).split('\n').slice(0, -2).join(' ');
        };
        expect(await seen()).toBe(' 0');
        expect(await seen(`ro:${folder}/one`)).toBe('one 111');
        expect(await seen(`ro:${folder}/one`, `ro:${folder}/sub/deep`)).toBe('onesub/deep 111');
        expect(await seen(`ro:${folder}/two`)).toBe('two 111');
        const open = [`rw:${folder}/sub/in`, `${folder}/sub/in/.git`];
        expect(await seen(...open, `rw:${folder}/sub/in/open`)).toBe('sub/in/open 111');
        run(`echo more >> ${folder}/sub/in/open; echo 2>/dev/null x > ${folder}/sub/in/.git/x`);
        expect(await next()).toBe('end 1\n');
        run(`cd ${folder}/sub/in && ls`);
        expect(await next()).toBe('open\nend 0\n');
        expect(await seen()).toBe(' 0');
        expect(await holder.command('umount', root, folder)).toMatchObject({ step: 'covered' });
      },
      ['--mask-dir', folder],
    );
    expect(readFileSync(`${folder}/sub/in/open`, 'utf8')).toBe('sub/in/openmore\n');
    expect(readFileSync(`${folder}/key`, 'utf8')).toBe('secret/key');
  });

  test('what begins while a covered folder shows something loses it too', async () => {
    const folder = `${host}/secret`;
    await withSandbox(
      '',
      async (holder, root, next) => {
        run(`cat ${folder}/key`);
        expect(await next()).toBe('secret/keyend 0\n');
        for (const pid of [holder.anchorPid, root])
          expect(await holder.command('reveal', pid, folder)).toMatchObject({ ok: true });
        run(`stat -c %a ${folder}; cat ${folder}/key 2> /dev/null`);
        expect(await next()).toBe('0\nend 1\n');
      },
      ['--mask-dir', folder],
      (holder) => holder.command('reveal', holder.anchorPid, folder, `ro:${folder}/key`),
    );
  });

  test('what is odd is refused and says where', async () => {
    symlinkSync(`${host}/other`, `${host}/link`);
    await withHolder(['--mask-dir', `${host}/secret`], async (holder) => {
      const anchor = holder.anchorPid;
      const rows: ReadonlyArray<
        readonly [
          words: readonly ['mount' | 'umount' | 'reveal', ...(string | number)[]],
          step: string,
          errno: string,
        ]
      > = [
        [['mount', anchor, `${host}/link`, 'rw'], 'path', 'ELOOP'],
        [['mount', anchor, `${host}/link/file`, 'rw'], 'path', 'ELOOP'],
        [['mount', anchor, `${host}/other/../kept`, 'rw'], 'path', 'EINVAL'],
        [['mount', anchor, 'other', 'rw'], 'path', 'EINVAL'],
        [['mount', anchor, '/', 'rw'], 'path', 'EINVAL'],
        [['mount', anchor, `${host}/none`, 'rw'], 'path', 'ENOENT'],
        [['mount', anchor, `${host}/other`, 'rwx'], 'command', 'EINVAL'],
        [['mount', anchor, `${host}/other`], 'command', 'EINVAL'],
        [['mount', anchor, `${host}/other`, 'rw', `${host}/kept`], 'protected', 'EINVAL'],
        [['mount', anchor, `${host}`, 'rw', `${host}/link/file`], 'protected', 'ELOOP'],
        [['mount', anchor, `${host}/secret/key`, 'ro'], 'target', 'EROFS'],
        [['mount', holder.holderPid, `${host}/other`, 'rw'], 'namespace', 'EINVAL'],
        [['mount', 0, `${host}/other`, 'rw'], 'command', 'EINVAL'],
        [['mount', 4194304, `${host}/other`, 'rw'], 'namespace', 'ENOENT'],
        [['umount', anchor, `${host}/other`], 'umount', 'EINVAL'],
        [['umount', anchor, `${host}/secret`], 'covered', 'EPERM'],
        [['umount', anchor, `${host}/link`], 'target', 'ELOOP'],
        [['reveal', anchor, `${host}/secret`, `${host}/secret/key`], 'path', 'EINVAL'],
        [['reveal', anchor, `${host}/secret`, `ro:${host}/other/file`], 'path', 'EINVAL'],
        [['reveal', anchor, `${host}/secret`, `ro:${host}/secret`], 'path', 'EINVAL'],
        [['reveal', anchor, `${host}/secret`, `ro:${host}/secret/none`], 'path', 'ENOENT'],
        [['reveal', anchor, `${host}/link`, `ro:${host}/link/file`], 'path', 'ELOOP'],
        [['reveal', holder.holderPid, `${host}/secret`], 'namespace', 'EINVAL'],
      ];
      for (const [words, step, errno] of rows) {
        const [verb, ...fields] = words;
        const { id: _, ...reply } = await holder.command(verb, ...fields);
        expect([words, reply]).toEqual([words, { ok: false, step, errno }]);
      }
      const strange = await holder.command('mount', process.pid, `${host}/other`, 'rw');
      expect(strange.ok).toBe(false);
      expect(look(holder, `cat ${host}/other/file`).stdout).toBe('other/file');
    });
  });
});
