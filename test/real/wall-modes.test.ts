/** What each mode lets through, and that no launch outlives the wall around it. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { giveTo, listTestUsers, makeUserFolder, shareHelpers } from '../support/as-user.ts';
import {
  type DriverSpec,
  type DriverStep,
  describeSession,
  runSteps,
  startSteps,
} from '../support/sandbox-steps.ts';

const bash = (id: string, script: string, more: object = {}): DriverStep => ({
  kind: 'launch',
  id,
  argv: ['/bin/bash', '--norc', '--noprofile', '-c', script],
  ...more,
});

/** Numbers of the processes that run `program`, lowest first. */
function findProcesses(program: string): number[] {
  const isIt = (pid: string): boolean => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith(`${program}\0`);
    } catch {
      return false;
    }
  };
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && isIt(name));
  return pids.map(Number).sort((a, b) => a - b);
}

describe.skipIf(process.platform !== 'linux').each(listTestUsers())('modes as $name', (user) => {
  const folder = makeUserFolder(user);
  const base = folder.path;
  let session: Omit<DriverSpec, 'steps'>;
  let server: Server;
  let port = 0;
  let connections = 0;

  beforeAll(async () => {
    for (const path of ['ws', 'home/.ssh', 'outside', 'tmpdir'])
      mkdirSync(join(base, path), { recursive: true });
    writeFileSync(join(base, 'home/.ssh/id'), 'top-secret\n');
    writeFileSync(join(base, 'ws/file'), 'original\n');
    session = describeSession(user, base, shareHelpers(base));
    giveTo(user, base);
    server = createServer((socket) => {
      connections++;
      socket.end('hello');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  });
  afterAll(() => {
    server.close();
    folder.remove();
  });

  const inMode = (
    mode: DriverSpec['plain']['mode'],
    steps: DriverStep[],
    settings: DriverSpec['settings'] = {},
  ) => runSteps({ ...session, plain: { ...session.plain, mode }, settings, steps });

  it('read-only reads, writes nowhere but to a private /tmp', async () => {
    const script = `cat file; echo evil > file; echo evil > ${base}/outside/x; echo kept > /tmp/own && cat /tmp/own; cat ~/.ssh/id; echo ran`;
    const result = (await inMode('read-only', [bash('try', script)]))('try');
    expect(result?.stdout).toBe('original\nkept\nran\n');
    expect(readFileSync(join(base, 'ws/file'), 'utf8')).toBe('original\n');
    expect(existsSync(join(base, 'outside/x'))).toBe(false);
    expect(existsSync('/tmp/own')).toBe(false);
    expect(existsSync(join(base, 'ws/.git'))).toBe(false);
  });

  it('workspace-write without /tmp does not write there', async () => {
    const result = (
      await inMode('workspace-write', [bash('try', 'echo x > /tmp/y || echo refused')], {
        tmpWritable: false,
      })
    )('try');
    expect(result?.stdout).toBe('refused\n');
  });

  it('writes in its own TMPDIR', async () => {
    const env = { ...session.env, TMPDIR: join(base, 'tmpdir') };
    const result = await runSteps({
      ...session,
      env,
      steps: [bash('try', 'echo x > $TMPDIR/own; echo $TMPDIR')],
    });
    expect(result('try')?.stdout).toBe(`${base}/tmpdir\n`);
    expect(existsSync(join(base, 'tmpdir/own'))).toBe(true);
  });

  it('danger-full-access writes and reads everywhere, and says so', async () => {
    const script = `echo x > ${base}/outside/full; cat ~/.ssh/id; /bin/echo ran`;
    const result = await inMode('danger-full-access', [bash('try', script, { gate: 'exec' })]);
    expect(result('opened')?.notes).toEqual([expect.stringContaining('no wall')]);
    expect(result('try')?.stdout).toBe('top-secret\nran\n');
    expect(existsSync(join(base, 'outside/full'))).toBe(true);
  });

  it('reaches the network when it may, and only then', async () => {
    const script = `exec 3<>/dev/tcp/127.0.0.1/${port} && cat <&3; echo; echo ran`;
    const without = await inMode('workspace-write', [bash('try', script)]);
    expect(without('try')?.stdout).toBe('\nran\n');
    expect(connections).toBe(0);
    const withNetwork = await inMode('workspace-write', [bash('try', script)], { networkAccess: true });
    expect(withNetwork('try')?.stdout).toBe('hello\nran\n');
    expect(connections).toBe(1);
  });

  it('ends its launches when the holder is killed', async () => {
    const run = startSteps({ ...session, steps: [bash('stay', 'echo ready; sleep 300')] });
    try {
      await run.row('stay ready');
      const [holder, ...others] = findProcesses(`${base}/helpers/holder`);
      // It and its children: the anchor of the view, and the guard of hidden names.
      expect(others).toHaveLength(2);
      process.kill(holder ?? 0, 'SIGKILL');
      expect((await run.row('stay')).outcome.kind).toBe('signalled');
    } finally {
      run.kill();
      await run.ended;
    }
  });

  it('starts nothing in a folder that was swapped for a link', async () => {
    const swapped = join(base, 'swapped');
    mkdirSync(swapped);
    giveTo(user, swapped);
    const steps = [
      bash('swap', `mv ${swapped} ${swapped}-old; ln -s ${base}/outside ${swapped}`),
      bash('after', 'echo evil > by-swap', { cwd: swapped }),
    ];
    // The folder itself is a root, so it cannot be moved; its name cannot be given to anything else.
    const plain = { ...session.plain, addDirs: [swapped] };
    await runSteps({ ...session, plain, steps });
    expect(existsSync(join(base, 'outside/by-swap'))).toBe(false);
    expect(existsSync(join(swapped, 'by-swap'))).toBe(true);
  });
});
