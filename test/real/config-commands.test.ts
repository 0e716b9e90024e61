import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type CliPlace, createCliPlace } from '../support/terminal.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 60_000 });

let place: CliPlace;
let userFile: string;
beforeEach(() => {
  place = createCliPlace();
  mkdirSync(place.home, { recursive: true, mode: 0o700 });
  userFile = join(place.home, 'config.toml');
});
afterEach(() => place.close());

const read = (): string => readFileSync(userFile, 'utf8');

describe('config', () => {
  it('set and unset write one key and say what was there before', async () => {
    writeFileSync(userFile, '# mine\ntmp = "private" # why\n');
    expect(await place.run(['config', 'set', 'tmp', 'shared'])).toMatchObject({
      status: 0,
      stdout: `tmp = "shared"   (before: "private")\nwritten to ${userFile}\n`,
    });
    await place.run(['config', 'set', 'sandbox_workspace_write.writable_roots', '/var/tmp', '--append']);
    expect(read()).toBe(
      '# mine\ntmp = "shared" # why\n\n[sandbox_workspace_write]\nwritable_roots = ["/var/tmp"]\n',
    );
    expect((await place.run(['config', 'get', 'tmp'])).stdout).toBe('shared\n');
    const unset = await place.run(['config', 'unset', 'tmp', '--json']);
    expect(JSON.parse(unset.stdout)).toMatchObject({ changes: [{ key: 'tmp', before: 'shared' }] });
    expect(read()).toMatch(/^# mine\n\n\[sandbox/);
  });

  it('set writes beside a profile that opens nothing but the folder of a session', async () => {
    writeFileSync(userFile, '[permission_profile.filesystem]\nwrite = ["${workspace}"]\nread = ["/usr"]\n');
    expect(await place.run(['config', 'set', 'approval_policy', 'never'])).toMatchObject({ status: 0 });
    expect((await place.run(['config', 'trust', '.'])).status).toBe(0);
    expect(read()).toContain('approval_policy = "never"');
  });

  it('set refuses what would not load, with status 2 and the file untouched', async () => {
    writeFileSync(userFile, '# mine\n');
    const wrong = await place.run(['config', 'set', 'sandbox_mode', 'all']);
    expect(wrong.status).toBe(2);
    expect(wrong.stderr).toContain(
      `not written, because it would not load: ${userFile}:2:16: sandbox_mode must be`,
    );
    expect((await place.run(['config', 'set', 'a b', '1'])).stderr).toContain('a b is not a key');
    expect(read()).toBe('# mine\n');
  });

  it('trust makes the files of a project count, and lists what is trusted', async () => {
    mkdirSync(join(place.folder, '.sallyport'));
    writeFileSync(join(place.folder, '.sallyport', 'config.toml'), 'sandbox_mode = "read-only"\n');
    const before = await place.run(['config', 'get', 'sandbox_mode']);
    expect(before).toMatchObject({ stdout: 'workspace-write\n' });
    expect(before.stderr).toContain('not trusted');
    expect((await place.run(['config', 'trust', '.'])).status).toBe(0);
    expect((await place.run(['config', 'get', 'sandbox_mode'])).stdout).toBe('read-only\n');
    expect((await place.run(['config', 'trust'])).stdout).toBe(`trusted  ${realpathSync(place.folder)}\n`);
    expect((await place.run(['config', 'trust', '.', '--level', 'maybe'])).status).toBe(2);
    const everything = await place.run(['config', 'trust', '/']);
    expect([everything.status, everything.stderr]).toEqual([
      2,
      expect.stringMatching(/\/ is every folder of this machine: .*\n.*add --yes/),
    ]);
    expect((await place.run(['config', 'trust'])).stdout).not.toContain('trusted  /\n');
    await place.run(['config', 'trust', '.', '--level', 'untrusted']);
    expect((await place.run(['config', 'get', 'sandbox_mode'])).stdout).toBe('workspace-write\n');
  });

  it('import goes on where a part does not load beside values that are tables', async () => {
    const codex = join(place.folder, 'codex');
    mkdirSync(codex);
    writeFileSync(
      join(codex, 'config.toml'),
      'sandbox_mode = "bogus"\n[shell_environment_policy]\nset = { A = "1" }\n',
    );
    const done = await place.run(['config', 'import', '--from', 'codex']);
    expect(done.stderr).not.toContain('Cannot convert');
    expect(done.stdout).toMatch(/left +sandbox_mode/);
    expect(read()).toContain('A = "1"');
  });

  it('import takes a folder of Codex, and has status 1 where something here stays', async () => {
    const codex = join(place.folder, 'codex');
    mkdirSync(codex);
    writeFileSync(join(codex, 'config.toml'), 'approval_policy = "never"\nnotify = ["x"]\n');
    const dry = await place.run(['config', 'import', '--from', 'codex', '--dry-run']);
    expect(dry).toMatchObject({ status: 0 });
    expect(dry.stdout).toMatch(/taken +approval_policy/);
    expect(dry.stdout).toContain(`would write ${userFile}`);
    expect(existsSync(userFile)).toBe(false);
    expect((await place.run(['config', 'import', '--from', 'codex'])).status).toBe(0);
    expect(read()).toBe('approval_policy = "never"\n');
    writeFileSync(userFile, 'approval_policy = "untrusted"\n');
    const again = await place.run(['config', 'import', '--from', 'codex', '--json']);
    expect(again.status).toBe(1);
    expect(JSON.parse(again.stdout).rows[0]).toMatchObject({ what: 'approval_policy', outcome: 'conflict' });
    expect(read()).toBe('approval_policy = "untrusted"\n');
  });
});

describe('session', () => {
  it('list shows what is open, and set changes what is asked in it', async () => {
    const fifo = join(place.folder, 'go');
    execFileSync('mkfifo', [fifo]);
    const running = place.run(['exec', '--no-input', 'cat go; touch one']);
    const head = await vi.waitFor(
      async () => {
        const { stdout } = await place.run(['session', 'list', '--json']);
        const open = JSON.parse(stdout.split('\n')[0] ?? '');
        expect(open).toMatchObject({ isWorking: true, approvalPolicy: 'on-request' });
        return open;
      },
      { timeout: 60_000, interval: 200 },
    );
    const prefix: string = head.sessionId.slice(0, 18);
    const wall = await place.run(['session', 'set', prefix, 'sandbox_mode', 'read-only']);
    expect(wall.status).toBe(2);
    expect(wall.stderr).toContain('sandbox_mode cannot change in an open session');
    const set = await place.run(['session', 'set', prefix, 'approval_policy', 'untrusted']);
    expect(set).toMatchObject({ status: 0 });
    expect(set.stdout).toContain(`${head.sessionId}: approval_policy = untrusted, from its next step on`);
    expect((await place.run(['session', 'list'])).stdout).toMatch(/workspace-write +untrusted/);
    expect((await place.run(['session', 'set', 'ffff', 'approval_policy', 'never'])).stderr).toContain(
      'no session ffff is open',
    );
    appendFileSync(fifo, '');
    const ended = await running;
    expect(ended.stderr).toContain('nobody can answer the question here');
    expect(existsSync(join(place.folder, 'one'))).toBe(false);
    expect((await place.run(['session', 'list'])).stderr).toContain('No session is open.');
  });
});
