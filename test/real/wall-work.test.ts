/** Ordinary work behind the wall: what people do all day must simply work. */

import { execFileSync } from 'node:child_process';
import { constants, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { giveTo, listTestUsers, makeUserFolder, shareHelpers } from '../support/as-user.ts';
import { type DriverStep, describeSession, runSteps, type StepResult } from '../support/sandbox-steps.ts';

const bash = (id: string, script: string, more: object = {}): DriverStep => ({
  kind: 'launch',
  id,
  argv: ['/bin/bash', '--norc', '--noprofile', '-c', script],
  ...more,
});

const ODD_NAMES = ['with space', `quote'"back\\slash`, 'new\nline', '-rf', 'ünï–código', '$(id)', '*'];

const SERVER = `
import socket, threading
s = socket.socket(FAMILY); s.bind(ADDRESS); s.listen(1)
t = threading.Thread(target=lambda: s.accept()[0].sendall(b"hello")); t.start()
c = socket.socket(FAMILY); c.connect(s.getsockname()); print(c.recv(5).decode()); t.join()`;

function listSteps(base: string): DriverStep[] {
  return [
    bash('exit status', 'exit 7'),
    bash(
      'git',
      'cd repo && git status --short && git log --oneline && git diff && git branch --show-current',
    ),
    bash('git worktree', 'cd tree && git status --short && git log --oneline | wc -l'),
    bash('gcc and make', `cd c && make -s && ./hello`),
    bash(
      'python',
      'python3 -c "import tempfile,os; f=tempfile.NamedTemporaryFile(); print(os.path.dirname(f.name))"',
    ),
    bash(
      'node',
      `'${base}/node' -e 'console.log(require("child_process").execSync("echo from-child").toString().trim())'`,
    ),
    bash('pipes', 'seq 100000 | sort -rn | tail -1 | tr 1 x; echo "${PIPESTATUS[@]}"'),
    bash('much output', 'head -c 52428800 /dev/zero'),
    bash('stdin', 'cat', { stdin: 'typed in\n' }),
    bash('own signal', 'kill -TERM $$'),
    bash('signal', 'trap "echo caught; exit 3" TERM; echo ready; while :; do sleep 0.05; done', {
      gate: 'exec',
      signalWhenReady: 'SIGTERM',
    }),
    bash('terminal', 'stty size; test -t 0 && echo is-tty; echo ready; read word; echo "got $word"', {
      terminal: { columns: 91, rows: 33 },
      typeWhenReady: 'abc\r',
    }),
    bash(
      'loopback',
      `python3 - <<'EOF'\n${SERVER.replaceAll('FAMILY', 'socket.AF_INET').replace('ADDRESS', '("127.0.0.1", 0)')}\nEOF`,
    ),
    bash(
      'unix socket',
      `python3 - <<'EOF'\n${SERVER.replaceAll('FAMILY', 'socket.AF_UNIX').replace('ADDRESS', '"own.sock"')}\nEOF`,
    ),
    bash('private tmp', 'echo kept > /tmp/sallyport-wall-probe'),
    bash('private tmp later', 'cat /tmp/sallyport-wall-probe; ls /tmp | wc -l'),
    bash('shared memory', 'echo x > /dev/shm/sallyport-wall-probe && cat /dev/shm/sallyport-wall-probe'),
    bash('gated', 'ls repo; for i in 1 2 3; do /bin/echo $i; done; echo $(id -u)', { gate: 'exec,write' }),
    ...ODD_NAMES.map((name, place) =>
      bash(`odd ${place}`, 'pwd; echo made > file', { cwd: join(base, 'ws', name) }),
    ),
    bash('at once 1', 'for i in $(seq 50); do echo 1 >> shared; done; echo done', { isTogether: true }),
    bash('at once 2', 'for i in $(seq 50); do echo 2 >> shared; done; echo done', { isTogether: true }),
  ];
}

function prepare(base: string): void {
  // Of this test's own: the clone may lie below /tmp, which is another one inside.
  copyFileSync(process.execPath, join(base, 'node'), constants.COPYFILE_FICLONE);
  const ws = join(base, 'ws');
  for (const folder of ['home', 'ws/repo', 'ws/c', ...ODD_NAMES.map((name) => `ws/${name}`)]) {
    mkdirSync(join(base, folder), { recursive: true });
  }
  writeFileSync(
    join(ws, 'c/hello.c'),
    '#include <stdio.h>\nint main(void) { puts("compiled"); return 0; }\n',
  );
  writeFileSync(join(ws, 'c/Makefile'), 'hello: hello.c\n\tcc -o $@ $<\n');
  writeFileSync(join(ws, 'repo/file'), 'one\n');
  const git = (...words: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@localhost', ...words], {
      cwd: join(ws, 'repo'),
    });
  git('init', '-q', '-b', 'main');
  git('add', 'file');
  git('commit', '-q', '-m', 'first');
  git('worktree', 'add', '-q', '../tree');
  writeFileSync(join(ws, 'repo/file'), 'two\n');
}

describe.skipIf(process.platform !== 'linux').each(listTestUsers())(
  'work behind the wall as $name',
  (user) => {
    const folder = makeUserFolder(user);
    const base = folder.path;
    let result: (id: string) => StepResult | undefined;

    beforeAll(async () => {
      prepare(base);
      const helpers = shareHelpers(base);
      giveTo(user, base);
      result = await runSteps({ ...describeSession(user, base, helpers), steps: listSteps(base) });
    }, 60_000);
    afterAll(folder.remove);

    const exits = (id: string, code = 0) =>
      expect(result(id)).toMatchObject({ outcome: { kind: 'exited', code } });

    it('hands on the exit status', () => exits('exit status', 7));

    it('reads a repository with git', () => {
      exits('git');
      expect(result('git')?.stdout).toMatch(/^ M file\n[0-9a-f]+ first\n.*-one\n\+two\n.*main\n$/s);
    });

    it('reads a worktree with git', () => {
      exits('git worktree');
      expect(result('git worktree')?.stdout).toBe('1\n');
    });

    it('compiles with gcc under make', () => {
      exits('gcc and make');
      expect(result('gcc and make')?.stdout).toBe('compiled\n');
    });

    it('runs python with temporary files in /tmp', () => {
      exits('python');
      expect(result('python')?.stdout).toBe('/tmp\n');
    });

    it('runs node with execSync', () => {
      exits('node');
      expect(result('node')?.stdout).toBe('from-child\n');
    });

    it('runs pipelines', () => {
      exits('pipes');
      expect(result('pipes')?.stdout).toBe('x\n0 0 0 0\n');
    });

    it('hands on 50 MB of output', () => {
      exits('much output');
      expect(result('much output')?.bytes).toBe(52_428_800);
    });

    it('hands on standard input', () => {
      exits('stdin');
      expect(result('stdin')?.stdout).toBe('typed in\n');
    });

    it('tells of a signal as a shell does', () => exits('own signal', 143));

    it('hands on a signal from outside', () => {
      exits('signal', 3);
      expect(result('signal')?.stdout).toBe('ready\ncaught\n');
    });

    it('gives a terminal of the right size', () => {
      exits('terminal');
      expect(result('terminal')?.stdout).toMatch(/^33 91\r\nis-tty\r\nready\r\n(abc\r\n)?got abc\r\n$/);
    });

    it('lets a server inside be reached inside, by loopback and by path', () => {
      exits('loopback');
      exits('unix socket');
      expect([result('loopback')?.stdout, result('unix socket')?.stdout]).toEqual(['hello\n', 'hello\n']);
    });

    it('keeps /tmp from launch to launch, apart from the host', () => {
      expect(result('private tmp later')?.stdout).toBe('kept\n1\n');
      expect(existsSync('/tmp/sallyport-wall-probe')).toBe(false);
      exits('shared memory');
      expect(existsSync('/dev/shm/sallyport-wall-probe')).toBe(false);
    });

    it('runs a shell under the gate', () => {
      exits('gated');
      expect(result('gated')?.stdout).toBe(`file\n1\n2\n3\n${user.uid}\n`);
    });

    it.each(ODD_NAMES.map((name, place) => ({ name, place })))(
      'works in a folder called $name',
      ({ name, place }) => {
        exits(`odd ${place}`);
        expect(result(`odd ${place}`)?.stdout).toBe(`${join(base, 'ws', name)}\n`);
        expect(readFileSync(join(base, 'ws', name, 'file'), 'utf8')).toBe('made\n');
      },
    );

    it('runs two at once in one folder', () => {
      exits('at once 1');
      exits('at once 2');
      const lines = readFileSync(join(base, 'ws/shared'), 'utf8').trim().split('\n');
      expect(lines.filter((line) => line === '1')).toHaveLength(50);
      expect(lines.filter((line) => line === '2')).toHaveLength(50);
    });

    it('leaves no placeholder behind', () => {
      for (const name of ['.git', '.agents', '.codex', '.sallyport'])
        expect(existsSync(join(base, 'ws', name))).toBe(false);
    });
  },
);
