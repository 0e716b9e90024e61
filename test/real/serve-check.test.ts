import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type CliPlace, createCliPlace } from '../support/terminal.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let place: CliPlace;
beforeEach(() => {
  place = createCliPlace();
});
afterEach(() => place.close());

describe('check', () => {
  it.each([
    [['--', 'git', 'status'], 0, 'allow'],
    [['-a', 'untrusted', '--', 'touch', 'x'], 10, 'ask'],
    [['-a', 'never', '--script', 'echo x > /etc/hosts'], 11, 'refuse'],
    [['-a', 'never', 'echo x > /etc/hosts'], 11, 'refuse'],
    [['-a', 'untrusted', '--script', 'git status; touch x'], 10, 'ask'],
  ] as const)('%j gives %i', async (words, status, verdict) => {
    const [plain, json] = await Promise.all([
      place.run(['check', ...words]),
      place.run(['check', '--json', ...words]),
    ]);
    expect([plain.status, json.status]).toEqual([status, status]);
    expect(plain.stdout).toContain(`=> ${verdict}\n`);
    expect(JSON.parse(json.stdout)).toMatchObject({ verdict });
    expect(json.stdout.trim().split('\n')).toHaveLength(1);
  });

  it('one word with spaces is a script, and behind -- the name of a program', async () => {
    const texts = async (words: readonly string[]): Promise<string[]> => {
      const { stdout } = await place.run(['check', '--json', ...words]);
      return JSON.parse(stdout).steps.map((step: { text: string }) => step.text);
    };
    expect(await texts(['git status && rm -rf dist'])).toEqual(['git status', 'rm -rf dist']);
    expect(await texts(['--', 'rm -rf dist'])).toEqual(["'rm -rf dist'"]);
    expect(await texts(['ls'])).toEqual(['ls']);
  });

  it('--batch answers every line with its id, in order, also those that are wrong', async () => {
    const input = [
      '{"id":1,"script":"git status"}',
      '{"id":"two","script":"touch x","cwd":"/tmp"}',
      'nonsense',
      '{"id":4}',
      '{"id":5,"script":"true","cwd":"/nowhere"}',
      '{"id":6,"script":"rm -rf $X"}',
    ].join('\n');
    const result = await place.run(['check', '-a', 'untrusted', '--batch'], { input });
    const rows: { id: unknown; verdict?: string; error?: object }[] = result.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows.map((row) => [row.id, row.verdict ?? (row.error === undefined ? '' : 'error')])).toEqual([
      [1, 'allow'],
      ['two', 'ask'],
      [null, 'error'],
      [4, 'error'],
      [5, 'error'],
      [6, 'ask'],
    ]);
    expect(result.status).toBe(1);
  });
});

describe('config', () => {
  it('get, explain and path tell values and where they come from', async () => {
    const get = await place.run(['config', 'get', 'sandbox_mode', '-s', 'read-only']);
    expect(get.stdout).toBe('read-only\n');
    const explained = await place.run(['config', 'explain', 'sandbox_mode', '-c', 'sandbox_mode=read-only']);
    expect(explained.stdout).toContain('sandbox_mode = read-only');
    expect(explained.stdout).toContain('overrides: workspace-write from defaults');
    const untouched = await place.run(['config', 'explain', 'approval_policy']);
    expect(untouched.stdout).toContain('from: defaults\n');
    expect((await place.run(['config', 'path'])).stdout).toBe(
      `home: ${place.home}\nuser: ${place.home}/config.toml\nmanaged: /etc/sallyport/requirements.toml\nhistory: ${place.home}/history.sqlite\n` +
        `runtime: ${place.home}/run\nsocket: ${place.home}/run/control.sock\n`,
    );
    expect((await place.run(['config', 'get', 'sandbox_mod'])).status).toBe(2);
  });
});
