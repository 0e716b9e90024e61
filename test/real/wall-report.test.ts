/** `--report FILE`: what the wall stopped, from a bare command and from a session, and a file that nobody inside can move. */

import { spawnSync } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { giveTo, listTestUsers, makeUserFolder, type TestUser } from '../support/as-user.ts';
import { PROGRAM } from '../support/program.ts';

const isLinux = process.platform === 'linux';

interface Line {
  readonly op: string;
  readonly path?: string;
  readonly rule: string;
  readonly at: number;
}

function readLines(file: string): Line[] {
  const text = readFileSync(file, 'utf8');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);
}

/** The clone may lie where only its owner looks. */
const canRun = ({ uid, gid }: TestUser): boolean =>
  spawnSync('/usr/bin/test', ['-r', PROGRAM], { uid, gid }).status === 0;

describe.skipIf(!isLinux).each(isLinux ? listTestUsers().filter(canRun) : [])('reports as $name', (user) => {
  const folder = makeUserFolder(user);
  const base = folder.path;
  const work = join(base, 'work');
  const report = join(base, 'report.jsonl');

  beforeAll(() => {
    for (const path of ['work/.git', 'home/.ssh', 'out']) mkdirSync(join(base, path), { recursive: true });
    writeFileSync(join(base, 'home/.ssh/id'), 'top-secret\n');
    giveTo(user, base);
  });
  afterAll(() => folder.remove());

  const sallyport = (...words: string[]) =>
    spawnSync(process.execPath, [PROGRAM, ...words], {
      encoding: 'utf8',
      cwd: work,
      uid: user.uid,
      gid: user.gid,
      env: {
        PATH: process.env['PATH'],
        HOME: join(base, 'home'),
        SALLYPORT_HOME: join(base, 'home/.sallyport'),
        LC_ALL: 'C.UTF-8',
      },
    });

  it('a bare command: reads, writes and changes, each with its rule, and nothing that is only missing', () => {
    const script = `cat ${base}/home/.ssh/id; cat ${base}/nothing; echo x > ${base}/out/x; mkdir .git/hooks; echo x > fine; echo x > ${base}/out/x; exit 7`;
    const ran = sallyport('sandbox', '--report', report, '--', 'bash', '-c', script);
    expect([ran.status, ran.stdout]).toEqual([7, '']);
    expect(readLines(report)).toEqual([
      expect.objectContaining({
        op: 'read',
        path: `${base}/home/.ssh/id`,
        rule: `secret: ${base}/home/.ssh`,
      }),
      expect.objectContaining({ op: 'write', path: `${base}/out/x`, rule: 'outside the writable folders' }),
      expect.objectContaining({
        op: 'write',
        path: `${work}/.git/hooks`,
        rule: expect.stringContaining('.git'),
      }),
    ]);
    expect(readFileSync(join(work, 'fine'), 'utf8')).toBe('x\n');
    expect(existsSync(join(base, 'out/x'))).toBe(false);
    expect(ran.stderr).toContain('sallyport: the wall stopped 3 things: read ');
  });

  it('a limit is in the report too', () => {
    const ran = sallyport('sandbox', '--report', report, '--max-time', '1s', '--', 'sleep', '300');
    expect(ran.status).toBe(137);
    expect(readLines(report)).toEqual([
      expect.objectContaining({ op: 'other', rule: expect.stringContaining('limits.max_time') }),
    ]);
  });

  it('nothing stopped: an empty file and no word', () => {
    const ran = sallyport('sandbox', '--report', report, '--', 'true');
    expect([ran.status, ran.stderr, readFileSync(report, 'utf8')]).toEqual([0, '', '']);
  });

  it.each(['link', 'second name', 'folder', 'led out', 'nowhere'])('no report into a %s', (kind) => {
    const precious = join(base, 'out', `precious-${kind}`);
    writeFileSync(precious, 'precious');
    const file = join(work, `report-${kind}`);
    const names: Record<string, string> = {
      'led out': join(work, 'led', `precious-${kind}`),
      nowhere: join(work, 'gone/x'),
    };
    if (kind === 'link') symlinkSync(precious, file);
    if (kind === 'second name') linkSync(precious, file);
    if (kind === 'folder') mkdirSync(file);
    if (kind === 'led out') symlinkSync(join(base, 'out'), join(work, 'led'));
    giveTo(user, base);
    const ran = sallyport('sandbox', '--report', names[kind] ?? file, '--', 'sh', '-c', 'echo ran');
    expect([ran.status, ran.stdout]).toEqual([2, '']);
    expect(ran.stderr).toContain('cannot be used');
    expect(readFileSync(precious, 'utf8')).toBe('precious');
  });

  it('a session: the events of that session', () => {
    // Not to be seen in the words: what is, is refused before it runs.
    const script = `/usr/bin/python3 -c 'open("${base}/out" + "/y", "w")'`;
    const ran = sallyport('exec', '--no-input', '--report', report, script);
    expect(readLines(report)).toContainEqual(
      expect.objectContaining({
        op: 'write',
        path: `${base}/out/y`,
        program: '/usr/bin/python3',
        step: script,
      }),
    );
    expect(ran.stderr).toContain('sallyport: the wall stopped one thing: write ');
    expect(existsSync(join(base, 'out/y'))).toBe(false);
  });

  it('a host that is refused has the step of its row', () => {
    const script = `/usr/bin/python3 -c 'import urllib.request as r; r.urlopen("http://refused.example/")' 2>/dev/null; true`;
    const ran = sallyport(
      'exec',
      '--no-input',
      '--deny-domain',
      'refused.example',
      '--report',
      report,
      script,
    );
    expect(ran.status).toBe(0);
    expect(readLines(report)).toContainEqual(
      expect.objectContaining({
        op: 'connect',
        host: 'refused.example:80',
        step: expect.stringContaining('urlopen'),
      }),
    );
  });
});
