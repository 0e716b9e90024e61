/** Calls that change files without opening one, and connections: held, asked, answered, through the whole product. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  allowOnce,
  allowSession,
  makeFolder,
  type RealEngine,
  rejectWith,
  type ScriptOptions,
  type ScriptResult,
  startRealEngine,
} from '../support/real-engine.ts';

const isLinux = process.platform === 'linux';
/** Not below /tmp, which is the session's own inside. */
const OUTSIDE_PARENT = '/var/tmp';

describe.skipIf(!isLinux)('calls that the wall would stop (Linux: real gate and wall)', () => {
  let real: RealEngine;
  let workspace: ReturnType<typeof makeFolder>;
  let outside: ReturnType<typeof makeFolder>;
  beforeAll(async () => {
    real = await startRealEngine();
  });
  afterAll(() => real.stop());
  beforeEach(() => {
    workspace = makeFolder();
    outside = makeFolder('sallyport-outside', OUTSIDE_PARENT);
  });
  afterEach(() => {
    workspace.remove();
    outside.remove();
  });

  /** A program whose words do not say what it touches. */
  function python(code: string, more: Partial<ScriptOptions> = {}): Promise<ScriptResult> {
    writeFileSync(
      join(workspace.path, 'run.py'),
      `import os, shutil, socket, sys\nout = ${JSON.stringify(outside.path)}\n${code}\n`,
    );
    return real.run('python3 run.py', {
      cwd: workspace.path,
      policy: 'on-request',
      answer: () => allowOnce,
      ...more,
    });
  }

  const denialsOf = (ran: ScriptResult) =>
    ran.events.flatMap((event) => (event.type === 'wall/denied' ? [event] : []));
  const texts = (ran: ScriptResult): string =>
    ran.questions.flatMap(({ reasons }) => reasons.map(({ text }) => text)).join(' ');

  test('mkdir is asked once, with its folder, and goes on after a yes', async () => {
    const ran = await python(`os.makedirs(out + '/a/b/c'); print('made')`);
    expect(ran.stdout).toBe('made\n');
    expect(ran.questions).toHaveLength(1);
    expect(ran.questions[0]).toMatchObject({
      kind: 'edit',
      category: 'blocked',
      grant: { write: [outside.path], sockets: [] },
    });
    expect(ran.questions[0]?.text).toContain(`make the folder ${outside.path}/a `);
    expect(texts(ran)).toContain(`a yes opens the folder ${outside.path}`);
    expect(existsSync(join(outside.path, 'a/b/c'))).toBe(true);
  });

  test('a rename within a folder, an unlink and a rmdir are asked with that folder', async () => {
    writeFileSync(join(outside.path, 'old'), 'x');
    mkdirSync(join(outside.path, 'empty'));
    const code = `os.rename(out + '/old', out + '/new'); os.unlink(out + '/new'); os.rmdir(out + '/empty'); print('done')`;
    const ran = await python(code);
    expect(ran.stdout).toBe('done\n');
    expect(ran.questions.map(({ grant }) => grant?.write)).toEqual([[outside.path]]);
    expect(ran.questions[0]?.text).toContain(`move ${outside.path}/old to ${outside.path}/new`);
    expect(readdirSync(outside.path)).toEqual([]);
  });

  test('a tree is removed from its leaves up, although each folder is opened by itself', async () => {
    mkdirSync(join(outside.path, 'tree', 'one', 'two'), { recursive: true });
    for (const name of ['a', 'one/b', 'one/two/c']) writeFileSync(join(outside.path, 'tree', name), '');
    const ran = await python(`shutil.rmtree(out + '/tree'); print('gone')`, { answer: () => allowSession });
    expect(ran.stderr).toBe('');
    expect(ran.stdout).toBe('gone\n');
    expect(ran.questions.length).toBeGreaterThan(0);
    expect(readdirSync(outside.path)).toEqual([]);
  });

  test('rm -r and mv across the wall are known by their words, and asked once', async () => {
    mkdirSync(join(outside.path, 'tree', 'one'), { recursive: true });
    writeFileSync(join(outside.path, 'tree', 'one', 'b'), '');
    writeFileSync(join(outside.path, 'there'), 'moved');
    const script = `rm -r ${outside.path}/tree && mv ${outside.path}/there here && cat here`;
    const ran = await real.run(script, {
      cwd: workspace.path,
      policy: 'on-request',
      answer: () => allowOnce,
    });
    expect(ran.stdout).toBe('moved');
    expect(ran.questions.filter(({ category }) => category === 'blocked')).toEqual([]);
    expect(readdirSync(outside.path)).toEqual([]);
  });

  test('a no leaves everything, and the program is told', async () => {
    writeFileSync(join(outside.path, 'keep'), 'x');
    const ran = await python(`os.unlink(out + '/keep')`, { answer: () => rejectWith('it is needed') });
    expect(ran.result.exitCode).not.toBe(0);
    expect(ran.stderr).toContain(': it is needed');
    expect(ran.stderr).toContain('Read-only file system');
    expect(readdirSync(outside.path)).toEqual(['keep']);
  });

  test('what fails anyway, and what lies inside, is not asked', async () => {
    const code = `
for attempt in [lambda: os.mkdir(out), lambda: os.unlink(out + '/gone'), lambda: os.rmdir('/usr'), lambda: os.rename(out + '/gone', out + '/x')]:
    try: attempt(); print('odd')
    except OSError: pass
os.mkdir('d'); os.rename('d', 'e'); os.rmdir('e'); open('f', 'w'); os.chmod('f', 0o600); os.link('f', 'g'); os.unlink('g'); os.utime('f', (1, 2))
print('fine')`;
    const ran = await python(code);
    expect(ran.stdout).toBe('fine\n');
    expect(ran.questions).toEqual([]);
    expect(denialsOf(ran)).toEqual([]);
  });

  test('what programs try by habit is not asked; one row says so', async () => {
    mkdirSync(join(outside.path, 'lib'));
    const code = `
for n in range(3):
    try: os.mkdir(out + '/lib/__pycache__')
    except OSError as e: print(e.strerror)`;
    const ran = await python(code);
    expect(ran.stdout).toBe('Read-only file system\n'.repeat(3));
    expect(ran.questions).toEqual([]);
    expect(denialsOf(ran)).toMatchObject([
      { op: 'write', path: `${outside.path}/lib/__pycache__`, rule: expect.stringContaining('by habit') },
    ]);
  });

  test.each([
    ['under never', { policy: 'never' }],
    ['where nobody can be asked', { answers: 'nobody' as const }],
  ])('%s a change is refused at once, with the reason and a row', async (_, more) => {
    const ran = await python(`os.mkdir(out + '/new')`, { ...more, answer: () => allowOnce });
    expect(ran.questions).toEqual([]);
    expect(existsSync(join(outside.path, 'new'))).toBe(false);
    expect(ran.stderr).toContain(`sallyport: refused: write ${outside.path}/new: questions are not asked`);
    expect(denialsOf(ran)).toMatchObject([{ op: 'write', path: `${outside.path}/new` }]);
  });

  test.each([
    ['under never', { policy: 'never' }, '-a on-request, to be asked'],
    ['where nobody can be asked', { answers: 'nobody' as const }, '--wait'],
  ])(
    '%s what is tried 3,000 times is one line with a way out, and how often at the end',
    async (_, more, way) => {
      const code = `
for n in range(3000):
    try: os.mkdir(out + '/new')
    except OSError: pass`;
      const ran = await python(code, { ...more, answer: () => allowOnce });
      const lines = ran.stderr.split('\n').filter((line) => line.startsWith('sallyport: refused:'));
      expect(lines).toHaveLength(2);
      expect(lines[0]).toContain(`write ${outside.path}/new`);
      expect(lines[0]).toContain('--add-dir DIR');
      expect(lines[0]).toContain(way);
      expect(lines[1]).toBe(`${lines[0]} (2999 times more)`);
    },
  );

  test('a connection to another machine fails fast and is one row; loopback passes', async () => {
    const code = `
for n in range(3):
    s = socket.socket(); s.settimeout(20)
    try: s.connect(('192.0.2.7', 443))
    except OSError as e: print(type(e).__name__)
server = socket.create_server(('127.0.0.1', 0)); socket.create_connection(server.getsockname()); print('loop')
server = socket.socket(socket.AF_UNIX); server.bind('here.sock'); server.listen(); socket.socket(socket.AF_UNIX).connect('here.sock'); print('inside')`;
    const ran = await python(code);
    expect(ran.stdout).toBe(`${'OSError\n'.repeat(3)}loop\ninside\n`);
    expect(ran.questions).toEqual([]);
    expect(denialsOf(ran)).toMatchObject([{ op: 'connect', host: '192.0.2.7:443' }]);
  });

  describe('a unix socket of the host', () => {
    let server: Server;
    let path: string;
    beforeEach(async () => {
      path = join(outside.path, 'docker.sock');
      server = createServer((socket) => socket.end('hello\n'));
      await new Promise<void>((resolve) => server.listen(path, resolve));
    });
    afterEach(async () => {
      await new Promise((resolve) => server.close(resolve));
    });

    const talk = `
def talk(path=out + '/docker.sock'):
    s = socket.socket(socket.AF_UNIX)
    try: s.connect(path)
    except OSError as e: return e.strerror
    return s.recv(100).decode().strip()
`;

    test('is asked with what it amounts to; after a yes that same connect works', async () => {
      const ran = await python(`${talk}print(talk())`);
      expect(ran.stdout).toBe('hello\n');
      expect(ran.questions).toHaveLength(1);
      expect(ran.questions[0]).toMatchObject({
        kind: 'net',
        category: 'blocked',
        grant: { read: [], write: [], hosts: [], sockets: [path] },
      });
      expect(texts(ran)).toContain('full access to this machine');
    });

    test('a no refuses it', async () => {
      const ran = await python(`${talk}print(talk())`, { answer: () => rejectWith('never') });
      expect(ran.stdout).toBe('Permission denied\n');
      expect(ran.stderr).toContain(': never');
    });

    test('a yes for the session opens it for later programs too; a revoke closes it for what runs', async () => {
      const script = `python3 run.py; python3 run.py wait; echo "status $?"`;
      writeFileSync(
        join(workspace.path, 'run.py'),
        `import socket, sys, os, time\nout = ${JSON.stringify(outside.path)}\n${talk}
print(talk(), flush=True)
if len(sys.argv) > 1:
    open('second', 'w').close()
    while not os.path.exists('revoked'): time.sleep(0.05)
    print(talk(), flush=True)
`,
      );
      let asked = 0;
      let revoking: Promise<unknown> | undefined;
      const timer = setInterval(() => {
        if (!existsSync(join(workspace.path, 'second')) || revoking !== undefined) return;
        const grants = real.engine.listGrants();
        revoking = Promise.all(grants.map(({ grantId }) => real.engine.revokeGrant(grantId, 'test')));
        void revoking.then(() => writeFileSync(join(workspace.path, 'revoked'), ''));
      }, 50);
      const ran = await real.run(script, {
        cwd: workspace.path,
        policy: 'on-request',
        answer: () => (asked++ === 0 ? allowSession : rejectWith('closed again')),
      });
      clearInterval(timer);
      expect(ran.stdout).toBe('hello\nhello\nPermission denied\nstatus 0\n');
      expect(ran.questions).toHaveLength(2);
    });

    test("Sallyport's own sockets are never asked about, and never reached", async () => {
      const own = join(real.home, 'run', 'docker.sock');
      const control = createServer((socket) => socket.end('reached\n'));
      await new Promise<void>((resolve) => control.listen(own, resolve));
      const ran = await python(`${talk}print(talk(${JSON.stringify(own)}) != 'reached')`);
      await new Promise((resolve) => control.close(resolve));
      expect(ran.stdout).toBe('True\n');
      expect(ran.questions).toEqual([]);
      expect(denialsOf(ran)).toMatchObject([
        { op: 'connect', path: own, rule: expect.stringContaining('never opened') },
      ]);
    });
  });
});
