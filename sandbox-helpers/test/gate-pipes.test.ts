import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { type EventEmitter, once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildHelpers, encodeField, makeFolder, own, removeFolders, users } from './support/helper-files.ts';
import { allowAll, type GateSpec, type RunningGate, startGate } from './support/start-gate.ts';
import { type RunningHolder, startHolder } from './support/start-holder.ts';

const helpers = buildHelpers();
afterAll(removeFolders);

const LARGE_BYTES = 50 * 1024 * 1024;
const large = randomBytes(LARGE_BYTES);

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Processor time that a process and its threads have used, in hundredths of a second. */
function readTicks(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return Number(fields[11]) + Number(fields[12]);
}

function hasChildren(pid: number | undefined): boolean {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8') !== '';
}

/** The next event of a stream that is there. */
function next(stream: EventEmitter | null, event: string): Promise<unknown[]> {
  return stream === null ? Promise.reject(new Error('no such stream')) : once(stream, event);
}

async function until(isReached: () => boolean): Promise<void> {
  while (!isReached()) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Python: writes until nothing has been taken for a while, says so, stays. */
const fillOutput = `
import os, time
os.set_blocking(1, False)
refused = 0
while refused < 5:
    try: refused = 0 * os.write(1, bytes(65536))
    except BlockingIOError: refused += 1; time.sleep(0.05)
os.write(2, b"full")
time.sleep(60)
`;

/** Reads both outputs to their ends. */
async function collect(child: ChildProcess) {
  const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  child.stdout?.on('data', (chunk: Buffer) => chunks.stdout.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => chunks.stderr.push(chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout: Buffer.concat(chunks.stdout), stderr: Buffer.concat(chunks.stderr).toString() };
}

describe.each(users)('pipes for the standard streams as $name', (user) => {
  let holder: RunningHolder;
  let workspace: string;

  beforeAll(async () => {
    holder = await startHolder(helpers.path('holder'), [], user);
    return async () => {
      await holder.close();
    };
  });
  beforeEach(() => {
    workspace = makeFolder(user);
  });

  /** In a wall, every program asked and allowed. */
  function start(script: string, more: Partial<GateSpec> = {}): Promise<RunningGate> {
    return startGate({
      helpers: helpers.folder,
      user,
      anchorPid: holder.anchorPid,
      workspace,
      argv: ['/bin/bash', '-c', script],
      decide: allowAll,
      pipes: true,
      ...more,
    });
  }

  /** Without wall, gate and reader. */
  function startBare(script: string, options: readonly string[] = ['--pipes']): ChildProcess {
    const words = ['sup', ...options, '--', '/bin/bash', '-c', script];
    const child = spawn(helpers.path('exec-gate'), words, {
      ...user.ids,
      cwd: workspace,
      env: { PATH: '/usr/bin:/bin' },
      stdio: 'pipe',
    });
    child.stdin.on('error', () => undefined);
    return child;
  }

  test('they are pipes, and paths open them', async () => {
    const gate = await start(
      '[ -p /dev/stdin ] && [ -p /dev/stdout ] && [ -p /dev/stderr ] && echo pipes; echo err > /dev/stderr; echo out > /dev/stdout; echo fd > /proc/self/fd/1; cat /dev/stdin',
    );
    gate.child.stdin?.end('input\n');
    expect(await gate.finished).toMatchObject({
      code: 0,
      stdout: 'pipes\nout\nfd\ninput\n',
      stderr: 'err\n',
    });
  });

  test('without the option they stay what the starter gave', async () => {
    const script = 'for n in 0 1 2; do [ -S /proc/self/fd/$n ] && echo socket; done';
    const ended = await collect(startBare(script, []));
    expect(ended.stdout.toString()).toBe('socket\nsocket\nsocket\n');
  });

  test('a nested bash reads no start file of the person', async () => {
    writeFileSync(join(workspace, '.bashrc'), 'echo start file\n');
    const gate = await start("/bin/bash -c 'echo nested'", { environment: { HOME: workspace } });
    expect(await gate.finished).toMatchObject({ code: 0, stdout: 'nested\n', stderr: '' });
  });

  test('50 MB come out and go in unchanged', async () => {
    const file = join(workspace, 'large');
    writeFileSync(file, large);
    own(file, user);
    const out = await collect(startBare('cat large'));
    expect([out.code, digest(out.stdout)]).toEqual([0, digest(large)]);
    const summing = startBare('sha256sum');
    summing.stdin?.end(large);
    expect((await collect(summing)).stdout.toString()).toBe(`${digest(large)}  -\n`);
  });

  test('50 MB go through a wall in both directions at once', async () => {
    const gate = await start('cat > copy; cat copy | tee /dev/stderr | sha256sum; sha256sum copy');
    gate.child.stdin?.end(large);
    const sum = digest(large);
    const result = await gate.finished;
    expect(result.stdout).toBe(`${sum}  -\n${sum}  copy\n`);
    expect(digest(Buffer.from(result.stderr))).toBe(digest(Buffer.from(large.toString())));
  }, 90_000);

  test('what is written by turns arrives complete and in order on both', async () => {
    const lines = Array.from({ length: 3000 }, (_, index) => index + 1);
    const gate = await start('for ((i = 1; i <= 3000; i++)); do echo "o$i"; echo "e$i" >&2; done');
    expect(await gate.finished).toMatchObject({
      stdout: lines.map((line) => `o${line}\n`).join(''),
      stderr: lines.map((line) => `e${line}\n`).join(''),
    });
  });

  test('a slow reader stops the program and neither questions nor the other stream', async () => {
    const gate = await start(
      'head -c 10000000 /dev/zero | tr "\\0" x & read go; uname > /dev/null; echo asked >&2; read go; wait; : > whole',
    );
    gate.child.stdout?.pause();
    gate.child.stdin?.write('go\n');
    expect(String(await next(gate.child.stderr, 'data'))).toBe('asked\n');
    expect(existsSync(join(workspace, 'whole'))).toBe(false);
    const ticks = readTicks(gate.child.pid);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(readTicks(gate.child.pid) - ticks).toBeLessThan(20);
    gate.child.stdin?.write('go\n');
    gate.child.stdout?.resume();
    const result = await gate.finished;
    expect([result.code, result.stdout.length]).toEqual([0, 10000000]);
    expect(existsSync(join(workspace, 'whole'))).toBe(true);
  });

  test('a program that reads slowly stops its starter', async () => {
    const child = startBare('sleep 0.5; echo now; wc -c');
    for (let count = 0; count < 80; count++) child.stdin?.write(Buffer.alloc(65536));
    child.stdin?.end();
    const ended = collect(child);
    await next(child.stdout, 'data');
    expect(child.stdin?.writableLength).toBeGreaterThan(65536 * 60);
    expect((await ended).stdout.toString()).toBe(`now\n${65536 * 80}\n`);
  });

  test('the end of output comes out while the program goes on', async () => {
    const child = startBare('echo last; exec >&- ; read line; echo "$line" >&2; exit 4');
    const ended = collect(child);
    await next(child.stdout, 'end');
    child.stdin?.write('still here\n');
    expect(await ended).toMatchObject({ code: 4, stderr: 'still here\n' });
  });

  test('a program that closes its input is written to no more, at no cost', async () => {
    const child = startBare('exec <&-; echo closed; sleep 0.7; echo end');
    const ended = collect(child);
    const refused = next(child.stdin, 'error');
    await next(child.stdout, 'data');
    child.stdin?.write(Buffer.alloc(5_000_000));
    expect(await refused).toMatchObject([{ code: 'EPIPE' }]);
    const ticks = readTicks(child.pid);
    await next(child.stdout, 'data');
    expect(readTicks(child.pid) - ticks).toBeLessThan(20);
    expect((await ended).code).toBe(0);
  });

  test.each(['wall', 'bare'] as const)('a program that ends before its input does: %s', async (kind) => {
    const gate = kind === 'wall' ? await start('echo bye; exit 7') : undefined;
    const child = gate?.child ?? startBare('echo bye; exit 7');
    child.stdin?.write(large);
    const ended = gate ? await gate.finished : await collect(child);
    expect([ended.code, ended.stdout.toString()]).toEqual([7, 'bye\n']);
  });

  test('a program whose reader goes away is told so', async () => {
    const child = startBare('/usr/bin/yes; echo $? >&2');
    child.stdout?.once('data', () => child.stdout?.destroy());
    expect(await collect(child)).toMatchObject({ code: 0, stderr: '141\n' });
  });

  test('what was written before the end is delivered after it', async () => {
    const script = 'import fcntl, os; fcntl.fcntl(1, 1031, 1 << 20); os.write(1, b"x" * 900000)';
    const gate = await start(`read go; /usr/bin/python3 -c '${script}'; exit 5`);
    gate.child.stdout?.pause();
    gate.child.stdin?.write('go\n');
    await gate.wait((event) => event.type === 'exec');
    await until(() => !hasChildren(gate.child.pid));
    expect(gate.child.exitCode).toBe(null);
    gate.child.stdout?.resume();
    const result = await gate.finished;
    expect([result.code, result.stdout.length]).toEqual([5, 900000]);
  });

  test('a killed launch does not wait for a reader', async () => {
    const gate = await start(`read go; exec /usr/bin/python3 -c '${fillOutput}'`);
    gate.child.stdout?.pause();
    gate.child.stdin?.write('go\n');
    await next(gate.child.stderr, 'data');
    gate.send('kill');
    const [code] = (await once(gate.child, 'exit')) as [number | null];
    expect(code).toBe(137);
    gate.child.stdout?.resume();
    await gate.finished;
  });

  test('without a wall, what outlives the program is not waited for', async () => {
    const child = startBare('(while echo more; do sleep 0.05; done) & sleep 0.2; echo said; exit 6');
    const ended = await collect(child);
    expect(ended.code).toBe(6);
    expect(ended.stdout.toString()).toContain('said\n');
  });

  test('the reason of a refusal arrives', async () => {
    const gate = await start('rm x; echo $?; rm y 2>&1', {
      decide: (event) =>
        event.argv?.[0] === 'rm'
          ? `deny ${event.slot} ${encodeField(`no ${event.argv[1]}`)}`
          : allowAll(event),
    });
    const result = await gate.finished;
    expect(result.stdout).toMatch(/^126\nno y\n/);
    expect(result.stderr).toMatch(/^no x\n/);
  });

  test.each([1, 2])(
    'a program that keeps the lock of pipe %i stops neither gate nor kill',
    async (number) => {
      const keep = `import os, socket; a, b = socket.socketpair(); os.splice(a.fileno(), ${number}, 10)`;
      const gate = await start(`/usr/bin/python3 -c '${keep}' & sleep 0.5; rm x; uname`, {
        decide: (event) => (event.argv?.[0] === 'rm' ? `deny ${event.slot} no` : allowAll(event)),
      });
      await gate.wait((event) => event.argv?.[0] === 'rm');
      // bash's own complaint waits for the lock of its stderr, so only the other pipe lets it go on
      if (number === 1) await gate.wait((event) => event.argv?.[0] === 'uname');
      gate.send('kill');
      expect((await gate.finished).code).toBe(137);
    },
  );

  test("the status is the program's", async () => {
    expect((await collect(startBare('exit 42'))).code).toBe(42);
    expect((await collect(startBare('kill -TERM $$'))).code).toBe(143);
    const words = ['sup', '--pipes', '--', '/nowhere'];
    const failed = spawnSync(helpers.path('exec-gate'), words, { ...user.ids, encoding: 'utf8', cwd: '/' });
    expect(failed).toMatchObject({
      status: 125,
      stderr: 'sallyport: exec-gate: /nowhere: No such file or directory\n',
    });
  });

  test('a starter may give files instead of sockets', () => {
    const paths = ['in', 'out', 'err'].map((name) => join(workspace, name));
    writeFileSync(paths[0] ?? '', large.subarray(0, 1_000_000));
    const files = paths.map((path, index) => openSync(path, index === 0 ? 'r' : 'w'));
    const words = ['sup', '--pipes', '--', '/bin/bash', '-c', 'tee /dev/stderr; exit 3'];
    const ended = spawnSync(helpers.path('exec-gate'), words, { ...user.ids, stdio: files, cwd: '/' });
    for (const file of files) closeSync(file);
    expect(ended.status).toBe(3);
    for (const path of paths) expect(digest(readFileSync(path))).toBe(digest(large.subarray(0, 1_000_000)));
  });
});
