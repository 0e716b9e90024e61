import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isHarmless } from '../../../src/engine/sandbox/harmless-settings.ts';
import { OddConfig, readGitConfig } from '../../../src/engine/sandbox/read-git-config.ts';

const base = mkdtempSync(join(tmpdir(), 'sallyport-git-config-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

/** Names with values, or null where it is no configuration. A key alone has no value. */
function ours(text: string): string[] | null {
  try {
    return [...readGitConfig(Buffer.from(text).toString('latin1'))].map(({ section, part, key, value }) => {
      const name = [section, ...(part === null ? [] : [part]), key].join('.');
      return Buffer.from(value === null ? name : `${name}=${value}`, 'latin1').toString('utf8');
    });
  } catch (cause) {
    if (cause instanceof OddConfig) return null;
    throw cause;
  }
}

/** The same by git. */
function gits(text: string): string[] | null {
  const file = join(base, 'config');
  writeFileSync(file, text);
  const { status, stdout } = spawnSync('git', ['config', '--file', file, '--list', '--null'], {
    encoding: 'utf8',
  });
  if (status !== 0) return null;
  const rows = stdout.split('\0').slice(0, -1);
  return rows.map((row) => row.replace('\n', '='));
}

const CASES = [
  '[core]\n\tbare = false\n\tfsmonitor = "x y"\n',
  '[a][core] fsmonitor=x',
  '[core] bare = false [x]\n[user]name=a',
  '# hm \\\n[core]\nfsmonitor = x\n',
  '; hm \\\\\n[core]\nfsmonitor = x\n',
  '[core]\nbare = false; \\\n# x\nfsmonitor = y\n',
  '[core]\nx = "a\\\\"\\\\\nfsmonitor = y\n',
  '[core]\nx = a\\\\\nfsmonitor = y\n',
  '[core]\nx = a\\\\\\\nfsmonitor = y\n',
  '[core]\nx = a\\\nfsmonitor = y\n',
  '[core]\nx = "a # b" c ; d\n',
  '[core]\nx = a   b  \ny = "  a "  \n',
  '[core]\nx = "a\\\n  b"\n',
  '[core]\nx = "a\nb"\n',
  '[core]\nx = \\q\n',
  '[core]\nx = \\"\\t\\n\\b\\\\\n',
  '[core]\nx\ny\n',
  '[core]\nx y\n',
  '[core]\r\nx = a\r\ny = b\\\r\nc\r\n',
  '[core]\nx = a\rb\n',
  '[CoRe "Sub.Sec"]\nKEY = v\n',
  '[core.Sub]\nkey = v\n',
  '[core "a\\"b\\\\c\\d"]\nkey = v\n',
  '[core "a\nb"]\nkey = v\n',
  '[core \t "a"]\nkey = v\n',
  '[core "a" ]\nkey = v\n',
  '[core\t]\nfsmonitor = v\n',
  '[core.]\nx = v\n',
  '\v[core]\nx = v\n',
  '[core]\n\vx = v\n',
  '\u{feff}[core]\nx = v\n',
  '[core]\n1x = v\n',
  '[core]\nx_y = v\n',
  '[core]\nx-1 = ä\n',
  '[core',
  '[core]\nx = "',
  '',
];

describe('readGitConfig', () => {
  it.each(CASES)('reads %j as git does', (text) => {
    expect(ours(text)).toEqual(gits(text));
  });

  it('reads what chance has put together as git does', () => {
    const pieces = [
      '[core]',
      '[a "b"]',
      '[',
      ']',
      '"',
      '\\',
      '\n',
      '\r\n',
      ' ',
      '\t',
      '=',
      '#',
      ';',
      'x',
      'key',
      '\\\\',
      '\\\n',
    ];
    let seed = 7;
    const next = (most: number): number => {
      seed = (seed * 48271) % 2147483647;
      return seed % most;
    };
    let understood = 0;
    for (let round = 0; round < 300; round++) {
      const text = `[core]\n${Array.from({ length: 3 + next(9) }, () => pieces[next(pieces.length)]).join('')}\n`;
      const git = gits(text);
      if (git !== null) understood += 1;
      expect([text, ours(text)]).toEqual([text, git]);
    }
    expect(understood).toBeGreaterThan(20);
  });

  it('bounds names and values, and takes no zeros', () => {
    expect(ours(`[diff "${'a'.repeat(250)}"]\nx`)).toHaveLength(1);
    expect(ours(`[diff "${'a'.repeat(257)}"]\nx`)).toBeNull();
    expect(ours(`[core]\n${'a'.repeat(257)}`)).toBeNull();
    expect(ours(`[${'a'.repeat(257)}]`)).toBeNull();
    expect(ours(`[core]\nx = ${'a'.repeat(10_000)}`)).toBeNull();
    expect(ours('[core]\nx = a\0b')).toBeNull();
    expect(ours('x = before any section')).toBeNull();
  });
});

describe('isHarmless', () => {
  const judge = (text: string): boolean[] =>
    [...readGitConfig(text)].map((setting) => isHarmless(setting, { git: '/ws/one/.git', top: '/ws/one' }));

  it.each([
    '[core]\nrepositoryformatversion = 0\nfilemode = true\nbare = false\nlogallrefupdates = true',
    '[remote "origin"]\nurl = https://example.org/x.git\nfetch = +refs/heads/*:refs/remotes/origin/*',
    '[remote "origin"]\nurl = git@example.org:a/b.git\npushurl = ../two\nurl = /c/d\nurl = file:///x',
    '[branch "a.b"]\nremote = origin\nmerge = refs/heads/a.b\nrebase = true\nvscode-merge-base = origin/main',
    '[submodule "sub"]\nactive = true\nurl = /x/two\nupdate = rebase',
    '[extensions]\nworktreeConfig = true\nobjectFormat = sha256',
    '[color "diff"]\nmeta = yellow\n[color]\nui = auto\n[user]\nemail = a@b.c',
    '[core]\nworktree = ../../one/sub',
  ])('takes %j for harmless', (text) => {
    expect(judge(text)).not.toContain(false);
  });

  it.each([
    ...[
      'core.fsmonitor',
      'core.sshcommand',
      'core.hookspath',
      'core.editor',
      'core.attributesfile',
      'core.pager',
    ],
    ...[
      'include.path',
      'includeIf.x.path',
      'filter.x.clean',
      'alias.st',
      'tar.tgz.command',
      'hook.x.command',
    ],
    ...[
      'diff.external',
      'diff.x.textconv',
      'merge.x.driver',
      'credential.helper',
      'url.x.insteadOf',
      'gpg.program',
    ],
    ...[
      'init.templateDir',
      'gc.recentObjectsHook',
      'remote.x.uploadpack',
      'remote.x.vcs',
      'extensions.partialClone',
    ],
    ...['push.gpgSign', 'pull.twohead', 'branch.x.mergeOptions', 'constructor.name', 'newer.git.invents'],
  ])('takes %s for none', (name) => {
    const [section, ...rest] = name.split('.');
    const key = rest.pop();
    expect(judge(`[${section}${rest.length > 0 ? ` "${rest.join('.')}"` : ''}]\n${key} = x`)).toEqual([
      false,
    ]);
  });

  it.each([
    '[remote "x"]\nurl = ext::sh -c x',
    '[remote "x"]\nurl = ext://x',
    '[remote "x"]\npushurl = fd::7',
    '[remote "x"]\nurl = -oProxyCommand=x',
    '[remote "x"]\nurl',
    '[branch "x"]\nremote = ext::x',
    '[remote]\npushDefault = ext::x',
    '[submodule "x"]\nurl = ext::x',
    '[submodule "x"]\nupdate = !touch x',
    '[core]\nworktree = ../../elsewhere',
  ])('looks at the value of %j', (text) => {
    expect(judge(text)).toEqual([false]);
  });
});
