import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { buildHelpers, makeFolder, own, removeFolders, users } from './support/helper-files.ts';
import { lookInside } from './support/look-inside.ts';
import { type RunningHolder, startHolder } from './support/start-holder.ts';

const helpers = buildHelpers();
afterAll(removeFolders);

describe.each(users)('the guard as $name', (user) => {
  let host: string;
  beforeEach(() => {
    host = makeFolder(user);
    mkdirSync(join(host, 'in'));
    for (const name of ['in/token', 'in/other']) writeFileSync(join(host, name), 'secret');
    own(host, user);
  });

  const see = ({ anchorPid }: RunningHolder, name: string): string => {
    const place = { helpers: helpers.folder, anchorPid, user };
    // Without bubblewrap around it root may read a cover: it is empty.
    const path = join(host, name);
    return lookInside(place, `test -s ${path} && cat ${path} 2>/dev/null || echo closed`).stdout;
  };
  const until = async (isSo: () => boolean): Promise<void> => {
    for (const end = Date.now() + 20_000; !isSo() && Date.now() < end; )
      await new Promise((resolve) => setTimeout(resolve, 10));
    expect(isSo()).toBe(true);
  };
  /** By whoever is outside. */
  const renameOver = (name: string): void => {
    writeFileSync(join(host, 'new'), 'another');
    own(join(host, 'new'), user);
    renameSync(join(host, 'new'), join(host, name));
  };
  /** How many watches the guard of this holder has, and how many files it has open. */
  const countHeld = ({ holderPid }: RunningHolder): number[] => {
    const children = readFileSync(`/proc/${holderPid}/task/${holderPid}/children`, 'utf8').trim().split(' ');
    return children.flatMap((pid) => {
      const fds = lookAtFds(pid);
      return fds === null ? [] : [fds];
    });
  };
  const lookAtFds = (pid: string): number | null => {
    for (let fd = 4; fd < 20; fd++) {
      try {
        const info = readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8');
        if (info.includes('inotify wd')) return info.split('inotify wd').length - 1;
      } catch {
        // No such descriptor.
      }
    }
    return null;
  };

  test('covers a name again and again, only by this name, and no longer when it is told others', async () => {
    const holder = await startHolder(helpers.path('holder'), [], user);
    expect(await holder.command('guard', `${host}/in/token`)).toMatchObject({ ok: true });
    await until(() => see(holder, 'in/token') === 'closed\n');
    for (let times = 0; times < 3; times++) {
      renameOver('in/token');
      await until(() => see(holder, 'in/token') === 'closed\n');
    }
    expect(see(holder, 'in/other')).toBe('secret');
    await holder.command('guard', `${host}/in/other`);
    expect(holder.told.map(({ type }) => type)).toContain('changed');
    await until(() => see(holder, 'in/other') === 'closed\n');
    renameOver('in/token');
    renameOver('in/other');
    await until(() => see(holder, 'in/other') === 'closed\n');
    expect(see(holder, 'in/token')).toBe('another');
    await holder.close();
  });

  test('keeps no watch of folders that are gone, and none more than before', async () => {
    const holder = await startHolder(helpers.path('holder'), [], user);
    await holder.command('guard', `${host}/in/token`);
    const before = countHeld(holder);
    expect(before).toHaveLength(1);
    for (let times = 0; times < 20; times++) {
      renameSync(join(host, 'in'), join(host, `old-${times}`));
      mkdirSync(join(host, 'in'));
      writeFileSync(join(host, 'in/token'), 'again');
      own(join(host, 'in'), user);
      await until(() => see(holder, 'in/token') === 'closed\n');
      if (times % 2 === 0) rmSync(join(host, `old-${times}`), { recursive: true });
    }
    await until(() => countHeld(holder).join() === before.join());
    await holder.close();
  });

  /** What the guard did not get to see while it was stopped. */
  const whileStopped = async (holder: RunningHolder, change: () => void): Promise<void> => {
    const pid = Number(guardOf(holder));
    process.kill(pid, 'SIGSTOP');
    const isStopped = (): boolean =>
      / T /.test(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/.*\)/, ''));
    await until(() => isStopped());
    change();
    process.kill(pid, 'SIGCONT');
  };
  const guardOf = ({ holderPid, anchorPid }: RunningHolder): string => {
    const children = readFileSync(`/proc/${holderPid}/task/${holderPid}/children`, 'utf8').trim().split(' ');
    return String(children.find((pid) => Number(pid) !== anchorPid));
  };
  const flood = (folder: string): void => {
    const most = Number(readFileSync('/proc/sys/fs/inotify/max_queued_events', 'utf8'));
    for (let times = 0; times <= most / 2; times++)
      for (const name of ['a', 'b']) {
        writeFileSync(join(folder, name), '');
        rmSync(join(folder, name));
      }
  };

  test('hears of what is done outside before what programs do where they may, however much that is', async () => {
    const holder = await startHolder(helpers.path('holder'), ['--guarded'], user);
    mkdirSync(join(host, 'work'));
    writeFileSync(join(host, 'work/env'), 'secret');
    await holder.command('guard', `inner:${host}/work/env`, `${host}/in/token`);
    await whileStopped(holder, () => {
      flood(join(host, 'work'));
      renameOver('work/env');
      renameOver('in/token');
    });
    await until(() => see(holder, 'in/token') === 'closed\n' && see(holder, 'work/env') === 'closed\n');
    await holder.command('guard', `inner:${host}/work/env`, `${host}/in/token`);
    expect(holder.told).toMatchObject([{ type: 'changed', path: join(host, 'in/token') }]);
    await holder.close();
  });

  test('covers no file that programs may choose by a link of theirs', async () => {
    const holder = await startHolder(helpers.path('holder'), [], user);
    await holder.command('guard', `inner:${host}/in/missing`, `${host}/in/outer`);
    symlinkSync('other', join(host, 'in/missing'));
    await until(() => see(holder, 'in/missing') === 'closed\n');
    expect(see(holder, 'in/other')).toBe('secret');
    symlinkSync('other', join(host, 'in/outer'));
    await until(() => see(holder, 'in/other') === 'closed\n');
    await holder.close();
  });

  test('leaves half of what can be watched to others', async () => {
    const holder = await startHolder(helpers.path('holder'), [], user);
    const read = (name: string): number => Number(readFileSync(`/proc/sys/fs/inotify/${name}`, 'utf8'));
    const inside = lookInside(
      { helpers: helpers.folder, anchorPid: holder.anchorPid, user },
      'cat /proc/sys/user/max_inotify_instances /proc/sys/user/max_inotify_watches',
    );
    const halves = ['max_user_instances', 'max_user_watches'].map((name) => Math.floor((read(name) + 1) / 2));
    expect(inside.stdout).toBe(halves.map((half) => `${half}\n`).join(''));
    await holder.close();
  });

  test('says which names it cannot watch', async () => {
    // In a user namespace of their own people may lower what the kernel gives.
    const limited = join(host, 'limited');
    const lower = 'echo 0 > /proc/sys/user/max_inotify_instances';
    const inner = `'${lower} && exec ${helpers.path('holder')} "$@"'`;
    writeFileSync(limited, `#!/bin/sh\nexec unshare -Ur sh -c ${inner} sh "$@"\n`, { mode: 0o755 });
    own(limited, user);
    const holder = await startHolder(limited, [], user);
    await holder.command('guard', `${host}/in/token`);
    expect(holder.told).toEqual([
      { type: 'unwatched', path: join(host, 'in/token'), step: 'watch', errno: 'EMFILE' },
    ]);
    await holder.close();
  });

  test('refuses to enter what is no process, and odd names', async () => {
    const holder = await startHolder(helpers.path('holder'), [], user);
    expect(await holder.command('enter', 2 ** 22 + 1)).toMatchObject({ ok: false, errno: 'ENOENT' });
    expect(await holder.command('enter', holder.anchorPid)).toMatchObject({ ok: true });
    expect(await holder.command('leave', holder.anchorPid)).toMatchObject({ ok: true });
    expect(await holder.command('leave', holder.anchorPid)).toMatchObject({ ok: false, errno: 'ENOENT' });
    expect(await holder.command('guard', 'relative')).toMatchObject({ ok: false, errno: 'EINVAL' });
    await holder.close();
  });
});
