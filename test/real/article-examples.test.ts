/** Every example of configuration and of a command line that users of the framework know, with our command's name. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ArticlePlace, allow, createArticlePlace } from '../support/article-place.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 90_000 });

let place: ArticlePlace;
beforeEach(async () => {
  place = await createArticlePlace();
});
afterEach(() => place.close());

const MODES = ['read-only', 'workspace-write', 'danger-full-access'];
const POLICIES = ['untrusted', 'on-request', 'never'];

async function get(key: string, flags: readonly string[] = []): Promise<string> {
  const { stdout, stderr } = await place.run(['config', 'get', key, ...flags]);
  return stdout === '' ? stderr : stdout.trimEnd();
}

/** Mode and policy, or other keys. */
async function both(flags: readonly string[]): Promise<readonly string[]> {
  return [await get('sandbox_mode', flags), await get('approval_policy', flags)];
}

describe.skipIf(process.platform !== 'linux')('the two-axis security model (Linux)', () => {
  it('combines any sandbox mode with any approval policy', async () => {
    const script = `cat made; touch made; touch ${place.outside}/made`;
    const found: string[] = [];
    for (const mode of MODES) {
      for (const policy of POLICIES) {
        const verdicts = await place.verdicts(['-s', mode, '-a', policy], script);
        found.push(`${mode} + ${policy}: ${verdicts.join(' ')}`);
      }
    }
    expect(found).toEqual([
      'read-only + untrusted: allow ask ask',
      'read-only + on-request: allow ask ask',
      'read-only + never: allow refuse refuse',
      'workspace-write + untrusted: allow ask ask',
      'workspace-write + on-request: allow allow ask',
      'workspace-write + never: allow allow refuse',
      'danger-full-access + untrusted: allow ask ask',
      'danger-full-access + on-request: allow allow allow',
      'danger-full-access + never: allow allow allow',
    ]);
  });

  it('sandbox modes: what each may write and whether it has the network', async () => {
    const script = [
      'head -c 1 /etc/passwd >/dev/null && echo reads',
      '(echo a > here) 2>/dev/null && echo workspace',
      '(echo a > /tmp/there) 2>/dev/null && echo /tmp',
      '(echo a > "$OUTSIDE/there") 2>/dev/null && echo outside',
      '(exec 3<>"/dev/tcp/127.0.0.1/$SERVER_PORT") 2>/dev/null && echo network',
      'true',
    ].join('\n');
    const told = async (mode: string): Promise<string[]> => {
      const { stdout } = await place.run(['sandbox', '-s', mode, '--', '/bin/bash', '-c', script]);
      return stdout.trim().split('\n');
    };
    // the /tmp of read-only is a private, empty one that vanishes
    expect(await told('read-only')).toEqual(['reads', '/tmp']);
    expect(await told('workspace-write')).toEqual(['reads', 'workspace', '/tmp']);
    const everything = script.replace('/tmp/there', `${place.outside}/tmp-there`);
    const { stdout } = await place.run([
      ...['sandbox', '-s', 'danger-full-access', '--'],
      ...['/bin/bash', '-c', everything],
    ]);
    expect(stdout.trim().split('\n')).toEqual(['reads', 'workspace', '/tmp', 'outside', 'network']);
  });

  it('protected paths remain read-only even in workspace-write', async () => {
    execFileSync('git', ['init', '-q', place.folder]);
    const script =
      'for p in .git/config .agents/a .codex/a .sallyport/a; do ' +
      '{ mkdir -p "$(dirname $p)" && echo a >> $p; } 2>/dev/null && echo wrote $p; done; echo end';
    const done = await place.run(['sandbox', '-s', 'workspace-write', '--', '/bin/bash', '-c', script]);
    expect(done.stdout).toBe('end\n');
  });

  it('approval policies: on-failure is deprecated; on-request or never are named', async () => {
    const file = place.configure('approval_policy = "on-failure"\n');
    const done = await place.run(['config', 'get', 'approval_policy']);
    expect(done).toMatchObject({ status: 0, stdout: 'on-request\n' });
    expect(done.stderr).toContain(`${file}:1:19`);
    expect(done.stderr).toMatch(/on-request.*never/s);
  });

  it('approval policies: never means no prompts whatsoever', async () => {
    const running = place.run(['exec', '-a', 'never', `touch made; touch ${place.outside}/made; echo $?`]);
    const done = await running;
    expect(done.stdout).toBe('126\n');
    expect((await place.lastEvents()).filter(({ type }) => type === 'approval/asked')).toEqual([]);
    expect(existsSync(join(place.folder, 'made'))).toBe(true);
  });
});

const CONFIG = `# ~/.sallyport/config.toml
sandbox_mode = "workspace-write"
approval_policy = "on-request"
[sandbox_workspace_write]
network_access = false
exclude_tmpdir_env_var = false
exclude_slash_tmp = false
writable_roots = ["/Users/dvaughan/.pyenv/shims"]
`;

describe.skipIf(process.platform !== 'linux')('configuration: config.toml and flags (Linux)', () => {
  it('config.toml: a root that is not there is a warning with its place, and skipped', async () => {
    const file = place.configure(CONFIG);
    const done = await place.run(['exec', '--no-input', 'touch made; ls; ls /tmp']);
    expect(done).toMatchObject({ status: 0, stdout: 'made\n' });
    expect(done.stderr).toContain(`${file}:8:19`);
    expect(done.stderr).toContain('/Users/dvaughan/.pyenv/shims');
    expect(await place.lastSnapshot()).toMatchObject({
      sandboxMode: 'workspace-write',
      approvalPolicy: 'on-request',
    });
  });

  it('config.toml: a root that is there may be written', async () => {
    place.configure(CONFIG.replace('/Users/dvaughan/.pyenv/shims', place.outside));
    const done = await place.run(['exec', '--no-input', `touch ${place.outside}/made`]);
    expect(done).toMatchObject({ status: 0 });
    expect(existsSync(join(place.outside, 'made'))).toBe(true);
  });

  it.each([
    ['explicit flags', ['--sandbox', 'workspace-write', '--ask-for-approval', 'on-request']],
    ['shorthand', ['-s', 'workspace-write', '-a', 'on-request']],
  ])('%s: "refactor the auth module"', async (_name, flags) => {
    const done = await place.run([...flags, '--no-input', 'refactor the auth module']);
    expect(done.stdout.split('\n').slice(0, 4)).toEqual([
      'prompt <refactor the auth module>',
      'inside yes',
      'outside no',
      'network no',
    ]);
    expect(done.status).toBe(0);
    expect(await place.lastSnapshot()).toMatchObject({
      sandboxMode: 'workspace-write',
      approvalPolicy: 'on-request',
    });
  });

  it('inline config overrides: -c sandbox_workspace_write.network_access=true "fetch latest deps"', async () => {
    const override = 'sandbox_workspace_write.network_access=true';
    const done = await place.run(['-c', override, '--no-input', 'fetch latest deps']);
    expect(done.stdout).toBe('prompt <fetch latest deps>\ninside yes\noutside no\nnetwork yes\n');
  });

  it('--full-auto is workspace-write and on-request, and wins over --sandbox, with a warning', async () => {
    place.configure('sandbox_mode = "read-only"\napproval_policy = "never"\n');
    expect(await both(['--full-auto'])).toEqual(['workspace-write', 'on-request']);
    const words = ['config', 'get', 'sandbox_mode', '--full-auto', '--sandbox', 'read-only'];
    const done = await place.run(words);
    expect(done).toMatchObject({ status: 0, stdout: 'workspace-write\n' });
    expect(done.stderr).toMatch(/--full-auto.*--sandbox/);
  });

  it('a prompt without an agent says so, and which there could be', async () => {
    rmSync(join(place.env['PATH']?.split(':')[0] ?? '', 'codex'));
    const done = await place.run(['-s', 'read-only', 'refactor the auth module']);
    expect(done).toMatchObject({ status: 2, stdout: '' });
    expect(done.stderr).toContain('no agent is installed: none of claude, codex, gemini, opencode');
  });

  it('default_agent chooses among several', async () => {
    place.addProgram('opencode', ['printf "opencode <%s>\\n" "$@"']);
    const several = await place.run(['--no-input', 'do it']);
    expect(several.stderr).toContain('more than one agent is installed: codex, opencode');
    place.configure('default_agent = "opencode"\n');
    const done = await place.run(['--no-input', 'do it']);
    expect(done).toMatchObject({ status: 0, stdout: 'opencode <--prompt>\nopencode <do it>\n' });
  });

  it.each([
    ['no prompt', ['-s', 'read-only'], 'there is no prompt'],
    ['two words', ['-a', 'never', 'fix', 'it'], 'between quotes'],
    ['a flag', ['-a', 'never', '--', '--yolo'], 'as a flag'],
    ['a command behind flags', ['-s', 'read-only', 'exec', 'ls'], 'flags stand behind the command'],
    ['an unknown word', ['refactor'], 'sallyport -- refactor'],
  ])('what is no prompt is wrong usage: %s', async (_name, words, said) => {
    const done = await place.run(words);
    expect(done).toMatchObject({ status: 2, stdout: '' });
    expect(done.stderr).toContain(said);
  });
});

const PROFILES = `# ~/.sallyport/config.toml
model = "o4-mini"
approval_policy = "on-request"
profile = "default"
[profiles.strict]
model = "o3"
model_reasoning_effort = "high"
approval_policy = "untrusted"
sandbox_mode = "read-only"
[profiles.auto]
approval_policy = "never"
sandbox_mode = "workspace-write"
[profiles.review]
model = "o3"
approval_policy = "untrusted"
sandbox_mode = "read-only"
`;

describe.skipIf(process.platform !== 'linux')('named profiles (Linux)', () => {
  beforeEach(() => {
    place.configure(PROFILES);
  });

  it.each([
    ['default', [], ['workspace-write', 'on-request'], 'o4-mini'],
    ['strict', ['-p', 'strict'], ['read-only', 'untrusted'], 'o3'],
    ['auto', ['--profile', 'auto'], ['workspace-write', 'never'], 'o4-mini'],
    ['review', ['-c', 'profile=review'], ['read-only', 'untrusted'], 'o3'],
  ] as const)('%s', async (...[, flags, axes, model]) => {
    expect(await both(flags)).toEqual(axes);
    expect(await get('model', flags)).toBe(model);
  });

  it('--profile strict "audit this PR for security issues"', async () => {
    const words = ['--profile', 'strict', 'audit this PR for security issues'];
    const running = place.run(['--wait', ...words]);
    const agent = await place.nextQuestion();
    expect(agent.text).toContain('audit this PR');
    await place.run(['approvals', ...allow()(agent)]);
    const write = await place.nextQuestion([agent]);
    expect(write.text).toContain('made.txt');
    await place.run(['approvals', 'reject', write.approvalId]);
    const outside = await place.nextQuestion([agent, write]);
    await place.run(['approvals', 'reject', outside.approvalId]);
    const done = await running;
    expect(done.stdout).toContain('prompt <audit this PR for security issues>\ninside no\noutside no\n');
    expect(await place.lastSnapshot()).toMatchObject({
      ...{ sandboxMode: 'read-only', approvalPolicy: 'untrusted' },
    });
  });

  it('-p auto "fix all lint warnings"', async () => {
    const done = await place.run(['-p', 'auto', 'fix all lint warnings']);
    expect(done.stdout).toContain('prompt <fix all lint warnings>\ninside yes\noutside no\n');
    expect((await place.lastEvents()).filter(({ type }) => type === 'approval/asked')).toEqual([]);
  });

  it('precedence: flags, profile, project, user, defaults', async () => {
    mkdirSync(join(place.folder, '.sallyport'));
    writeFileSync(join(place.folder, '.sallyport/config.toml'), 'sandbox_mode = "read-only"\n');
    await place.run(['config', 'trust', place.folder]);
    await place.run(['config', 'set', 'sandbox_mode', 'workspace-write']);
    const words = ['config', 'explain', 'sandbox_mode', '--json', '-p', 'auto', '-s', 'danger-full-access'];
    const { stdout } = await place.run(words);
    const told = JSON.parse(stdout) as { origin: { layer: string }; overridden: (typeof told)[] };
    expect([told, ...told.overridden].map(({ origin }) => origin.layer)).toEqual([
      ...['flag', 'profile', 'project', 'user', 'defaults'],
    ]);
  });
});
