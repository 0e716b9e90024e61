import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { findHelpers } from '../../src/engine/sandbox/index.ts';
import { giveTo, listTestUsers, makeUserFolder, type TestUser } from '../support/as-user.ts';
import { PROGRAM } from '../support/program.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** By the number of a process, that of its parent. */
function parentOf(pid: string): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? '';
}

const ROOT = resolve(import.meta.dirname, '../..');
const isLinux = process.platform === 'linux';

/** What a program inside sees of its wall. Numbers of mounts and processes differ from run to run. */
const LOOK = `
cut -d' ' -f4- /proc/self/mountinfo | sed 's/ - / /; s/master:[0-9]*//; s/shared:[0-9]*//' | sort
env | sort; pwd; id; umask; ulimit -Hn; ls -A / /run /run/sallyport /tmp /proc/self/fd 2>/dev/null
grep -E '^(Cap|NoNewPrivs|Seccomp|SigIgn|SigBlk)' /proc/self/status
cat /proc/self/cgroup | grep -c . ; cat /proc/net/dev | wc -l
for name in .git .codex nested/.git free; do mkdir $name 2>/dev/null && echo made $name && rmdir $name; done
echo x > .git/config 2>/dev/null && echo wrote; cat secret 2>/dev/null && echo read
exit 7`;

function usersWhoCanRead(): TestUser[] {
  const canRead = ({ uid, gid }: TestUser): boolean =>
    spawnSync('/usr/bin/test', ['-r', PROGRAM], process.getuid?.() === 0 ? { uid, gid } : {}).status === 0;
  return listTestUsers().filter(canRead);
}

let quick = '';
beforeAll(() => {
  if (!isLinux) return;
  mkdirSync(join(ROOT, 'node_modules/.cache'), { recursive: true });
  // below the package: that is where the bundle looks for helpers
  quick = mkdtempSync(join(ROOT, 'node_modules/.cache/quick-'));
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js');
  const words = ['build', '--config', 'vite.quick.config.ts', '--outDir', quick, '--logLevel', 'error'];
  execFileSync(process.execPath, [vite, ...words], { cwd: ROOT });
  execFileSync('chmod', ['-R', 'a+rX', quick]);
});
afterAll(() => rmSync(quick, { recursive: true, force: true }));

describe.skipIf(!isLinux).each(isLinux ? usersWhoCanRead() : [])('a bare run as $name', (user) => {
  let folder: { readonly path: string; remove(): void };
  let work = '';
  /** In the place of the whole program, where it is not to be needed. */
  let unneeded = '';
  const ids = process.getuid?.() === 0 ? { uid: user.uid, gid: user.gid } : {};

  beforeEach(() => {
    folder = makeUserFolder(user);
    work = join(folder.path, 'work');
    mkdirSync(join(work, 'nested'), { recursive: true });
    mkdirSync(join(work, 'other'));
    mkdirSync(join(work, 'held', '.git'), { recursive: true });
    writeFileSync(join(work, 'held', '.git', 'HEAD'), 'ref: refs/heads/main\n');
    writeFileSync(join(work, 'secret'), 'words\n');
    unneeded = join(folder.path, 'unneeded.mjs');
    writeFileSync(unneeded, 'process.stdout.write("the whole program\\n"); process.exit(99);\n');
    giveTo(user, folder.path);
  });
  afterEach(() => folder.remove());

  const options = () => ({
    cwd: work,
    env: {
      PATH: '/usr/bin:/bin',
      HOME: folder.path,
      SALLYPORT_HOME: join(folder.path, 'home'),
      A_TOKEN: 's',
    },
    ...ids,
  });
  const bareWords = (main: string, planner: string, words: readonly string[]) => [
    ...[process.execPath, planner, main, ...words],
  ];
  const helper = () => join(findHelpers().holder, '..', 'bare');
  const planner = () => join(quick, 'quick/plan-sandbox.js');
  const bare = (...words: string[]) =>
    spawnSync(helper(), bareWords(unneeded, planner(), words), { ...options(), encoding: 'utf8' });
  const left = () =>
    readdirSync('/proc').filter((pid) => {
      if (!/^\d+$/.test(pid)) return false;
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder.path);
      } catch {
        return false;
      }
    });

  it.each([
    ['the default', []],
    ['nothing writable', ['-s', 'read-only']],
    [
      'further folders, hidden paths and limits',
      ['--add-dir', '.', '--deny-read', 'secret', '--max-open-files', '128'],
    ],
    ['another folder', ['-C', 'other', '--max-procs', 'off', '--max-memory=1GiB']],
  ])('has the same wall as one by the whole program: %s', (_name, flags) => {
    const words = [...flags, '--', '/bin/sh', '-c', LOOK];
    const whole = spawnSync(process.execPath, [PROGRAM, 'sandbox', ...words], {
      ...options(),
      encoding: 'utf8',
    });
    const mine = bare(...words);
    expect(whole.status).toBe(7);
    // sockets of this machine come and go between the two
    const steady = (text: string) =>
      text.replaceAll(/^\/blank (?!\/etc\/|\/var\/tmp\/sallyport-wall-).*\n/gm, '');
    const seen = (ran: typeof mine) => [ran.status, ran.signal, steady(ran.stdout), ran.stderr];
    expect(seen(mine)).toEqual(seen(whole));
    expect(mine.stdout).not.toContain('A_TOKEN');
  });

  it.each(['holder', 'exec-gate', 'bwrap', 'janitor'])(
    '%s that is killed: said, and nothing is left',
    async (part) => {
      const words = bareWords(unneeded, planner(), [
        '--',
        'sh',
        '-c',
        'echo begun; until [ -e over ]; do sleep 0.1; done',
      ]);
      const child = spawn(helper(), words, { ...options(), stdio: ['ignore', 'pipe', 'pipe'] });
      const ended = once(child, 'close');
      let stderr = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        stderr += text;
      });
      await once(child.stdout, 'data');
      const pids = left().filter((pid) => {
        const [program = ''] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return program.endsWith(`/${part}`);
      });
      // bubblewrap is two: the inner one ends with the outer one
      const outer = pids.filter((pid) => !pids.includes(parentOf(pid)));
      expect(outer).toHaveLength(1);
      process.kill(Number(outer[0]), 'SIGKILL');
      if (part === 'janitor') writeFileSync(join(work, 'over'), '');
      const [status] = await ended;
      expect(status).toBe(part === 'janitor' ? 0 : 137);
      expect(stderr.includes('the wall was ended from outside')).toBe(part !== 'janitor');
      await expect.poll(left, { timeout: 20_000 }).toEqual([]);
      expect(existsSync(join(work, '.agents'))).toBe(false);
    },
  );

  it('leaves a path to deny that is not there to the whole program, which warns of it', () => {
    expect(bare('--deny-read', 'gone', '--', 'true')).toMatchObject({ status: 99 });
  });

  it('holds the folders above what must not be read', () => {
    mkdirSync(join(work, 'a/b/deny'), { recursive: true });
    writeFileSync(join(work, 'a/b/deny/s'), 'words\n');
    giveTo(user, work);
    const words = ['--deny-read', 'a/b/deny', '--', 'sh', '-c', 'mv a a2; mv a/b b2; touch a/b/new; ls'];
    const whole = spawnSync(process.execPath, [PROGRAM, 'sandbox', ...words], {
      ...options(),
      encoding: 'utf8',
    });
    for (const ran of [bare(...words), whole]) {
      expect(ran.stderr.match(/busy/gi)).toHaveLength(2);
      expect(ran.stdout).toContain('a\n');
      expect(ran.stdout).not.toMatch(/a2|b2/);
    }
    expect(existsSync(join(work, 'a/b/new'))).toBe(true);
  });

  it('covers a link that must not be read by its name too', () => {
    symlinkSync('secret', join(work, 'link'));
    giveTo(user, work);
    const script = 'cat link secret; rm -f link; echo ran';
    expect(bare('--deny-read', 'link', '--', 'sh', '-c', script).stdout).toBe('ran\n');
    expect(readdirSync(work)).toContain('link');
  });

  it('does not write where a TMPDIR in the workspace leads to', () => {
    const other = join(folder.path, 'elsewhere');
    mkdirSync(other);
    symlinkSync(other, join(work, 'tmpx'));
    giveTo(user, folder.path);
    const { env, ...rest } = options();
    const ran = spawnSync(process.execPath, [PROGRAM, 'sandbox', '--', 'touch', `${other}/x`], {
      ...rest,
      env: { ...env, TMPDIR: join(work, 'tmpx') },
      encoding: 'utf8',
    });
    expect(ran.stderr).toContain(`leads to ${other}`);
    expect(ran.status).not.toBe(0);
    expect(existsSync(join(other, 'x'))).toBe(false);
  });

  it('takes its placeholders away, and leaves no process', () => {
    const ran = bare('--', 'sh', '-c', 'ls -A');
    expect([ran.status, ran.stderr]).toEqual([0, '']);
    expect(ran.stdout).toContain('.git\n');
    expect(readdirSync(work).sort()).toEqual(['held', 'nested', 'other', 'secret']);
    expect(left()).toEqual([]);
  });

  it('ends as its program ends', () => {
    expect(bare('--', 'sh', '-c', 'kill -9 $$').status).toBe(137);
    expect(bare('--max-time', '1s', '--', 'sleep', '300')).toMatchObject({
      status: 137,
      stderr: 'sallyport: stopped: longer than 1 s (limits.max_time; --max-time DURATION)\n',
    });
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('hands on %s', async (signal) => {
    const script = 'trap "exit 9" TERM INT HUP; echo ready; while :; do sleep 0.1; done';
    const child = spawn(helper(), bareWords(unneeded, planner(), ['--', 'sh', '-c', script]), options());
    const ended = new Promise((resolve) => child.once('exit', (code, by) => resolve(code ?? by)));
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.kill(signal);
    expect(await ended).toBe(9);
  });

  it('killed, takes everything along', async () => {
    const words = ['--', 'sh', '-c', 'echo ready; exec sleep 300'];
    const child = spawn(helper(), bareWords(unneeded, planner(), words), options());
    await new Promise((resolve) => child.stdout.once('data', resolve));
    expect(existsSync(join(work, '.git'))).toBe(true);
    child.kill('SIGKILL');
    for (let round = 0; round < 200 && (left().length > 0 || existsSync(join(work, '.git'))); round++)
      await sleep(100);
    expect(left()).toEqual([]);
    expect(existsSync(join(work, '.git'))).toBe(false);
  });

  it.each([
    ['a program that is not there', ['--', 'no-such-program']],
    ['no wall', ['--yolo', '--', 'true']],
    ['a wrong flag', ['--wrong', '--', 'true']],
    ['a report', ['--report', 'report.jsonl', '--', 'true']],
    ['a host', ['--allow-domain', 'example.org', '--', 'true']],
    ['help', ['--help']],
  ])('leaves to the whole program: %s', (_name, words) => {
    const ran = bare(...words);
    expect([ran.status, ran.stdout, ran.stderr]).toEqual([99, 'the whole program\n', '']);
    expect(left()).toEqual([]);
  });

  it.each([
    ['says nothing', ''],
    ['fails', 'throw new Error("no");'],
    ['says half a plan', 'say("launch", "/bin/echo", "half");'],
    ['says what is no part', 'say("other"); say("go");'],
    [
      'names no helpers',
      'for (const part of ["expect", "note", "group", "environment", "launch"]) say(part); say("go");',
    ],
    [
      'names a holder that fails',
      'for (const part of ["expect", "note", "group", "environment"]) say(part); say("holder", "/bin/false"); say("launch", "/bin/echo", "ran"); say("go");',
    ],
    [
      'names placeholders that are not there',
      'for (const part of ["note", "group", "environment"]) say(part); say("expect", "/no-such"); say("holder", "/bin/false"); say("launch", "/bin/echo", "ran"); say("go");',
    ],
  ])('runs nothing by a planner that %s', (_name, text) => {
    const odd = join(folder.path, 'odd.mjs');
    const say =
      'import { writeSync } from "node:fs"; const say = (...words) => writeSync(3, `${[words[0], words.length - 1, ...words.slice(1)].join("\\0")}\\0`);';
    writeFileSync(odd, `${say}\n${text}\n`);
    const words = bareWords(unneeded, odd, ['--', 'true']);
    const ran = spawnSync(helper(), words, { ...options(), encoding: 'utf8' });
    expect([ran.status, ran.stdout]).toEqual([99, 'the whole program\n']);
  });
});
