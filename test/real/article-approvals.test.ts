/** Every example and statement about questions, requests, permission profiles, reviewers and combinations. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ArticlePlace, allow, createArticlePlace, reject } from '../support/article-place.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 90_000 });

let place: ArticlePlace;
beforeEach(async () => {
  place = await createArticlePlace();
});
afterEach(() => place.close());

/** The file of a scripted agent with these turns. */
function writeTurns(...turns: readonly object[]): string {
  const file = join(place.user, 'turns.jsonl');
  writeFileSync(file, turns.map((turn) => `${JSON.stringify(turn)}\n`).join(''));
  return file;
}

const play = (file: string): string[] => ['run', '--driver', 'script', '--', file];

async function axes(flags: readonly string[]): Promise<readonly string[]> {
  const keys = ['sandbox_mode', 'approval_policy', 'approvals_reviewer'];
  const found: string[] = [];
  for (const key of keys) found.push((await place.run(['config', 'get', key, ...flags])).stdout.trimEnd());
  return found;
}

describe.skipIf(process.platform !== 'linux')('distinct approval ids (Linux)', () => {
  it('npm install, npm run build and rm -rf dist/ are three questions, and the third is rejected with feedback', async () => {
    place.addProgram('npm', ['echo "npm $*"']);
    mkdirSync(join(place.folder, 'dist'));
    const script = 'npm install && npm run build && rm -rf dist/';
    const done = await place.runAnswered(
      ['exec', '-a', 'untrusted', script],
      [allow(), allow(), reject('dist is shipped')],
    );
    expect(done.questions.map(({ text }) => text)).toEqual(['npm install', 'npm run build', 'rm -rf dist/']);
    const ids = done.questions.map(({ approvalId }) => approvalId);
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) expect(id).toMatch(/^cmd-[0-9a-hjkmnp-tv-z]{8}$/);
    expect(done).toMatchObject({ status: 126, stdout: 'npm install\nnpm run build\n' });
    expect(done.stderr).toContain(`sallyport: rejected ${ids[2]}: dist is shipped`);
    expect(existsSync(join(place.folder, 'dist'))).toBe(true);
    // one after another: each is asked when the one before has run
    const order = (await place.lastEvents())
      .map(({ type }) => type)
      .filter((type) => type === 'approval/asked' || type === 'approval/answered');
    expect(order).toEqual(Array(3).fill(['approval/asked', 'approval/answered']).flat());
  });

  it('a program whose first line looks for its interpreter by env is one question, and an allow for it is enough', async () => {
    const npm = [
      'import subprocess, sys',
      'print("npm", *sys.argv[1:])',
      'subprocess.call(["touch", "made"])',
    ];
    place.addProgram('npm', npm, '#!/usr/bin/env /usr/bin/python3');
    const words = ['exec', '-a', 'untrusted', 'npm run build'];
    const asked = await place.runAnswered(words, [allow()]);
    expect(asked.questions.map(({ text }) => text)).toEqual(['npm run build']);
    expect(asked).toMatchObject({ status: 0, stdout: 'npm run build\n' });
    expect(existsSync(join(place.folder, 'made'))).toBe(true);
    const rule = ['rules', 'add', '--decision', 'allow', '--', 'npm', 'run', 'build'];
    expect(await place.run(rule)).toMatchObject({ status: 0 });
    const ruled = await place.run(['exec', '-a', 'untrusted', '--no-input', 'npm run build']);
    expect(ruled).toMatchObject({ status: 0, stdout: 'npm run build\n' });
  });

  it('approving npm install does not approve the rm -rf node_modules that follows', async () => {
    place.addProgram('npm', ['echo "npm $*"']);
    mkdirSync(join(place.folder, 'node_modules'));
    const words = ['exec', '-a', 'untrusted', 'npm install && rm -rf node_modules'];
    const done = await place.runAnswered(words, [allow(), reject('keep them')]);
    expect(done.questions[1]?.text).toBe('rm -rf node_modules');
    expect(done.status).toBe(126);
    expect(existsSync(join(place.folder, 'node_modules'))).toBe(true);
  });
});

describe.skipIf(process.platform !== 'linux')('flexible approval controls (Linux)', () => {
  it('extra sandbox permissions: one folder outside for one command, and no other mode', async () => {
    const other = join(place.user, 'other');
    mkdirSync(other);
    const write = (folder: string): string => `echo made > ${folder}/made`;
    const file = writeTurns(
      {
        shell: `${write(place.outside)}; ${write(other)} 2>/dev/null || echo walled`,
        additional_permissions: { file_system: { write: [place.outside] } },
        reason: 'the cache',
      },
      { expect: { outcome: 'ran', output: 'walled' } },
    );
    const done = await place.runAnswered(play(file), [allow(), reject('not there')]);
    expect(done.status).toBe(0);
    expect(done.questions[0]?.approvalId).toMatch(/^perm-/);
    expect(existsSync(join(place.outside, 'made'))).toBe(true);
    expect(existsSync(join(other, 'made'))).toBe(false);
    expect(await place.lastSnapshot()).toMatchObject({ sandboxMode: 'workspace-write' });
  });

  it('rejection with feedback: the agent receives the reason of that one call', async () => {
    const file = writeTurns(
      { request_permissions: { file_system: { write: [place.outside] } }, reason: 'to write there' },
      { expect: { outcome: 'rejected', feedback: 'write into the workspace' } },
      { shell: 'touch instead' },
      { expect: { outcome: 'ran', exitCode: 0 } },
    );
    const done = await place.runAnswered(play(file), [reject('write into the workspace')]);
    expect(done).toMatchObject({ status: 0 });
    expect(existsSync(join(place.folder, 'instead'))).toBe(true);
  });
});

const GRANULAR = `approval_policy = { granular = {
  sandbox_approval = true,
  rules = true,
  mcp_elicitations = true,
  request_permissions = false,
  skill_approval = false
} }
`;

describe.skipIf(process.platform !== 'linux')('granular approval policies (Linux)', () => {
  beforeEach(() => {
    mkdirSync(join(place.home, 'rules'));
    writeFileSync(
      join(place.home, 'rules/own.rules'),
      'prefix_rule(pattern=["touch", "ruled"], decision="prompt")\n',
    );
    mkdirSync(join(place.user, 'skills'));
    writeFileSync(join(place.user, 'skills/tool'), '#!/bin/sh\n', { mode: 0o755 });
  });
  const script = (): string =>
    `touch inside; touch ${place.outside}/a; touch ruled; ${place.user}/skills/tool > ${place.outside}/b`;

  it.each([
    ['as it stands', GRANULAR, ['allow', 'ask', 'ask', 'refuse']],
    [
      'sandbox_approval = false rejects that category without prompting',
      GRANULAR.replace('sandbox_approval = true', 'sandbox_approval = false'),
      ['allow', 'refuse', 'ask', 'refuse'],
    ],
    [
      'rules = false rejects that category without prompting',
      GRANULAR.replace('rules = true', 'rules = false'),
      ['allow', 'ask', 'refuse', 'refuse'],
    ],
    [
      'skill_approval = true presents the dialogue',
      GRANULAR.replace('skill_approval = false', 'skill_approval = true'),
      ['allow', 'ask', 'ask', 'ask'],
    ],
  ])('%s', async (_name, toml, verdicts) => {
    place.configure(`${toml}skill_folders = ["~/skills"]\n`);
    expect(await place.verdicts([], script())).toEqual(verdicts);
  });

  it('request_permissions = false refuses the request without asking, true asks', async () => {
    const request = { file_system: { write: [place.outside] } };
    place.configure(GRANULAR);
    const refused = writeTurns(
      { request_permissions: request, reason: 'more' },
      { expect: { outcome: 'refused' } },
    );
    expect(await place.run(play(refused))).toMatchObject({ status: 0 });
    expect((await place.lastEvents()).filter(({ type }) => type === 'approval/asked')).toEqual([]);
    place.configure(GRANULAR.replace('request_permissions = false', 'request_permissions = true'));
    const asked = writeTurns(
      { request_permissions: request, reason: 'more' },
      { expect: { outcome: 'ran' } },
    );
    expect(await place.runAnswered(play(asked), [allow()])).toMatchObject({ status: 0 });
  });
});

describe.skipIf(process.platform !== 'linux')('runtime permission requests (Linux)', () => {
  const writing = (): object => ({ shell: `echo report > ${place.outside}/report` });
  const request = (): object => ({
    request_permissions: { file_system: { write: [place.outside] } },
    reason: 'the report belongs there',
  });

  it('approve: the permissions are granted for the session, in its later turns too', async () => {
    const file = writeTurns(
      { turn: 'first' },
      request(),
      { expect: { outcome: 'ran', notGranted: false } },
      { turn: 'second' },
      writing(),
      { expect: { outcome: 'ran', exitCode: 0 } },
    );
    const done = await place.runAnswered(play(file), [allow('--scope', 'session')]);
    expect(done).toMatchObject({ status: 0 });
    expect(done.questions[0]).toMatchObject({ agentReason: 'the report belongs there' });
    expect(readFileSync(join(place.outside, 'report'), 'utf8')).toBe('report\n');
    expect(await place.lastSnapshot()).toMatchObject({ sandboxMode: 'workspace-write' });
  });

  it('reject: the agent receives the feedback and tries another way', async () => {
    const file = writeTurns(
      request(),
      { expect: { outcome: 'rejected', feedback: 'keep it here' } },
      { shell: 'echo report > report' },
      { expect: { outcome: 'ran', exitCode: 0 } },
    );
    expect(await place.runAnswered(play(file), [reject('keep it here')])).toMatchObject({ status: 0 });
    expect(existsSync(join(place.outside, 'report'))).toBe(false);
  });
});

const PERMISSIONS = `[permission_profile.filesystem]
read = ["~/Projects", "/usr/local"]
write = ["~/Projects/my-app"]
[permission_profile.network]
allow = ["api.github.com", "registry.example.org"]
deny = ["*"]
`;

describe.skipIf(process.platform !== 'linux')('permission profiles (Linux)', () => {
  it('write to one folder, read those that are named, two hosts and no other', async () => {
    const app = join(place.user, 'Projects/my-app');
    mkdirSync(app, { recursive: true });
    mkdirSync(join(place.user, 'Projects/lib'));
    writeFileSync(join(place.user, 'Projects/lib/a'), 'readable\n');
    writeFileSync(join(place.user, 'private'), 'private\n');
    place.configure(PERMISSIONS);
    const script = `
      echo made > made && echo writes
      cat ../lib/a
      (cat ../../private) 2>/dev/null || echo 'cannot read'
      (echo a > ../lib/b) 2>/dev/null || echo 'cannot write'
      ls /usr/local >/dev/null && echo platform`;
    const done = await place.run(['exec', '-C', app, '--no-input', script]);
    expect(done.stdout.split('\n')).toEqual([
      ...['writes', 'readable', 'cannot read', 'cannot write', 'platform', ''],
    ]);
    const fetches = ['api.github.com', 'registry.example.org', 'example.com'];
    const verdicts = fetches.map((host) => `curl -s https://${host}/`).join('; ');
    expect(await place.verdicts(['-C', app], verdicts)).toEqual(['allow', 'allow', 'refuse']);
    const shown = await place.run(['profile', 'show', 'permission_profile', '-C', app]);
    expect(shown.stdout).toContain('hosts that are not named are refused');
    const said = await place.run(['debug', '-C', app, '--', 'true']);
    expect(said.stderr).toMatch(/network: hosts on no list are refused \(.*config\.toml:6:9\)/);
  });

  it('--add-dir /tmp/shared-cache "build with shared cache"', async () => {
    const isThere = existsSync('/tmp/shared-cache');
    mkdirSync('/tmp/shared-cache', { recursive: true });
    const file = `/tmp/shared-cache/sallyport-${process.pid}`;
    place.addProgram('codex', [`echo made > ${file} && echo "\${!#}"`]);
    try {
      const words = ['--add-dir', '/tmp/shared-cache', '--no-input', 'build with shared cache'];
      expect(await place.run(words)).toMatchObject({ status: 0, stdout: 'build with shared cache\n' });
      expect(readFileSync(file, 'utf8')).toBe('made\n');
    } finally {
      rmSync(isThere ? file : '/tmp/shared-cache', { recursive: true, force: true });
    }
  });
});

describe('smart approvals', () => {
  it('approvals_reviewer is user unless it is set', async () => {
    expect(await axes([])).toEqual(['workspace-write', 'on-request', 'user']);
    place.configure('approvals_reviewer = "guardian_subagent" # default: "user"\n');
    expect(await axes([])).toEqual(['workspace-write', 'on-request', 'guardian_subagent']);
  });

  it('smart_approvals fills the recommended combination, which can be written out as well', async () => {
    const recommended =
      'approval_policy = "on-request"\napprovals_reviewer = "guardian_subagent"\nsandbox_mode = "workspace-write"\n';
    place.configure(recommended);
    const written = await axes([]);
    place.configure('smart_approvals = true\n');
    expect(await axes([])).toEqual(written);
    expect(written).toEqual(['workspace-write', 'on-request', 'guardian_subagent']);
  });

  it('guardian_approval = true is backfilled, and import writes what it means', async () => {
    place.configure('guardian_approval = true\n');
    expect((await axes([]))[2]).toBe('guardian_subagent');
    place.configure('');
    mkdirSync(join(place.user, '.codex'));
    writeFileSync(join(place.user, '.codex/config.toml'), 'guardian_approval = true\n');
    expect(await place.run(['config', 'import'])).toMatchObject({ status: 0 });
    expect(readFileSync(join(place.home, 'config.toml'), 'utf8')).toBe(
      'approvals_reviewer = "guardian_subagent"\n',
    );
  });
});

describe.skipIf(process.platform !== 'linux')('recommended combinations (Linux)', () => {
  it.each([
    ['daily', ['workspace-write', 'on-request', 'user']],
    ['power-user', ['danger-full-access', 'untrusted', 'user']],
    ['ci', ['workspace-write', 'never', 'user']],
    ['smart', ['workspace-write', 'on-request', 'guardian_subagent']],
    ['paranoid', ['read-only', 'untrusted', 'user']],
  ])('%s', async (preset, expected) => {
    expect(await axes(['--preset', preset])).toEqual(expected);
  });

  it.each(['--dangerously-bypass-approvals-and-sandbox', '--yolo'])('%s disables both axes', async (flag) => {
    const done = await place.run(['exec', flag, `touch ${place.outside}/made`]);
    expect(done).toMatchObject({ status: 0 });
    expect(existsSync(join(place.outside, 'made'))).toBe(true);
    expect((await place.lastEvents()).filter(({ type }) => type === 'approval/asked')).toEqual([]);
  });
});

describe.skipIf(process.platform !== 'linux')('testing sandbox enforcement (Linux)', () => {
  it('sandbox macos --full-auto -- ls /etc/passwd: another system ends with 3', async () => {
    const done = await place.run(['sandbox', 'macos', '--full-auto', '--', 'ls', '/etc/passwd']);
    expect(done).toMatchObject({ status: 3, stdout: '' });
  });

  it('sandbox linux --full-auto -- cat /etc/shadow fails, for root too', async () => {
    const shadow = await place.run(['sandbox', 'linux', '--full-auto', '--', 'cat', '/etc/shadow']);
    expect(shadow.status).toBe(1);
    expect(shadow.stdout).toBe('');
    const passwd = await place.run(['sandbox', 'linux', '--full-auto', '--', 'cat', '/etc/passwd']);
    expect(passwd).toMatchObject({ status: 0, stdout: readFileSync('/etc/passwd', 'utf8') });
  });

  it('debug -- whoami says what is enforced, and runs it', async () => {
    const done = await place.run(['debug', '--', 'whoami']);
    expect(done).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\S+\n$/) });
    expect(done.stderr).toContain('workspace-write');
    expect(done.stderr).toContain('on-request');
  });
});
