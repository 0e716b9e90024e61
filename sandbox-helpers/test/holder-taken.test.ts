import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { buildHelpers, makeFolder, own, removeFolders, users } from './support/helper-files.ts';
import { allowAll, startGate } from './support/start-gate.ts';
import { type RunningHolder, startHolder } from './support/start-holder.ts';

const helpers = buildHelpers();
afterAll(removeFolders);

/** Does what its input says, one step a line, with a folder that it opened while it was granted. */
const keeper = `
import os, sys
folder = file = None
for line in sys.stdin:
    verb, path = line.split()
    try:
        if verb == 'open': folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        if verb == 'keep': file = open(path, 'w')
        if verb == 'make': os.close(os.open(path, os.O_CREAT | os.O_WRONLY, dir_fd=folder))
        if verb == 'read': os.read(os.open(path, os.O_RDONLY, dir_fd=folder), 9)
        if verb == 'list': os.listdir(os.open(path, os.O_RDONLY | os.O_DIRECTORY, dir_fd=folder))
        if verb == 'look': os.stat(path)
        print(verb, path, 'done', flush=True)
    except OSError as error:
        print(verb, path, error.errno, flush=True)
`;

describe.each(users)('what a grant that was taken away leaves open, as $name', (user) => {
  let host: string;

  beforeEach(() => {
    host = makeFolder(user);
    for (const folder of ['open/sub/.git', 'open/closed', 'secret/sub/.git'])
      mkdirSync(`${host}/${folder}`, { recursive: true });
    for (const file of ['open/free', 'open/key', 'open/closed/key', 'secret/sub/file'])
      writeFileSync(`${host}/${file}`, file);
    own(host, user);
  });

  async function withKeeper(
    masks: readonly string[],
    use: (holder: RunningHolder, root: number, say: (line: string) => Promise<string>) => Promise<void>,
  ): Promise<void> {
    const holder = await startHolder(
      helpers.path('holder'),
      ['--tmpfs', '/run', '65536', '0755', ...masks],
      user,
    );
    try {
      const gate = await startGate({
        helpers: helpers.folder,
        user,
        anchorPid: holder.anchorPid,
        workspace: makeFolder(user),
        argv: ['/usr/bin/python3', '-c', keeper],
        decide: allowAll,
      });
      const root = (await gate.wait((event) => event.type === 'root')).pid;
      const lines: string[] = [];
      let waiting: (() => void) | undefined;
      let rest = '';
      gate.child.stdout?.on('data', (chunk: Buffer) => {
        const parts = (rest + chunk.toString()).split('\n');
        rest = parts.pop() ?? '';
        lines.push(...parts);
        waiting?.();
      });
      await use(holder, root, async (line) => {
        gate.child.stdin?.write(`${line}\n`);
        while (lines.length === 0)
          await new Promise<void>((resolve) => {
            waiting = resolve;
          });
        return String(lines.shift()).slice(line.length + 1);
      });
      gate.child.stdin?.end();
      await gate.finished;
    } finally {
      await holder.close();
    }
  }

  test('who kept its folder, and a file in it open for writing, meets the same protected and hidden places', async () => {
    await withKeeper([], async (holder, root, say) => {
      const open = `${host}/open`;
      const rules = [`${open}/sub/.git`, `hide:${open}/key`, `hide:${open}/closed`];
      expect(await holder.command('mount', root, open, 'rw', ...rules)).toMatchObject({ ok: true });
      expect(await say(`open ${open}`)).toBe('done');
      expect(await say(`keep ${open}/free`)).toBe('done');
      const attempts = [
        ['make sub/.git/hook', '30'],
        ['read key', '13'],
        ['list closed', '13'],
        ['read closed/key', '13'],
      ] as const;
      for (const [line, error] of attempts) expect([line, await say(line)]).toEqual([line, error]);
      expect(await holder.command('umount', root, open)).toMatchObject({ ok: true });
      for (const [line, error] of attempts) expect([line, await say(line)]).toEqual([line, error]);
      expect(await say(`look ${open}/key`)).toBe('done');
      expect(await say('look /')).toBe('done');
      expect(await say(`look /../${open}/key`)).toBe('done');
      expect(await say('look /../place')).toBe('2');
      expect(await holder.command('umount', root, open)).toMatchObject({ ok: false, errno: 'EINVAL' });
      expect(await holder.command('mount', root, open, 'rw', ...rules)).toMatchObject({ ok: true });
      expect(await say(`open ${open}`)).toBe('done');
      expect(await say('make new')).toBe('done');
    });
    expect(existsSync(`${host}/open/sub/.git/hook`)).toBe(false);
    expect(existsSync(`${host}/open/new`)).toBe(true);
  });

  test('nothing can be made in it by who only kept the folder', async () => {
    await withKeeper([], async (holder, root, say) => {
      expect(await holder.command('mount', root, `${host}/open`, 'rw')).toMatchObject({ ok: true });
      expect(await say(`open ${host}/open`)).toBe('done');
      expect(await say('make one')).toBe('done');
      expect(await holder.command('umount', root, `${host}/open`)).toMatchObject({ ok: true });
      expect(await say('make two')).toBe('30');
    });
  });

  test('a single file', async () => {
    await withKeeper([], async (holder, root, say) => {
      const file = `${host}/open/free`;
      expect(await holder.command('mount', root, file, 'rw')).toMatchObject({ ok: true });
      expect(await say(`keep ${file}`)).toBe('done');
      expect(await holder.command('umount', root, file)).toMatchObject({ ok: true });
      expect(await say(`keep ${file}`)).toBe('30');
    });
    expect(readFileSync(`${host}/open/free`, 'utf8')).toBe('');
  });

  test('what was shown of a covered folder', async () => {
    const folder = `${host}/secret`;
    await withKeeper(['--mask-dir', folder], async (holder, root, say) => {
      const shown = [`rw:${folder}/sub`, `${folder}/sub/.git`];
      expect(await holder.command('reveal', root, folder, ...shown)).toMatchObject({ ok: true });
      expect(await say(`open ${folder}/sub`)).toBe('done');
      expect(await say(`keep ${folder}/sub/file`)).toBe('done');
      expect(await say('make .git/hook')).toBe('30');
      expect(await holder.command('reveal', root, folder)).toMatchObject({ ok: true });
      expect(await say('make .git/hook')).toBe('30');
      expect(await say(`look ${folder}/sub`)).toBe('13');
      expect(await say(`look ${host}/open`)).toBe('done');
    });
  });
});
