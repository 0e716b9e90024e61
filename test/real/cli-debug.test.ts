import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type CliPlace, createCliPlace } from '../support/terminal.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let place: CliPlace;
beforeEach(() => {
  place = createCliPlace();
  mkdirSync(place.home, { recursive: true });
});
afterEach(() => place.close());

function writeConfig(lines: readonly string[]): string {
  const file = join(place.home, 'config.toml');
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

describe('debug', () => {
  it('says where each thing comes from, what a session would decide, and runs the command behind that wall', async () => {
    const other = join(place.folder, '../other');
    mkdirSync(other);
    const file = writeConfig([
      'approval_policy = "untrusted"',
      'protected_paths = ["kept.d"]',
      '[sandbox_workspace_write]',
      `writable_roots = ["${other}"]`,
      '[permission_profile.network]',
      'allow = ["a.example"]',
      'deny = ["b.example"]',
    ]);
    const done = await place.run([
      'debug',
      '--',
      'sh',
      '-c',
      'echo out; touch made; touch /etc/never 2>&1 || echo walled',
    ]);
    expect(done.stdout).toMatch(/^out\n[\s\S]*walled\n$/);
    const lines = done.stderr.split('\n').map((line) => line.replace(/^sallyport: /, ''));
    expect(lines).toContain('mode: workspace-write (defaults)');
    expect(lines).toContain(`policy: untrusted (${file}:1:19)`);
    expect(lines).toContain(`write: ${place.folder} (the workspace)`);
    expect(lines).toContain(`write: ${other} (${file}:4:19)`);
    expect(lines).toContain(`read-only: ${place.folder}/kept.d (${file}:2:20)`);
    expect(lines).toContain(`host allowed: a.example (${file}:6:10)`);
    expect(lines).toContain(`host denied: b.example (${file}:7:9)`);
    expect(lines).toContain('rules: none');
    expect(lines).toContain(`hidden: ${place.home} (configuration and history of Sallyport)`);
    expect(lines.filter((line) => line.startsWith('verdict of a session: '))).not.toEqual([]);
    expect(lines.some((line) => line.includes(`approval_policy is untrusted (${file}:1)`))).toBe(true);
    expect(lines.some((line) => line.startsWith('  would run with approval_policy = "on-request"'))).toBe(
      true,
    );
  });

  it('has the configuration of a session: flags, one value, the variables', async () => {
    writeConfig(['[shell_environment_policy]', 'set = { GREETING = "hello" }']);
    const done = await place.run([
      'debug',
      '-s',
      'read-only',
      '-c',
      'ask_on_risk=off',
      'sh',
      '-c',
      'echo $GREETING; touch x || echo walled',
    ]);
    expect(done.stdout).toBe('hello\nwalled\n');
    expect(done.stderr).toMatch(/^sallyport: mode: read-only \((?:-s|--sandbox)\b/m);
    expect(done.stderr).toContain('asked about from this risk on: off (-c ask_on_risk=off)');
    expect(done.stderr).toContain('write: nowhere');
    expect(done.stderr).toContain('set: $GREETING');
  });

  it('gives the status of the command, and says what is wrong with its words', async () => {
    expect(
      (await place.run(['debug', '--deny-read', '/etc/hostname', '--', 'cat', '/etc/hostname'])).status,
    ).toBe(1);
    for (const command of ['debug', 'sandbox']) {
      const missing = await place.run([
        command,
        '--deny-read',
        '/etc/*.sh',
        '--deny-read',
        '/etc',
        '--',
        'true',
      ]);
      expect(missing.stderr).toContain(
        'warning: --deny-read "/etc/*.sh": there is no such path, so nothing is closed for it (patterns',
      );
      expect(missing.stderr).not.toContain('--deny-read "/etc":');
    }
    expect((await place.run(['debug', '--', 'sh', '-c', 'exit 7'])).status).toBe(7);
    const open = await place.run(['debug', '--publish', '80', '--', 'true']);
    expect([open.status, open.stderr]).toEqual([2, expect.stringContaining('--publish opens something')]);
    expect((await place.run(['debug'])).status).toBe(2);
    writeConfig(['sandbox_mod = "read-only"']);
    expect((await place.run(['debug', '--', 'true'])).status).toBe(2);
  });
});

describe('check', () => {
  it('explains each step, as text and as JSON', async () => {
    const file = writeConfig(['approval_policy = "never"']);
    const [plain, json] = await Promise.all([
      place.run(['check', 'touch /etc/x']),
      place.run(['check', '--json', 'touch /etc/x']),
    ]);
    expect([plain.status, json.status]).toEqual([11, 11]);
    expect(plain.stdout).toContain(`It may write in ${place.folder}`);
    expect(plain.stdout).toContain(`because: approval_policy is never (${file}:1)`);
    expect(plain.stdout).toContain('would be asked about with approval_policy = "on-request"');
    const [step] = JSON.parse(json.stdout).steps;
    expect(step.explanation.alternatives).toContainEqual({
      change: 'with approval_policy = "on-request"',
      verdict: 'ask',
    });
    expect(step.explanation.causes).toContainEqual(
      expect.objectContaining({
        key: 'approval_policy',
        origin: expect.objectContaining({ layer: 'user', file, line: 1 }),
      }),
    );
  });
});
