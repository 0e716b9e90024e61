import { chmodSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseSandbox } from '../../../src/engine/sandbox/index.ts';
import type { LaunchSpec, SandboxSession } from '../../../src/engine/sandbox/sandbox.ts';
import { createSeatbelt, createTethered } from '../../../src/engine/sandbox/seatbelt.ts';
import { makeSnapshot } from '../policy/judge-fixture.ts';

// The programs of macOS are stood in for: what is tested is what they are started with, and what becomes of it.

let folder: string;
let workspace: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'seatbelt-')));
  workspace = join(folder, 'work');
  mkdirSync(workspace);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function writeProgram(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/bash\n${text}\n`);
  chmodSync(path, 0o755);
  return path;
}

function makeParts() {
  return {
    tether: writeProgram(
      'tether',
      'while [ "$1" != -- ]; do shift; done; shift\n"$@" & child=$!\ntrap "kill -9 $child" USR1\ntrap "kill -TERM $child" TERM\nwait $child; status=$?\nwait $child 2>/dev/null\nexit $status',
    ),
    sandboxExec: writeProgram(
      'sandbox-exec',
      `printf '%s\\n' "$@" > ${folder}/words\nwhile [ "$1" != -- ]; do shift; done; shift\nexec "$@"`,
    ),
    ask: '/opt/ask',
    sections: { base: '; base', networkOn: '; on', networkLoopback: '; loopback' },
  };
}

function settings() {
  return makeSnapshot({
    workspace,
    writableRoots: [workspace],
    home: folder,
    secretPaths: [],
    protectedPaths: [],
  });
}

async function open(): Promise<SandboxSession> {
  const folders = { sallyportHome: join(folder, 'own'), runtimeDir: join(folder, 'run') };
  return createSeatbelt(makeParts()).openSession({ settings: settings(), folders });
}

function spec(launchId: string, script: string): LaunchSpec {
  return {
    launchId,
    argv: ['/bin/bash', '-c', script],
    cwd: workspace,
    environment: { PATH: '/usr/bin:/bin' },
    innerEnvironment: { INNER: 'yes' },
    gate: 'none',
    stdio: { kind: 'pipes' },
  };
}

async function readAll(stream: Readable | undefined): Promise<string> {
  let text = '';
  for await (const chunk of stream ?? []) text += String(chunk);
  return text;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe.skipIf(process.platform === 'win32')('a session behind seatbelt', () => {
  it('starts the program by its profile, with its streams and status', async () => {
    const session = await open();
    const process = await session.launch(spec('l1', 'echo "$INNER $TMPDIR"; echo bad >&2; exit 7'));
    const [out, err] = await Promise.all([readAll(process.pipes?.stdout), readAll(process.pipes?.stderr)]);
    expect(await process.finished).toEqual({ kind: 'exited', code: 7 });
    const [, temporary = ''] = out.trim().split(' ');
    expect([out.startsWith('yes '), err]).toEqual([true, 'bad\n']);
    expect(existsSync(temporary)).toBe(true);
    const words = await import('node:fs/promises').then((fs) => fs.readFile(join(folder, 'words'), 'utf8'));
    expect(words).toContain('(version 1)');
    expect(words).toContain(`=${workspace}\n`);
    // hidden are our own folders, protected what does not exist yet
    expect(words).toContain(`=${join(folder, 'own')}\n`);
    expect(words).toContain(`=${join(workspace, '.git')}\n`);
    await session.close();
    expect(existsSync(temporary)).toBe(false);
  });

  it('opens a grant for the next launch, and says that a running one stays as it is', async () => {
    const session = await open();
    const cache = join(folder, 'cache');
    mkdirSync(cache);
    const running = await session.launch(spec('l1', 'read line'));
    expect(await session.grant(cache, 'rw')).toMatchObject({ kind: 'failed', errno: 'ENOTSUP' });
    running.pipes?.stdin.end('\n');
    await running.finished;
    expect(await session.grant(cache, 'rw')).toEqual({ kind: 'granted' });
    expect(await session.grant(join(folder, 'own', 'x'), 'rw')).toMatchObject({
      kind: 'failed',
      step: 'policy',
    });
    await (await session.launch(spec('l2', 'true'))).finished;
    const read = () => import('node:fs/promises').then((fs) => fs.readFile(join(folder, 'words'), 'utf8'));
    expect(await read()).toContain(`=${cache}\n`);
    await session.revoke(cache);
    await (await session.launch(spec('l3', 'true'))).finished;
    expect(await read()).not.toContain(`=${cache}\n`);
    await session.close();
  });

  it('ends what runs when it is closed', async () => {
    const session = await open();
    const launched = await session.launch(spec('l1', 'echo $$; exec sleep 600'));
    const pid = await new Promise((resolve) => launched.pipes?.stdout.once('data', resolve));
    expect(isAlive(Number(String(pid)))).toBe(true);
    await session.close();
    await expect.poll(() => isAlive(Number(String(pid))), { timeout: 10_000 }).toBe(false);
  });

  it('without a wall runs the program itself', async () => {
    const folders = { sallyportHome: join(folder, 'own'), runtimeDir: join(folder, 'run') };
    const session = await createTethered(makeParts()).openSession({ settings: settings(), folders });
    const process = await session.launch(spec('l1', 'exit 3'));
    expect(await process.finished).toEqual({ kind: 'exited', code: 3 });
    expect([session.isWalled, existsSync(join(folder, 'words'))]).toEqual([false, false]);
  });
});

it.skipIf(process.platform === 'darwin')('an installation without its parts says what is missing', () => {
  expect(() => chooseSandbox('workspace-write', { platform: 'darwin' })).toThrow(
    'part of the macOS sandbox is missing',
  );
});
