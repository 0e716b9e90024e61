import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyPreset } from '../../../src/engine/agents/apply-preset.ts';
import { choosePreset, listPresets } from '../../../src/engine/agents/index.ts';
import { readPreset } from '../../../src/engine/agents/read-preset.ts';
import { readToml } from '../../../src/engine/config/index.ts';

const PRESETS = listPresets(readToml);
const PLAIN = 'name = "A"\nprograms = ["a"]\n';

let home: string;
beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-agents-')));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function write(path: string, text = ''): string {
  const file = join(home, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

function apply(id: string, env: Record<string, string> = {}) {
  const preset = PRESETS.find((one) => one.id === id);
  if (preset === undefined) throw new Error(`no preset ${id}`);
  return applyPreset(preset, { workspace: '/w"\\x', home, env, parse: readToml });
}

describe('the presets of the product', () => {
  it('are these, and each switches the asking of its agent on', () => {
    const asking = ['arguments', 'set'] as const;
    expect(
      PRESETS.map((preset) => [preset.id, preset.programs[0], ...asking.map((key) => preset[key])]),
    ).toEqual([
      ['claude-code', 'claude', expect.arrayContaining(['--permission-mode', 'manual']), expect.anything()],
      ['codex', 'codex', expect.arrayContaining(['sandbox_mode="danger-full-access"']), {}],
      ['gemini', 'gemini', ['--approval-mode', 'default'], { GEMINI_SANDBOX: 'false' }],
      ['opencode', 'opencode', [], expect.objectContaining({ OPENCODE_CONFIG_CONTENT: expect.any(String) })],
    ]);
  });

  it('hold arguments and settings that their agents can read', () => {
    const codex = PRESETS.find(({ id }) => id === 'codex');
    const values = codex?.arguments.filter((word) => word !== '-c').map((word) => readToml(word).values);
    expect(values).toEqual([
      { sandbox_mode: 'danger-full-access' },
      { approval_policy: 'on-request' },
      { features: { daemon_auto_start: false } },
      { check_for_update_on_startup: false },
      { analytics: { enabled: false } },
      { features: { plugins: false } },
      { projects: { [`$${'{workspace}'}`]: { trust_level: 'trusted' } } },
    ]);
    const claude = PRESETS.find(({ id }) => id === 'claude-code');
    expect(JSON.parse(claude?.arguments.at(-1) ?? '')).toEqual({
      sandbox: { enabled: false },
      disableDeepLinkRegistration: 'disable',
    });
    const opencode = PRESETS.find(({ id }) => id === 'opencode');
    expect(JSON.parse(opencode?.set['OPENCODE_CONFIG_CONTENT'] ?? '')).toEqual({
      permission: { bash: 'ask', edit: 'ask' },
    });
  });

  it.each([
    ['codex', undefined, 'codex'],
    ['/usr/local/bin/claude', undefined, 'claude-code'],
    ['bash', undefined, undefined],
    ['codex-like', undefined, undefined],
    ['codex', 'none', undefined],
    ['my-wrapper', 'codex', 'codex'],
  ])('for %s with %s: %s', (program, chosen, id) => {
    expect(choosePreset(PRESETS, program, chosen)?.id).toBe(id);
  });

  it('are named where another one is asked for', () => {
    expect(() => choosePreset(PRESETS, 'codex', 'codx')).toThrow('there is no preset "codx"');
  });
});

describe('a preset on this machine', () => {
  it('opens the folders and credentials of its agent and nothing else', () => {
    const auth = write('.codex/auth.json');
    write('.gemini/oauth_creds.json');
    write('.ssh/id');
    const applied = apply('codex', { OPENAI_API_KEY: 'x', GEMINI_API_KEY: 'y' });
    expect(applied).toMatchObject({
      folders: [join(home, '.codex')],
      opened: [auth],
      pass: ['OPENAI_API_KEY'],
      hosts: ['api.openai.com', 'auth.openai.com', 'chatgpt.com'],
    });
    for (const word of [
      'preset codex',
      '.codex',
      'OPENAI_API_KEY',
      'api.openai.com',
      'sandbox_mode',
      '--agent none',
    ])
      expect(applied.notice).toContain(word);
    expect(applied.notice).not.toContain('\n');
  });

  it('makes a folder that is not there, follows its variable, and real paths', () => {
    expect(apply('gemini').folders).toEqual([join(home, '.gemini')]);
    const other = join(home, 'other');
    expect(apply('codex', { CODEX_HOME: other }).folders).toEqual([other]);
    mkdirSync(join(home, 'real'));
    symlinkSync(join(home, 'real'), join(home, '.claude'));
    const auth = write('real/.credentials.json');
    expect(apply('claude-code')).toMatchObject({ folders: [join(home, 'real')], opened: [auth] });
  });

  it('knows the folders of its skills, there or not, in its own folder where that lies and in the project', () => {
    const other = join(home, 'other');
    expect(apply('codex', { CODEX_HOME: other }).skillFolders).toEqual([
      join(other, 'skills'),
      join(other, 'plugins'),
      join(home, '.agents/skills'),
      '/w"\\x/.codex/skills',
      '/w"\\x/.agents/skills',
    ]);
    for (const { id } of PRESETS) expect(apply(id).skillFolders.length).toBeGreaterThan(3);
  });

  it.each([
    ['home', () => home],
    ['what holds it', () => dirname(home)],
    ['the root', () => '/'],
  ])('does not open %s because a variable names it', (_name, folder) => {
    expect(apply('codex', { CODEX_HOME: folder() }).folders).toEqual([]);
  });

  it.each([
    ['config.toml', 'openai_base_url = "https://proxy.example/v1"', ['proxy.example']],
    ['config.toml', '[model_providers.x]\nbase_url = "http://127.0.0.1:8080/v1"', ['127.0.0.1:8080']],
    ['config.toml', 'openai_base_url = "*"', ['api.openai.com', 'auth.openai.com', 'chatgpt.com']],
    [
      'config.toml',
      'openai_base_url = "file:///etc/passwd"',
      ['api.openai.com', 'auth.openai.com', 'chatgpt.com'],
    ],
    ['config.toml', 'not toml at all', ['api.openai.com', 'auth.openai.com', 'chatgpt.com']],
  ])('takes the host of the provider from its own %s: %s', (file, text, hosts) => {
    write(`.codex/${file}`, text);
    expect(apply('codex').hosts).toEqual(hosts);
  });

  it('takes it from a variable and from JSON', () => {
    expect(apply('gemini', { GOOGLE_GEMINI_BASE_URL: 'http://localhost:99' }).hosts).toEqual([
      'localhost:99',
    ]);
    write(
      '.config/opencode/opencode.json',
      '{"provider":{"p":{"options":{"baseURL":"https://own.example/v1"}}}}',
    );
    expect(apply('opencode').hosts).toEqual(['own.example']);
  });

  it('keeps what the agent obeys later, and what names its provider, from being changed inside', () => {
    const { protectedPaths } = apply('claude-code');
    expect(protectedPaths).toContain(join(home, '.claude/hooks'));
    expect(protectedPaths).toContain(join(home, '.claude/settings.json'));
    // a missing one could be made inside
    expect(readFileSync(join(home, '.claude/settings.json'), 'utf8')).toBe('{}\n');
    expect(apply('codex', { CODEX_HOME: join(home, 'other') }).protectedPaths).toContain(
      join(home, 'other/config.toml'),
    );
    expect(readFileSync(join(home, 'other/config.toml'), 'utf8')).toBe('');
  });

  it('leaves a configuration as it is, and follows no link to make one', () => {
    write('.codex/config.toml', 'model = "x"\n');
    apply('codex');
    expect(readFileSync(join(home, '.codex/config.toml'), 'utf8')).toBe('model = "x"\n');
    mkdirSync(join(home, '.claude'));
    symlinkSync(join(home, 'nowhere'), join(home, '.claude/settings.json'));
    apply('claude-code');
    expect(readdirSync(home)).not.toContain('nowhere');
  });

  it('gives Claude Code a copy of the file that it would write in the home folder, once', () => {
    write('.claude.json', '{"a":1}');
    const applied = apply('claude-code');
    const copy = join(home, '.claude/.claude.json');
    expect(applied).toMatchObject({ set: { CLAUDE_CONFIG_DIR: join(home, '.claude') }, opened: [copy] });
    expect(readFileSync(copy, 'utf8')).toBe('{"a":1}');
    write('.claude.json', '{"a":2}');
    expect(apply('claude-code').opened).toEqual([copy]);
    expect(readFileSync(copy, 'utf8')).toBe('{"a":1}');
  });

  it('copies nothing where the person has named the folder', () => {
    write('.claude.json', '{"a":1}');
    const other = join(home, 'other');
    const applied = apply('claude-code', { CLAUDE_CONFIG_DIR: other });
    expect(applied.set).not.toHaveProperty('CLAUDE_CONFIG_DIR');
    expect(readdirSync(other)).toEqual(['settings.json']);
  });

  it('names the folder of the session in its arguments, whatever it is called', () => {
    expect(readToml(apply('codex').arguments.at(-1) ?? '').values).toEqual({
      projects: { '/w"\\x': { trust_level: 'trusted' } },
    });
  });

  it('sets only what the person has not set', () => {
    expect(apply('gemini').set).toEqual({ GEMINI_SANDBOX: 'false' });
    expect(apply('gemini', { GEMINI_SANDBOX: 'docker' }).set).toEqual({});
  });
});

describe('the file of a preset', () => {
  it.each([
    ['no name', 'programs = ["a"]', 1, 'name is missing'],
    ['no program', 'name = "A"\nprograms = []', 2, 'at least one'],
    ['an unknown key', `${PLAIN}argumnets = []`, 3, 'argumnets is not known here'],
    ['an unknown key in a table', `${PLAIN}[provider]\nhost = []`, 4, 'host is not known here'],
    ['a path outside of home', `${PLAIN}[[state]]\npath = "/etc"`, 4, 'state.0.path'],
    ['a path that leads up', `${PLAIN}[[state]]\npath = "~/../x"`, 4, 'state.0.path'],
    [
      'a credential elsewhere',
      `${PLAIN}[[state]]\npath = "~/.a"\ncredentials = ["../b"]`,
      5,
      'credentials.0',
    ],
    [
      'a copy of any file',
      `${PLAIN}[[state]]\npath = "~/.a"\ncopies = [{ from = "/etc/x", to = "b" }]`,
      5,
      'state.0.copies.0.from',
    ],
    [
      'a protected path elsewhere',
      `${PLAIN}[[state]]\npath = "~/.a"\nprotected = ["a/../../b"]`,
      5,
      'protected.0',
    ],
    [
      'a variable to set without one',
      `${PLAIN}[[state]]\npath = "~/.a"\nset_variable = true`,
      3,
      'set_variable',
    ],
    ['skills outside of home', `${PLAIN}skills = ["/etc/skills"]`, 3, 'skills.0'],
    ['skills that lead up', `${PLAIN}skills = ["~/.a/../../skills"]`, 3, 'skills.0'],
    ['skills in another place', `${PLAIN}skills = ["$HOME/.a"]`, 3, 'skills.0'],
    ['any host', `${PLAIN}[provider]\nhosts = ["*"]`, 4, 'provider.hosts.0'],
    ['a variable that is none', `${PLAIN}pass = ["a b"]`, 3, 'pass.0'],
    ['a variable to set that is none', `${PLAIN}[set]\n"x=y" = "1"`, 4, 'is not the name of a variable'],
    ['a number for a text', `${PLAIN}[set]\nAB = 1`, 4, 'set.AB'],
    ['no list', `${PLAIN}arguments = "x"`, 3, 'must be a list'],
    ['another kind of file', `${PLAIN}[provider]\nfiles = [{ path = "~/x.yaml", keys = [] }]`, 4, 'path'],
    ['no TOML', `${PLAIN}arguments = [`, 3, 'not valid TOML'],
  ])('with %s is refused at its line', (_name, text, line, words) => {
    const read = () => readPreset('a', '/agents/a.toml', text, readToml);
    expect(read).toThrow(new RegExp(`^/agents/a\\.toml:${line}: .*${words.replaceAll('.', '\\.')}`));
  });

  it('may leave out everything but name and program', () => {
    expect(readPreset('a', 'a.toml', PLAIN, readToml)).toMatchObject({ arguments: [], state: [], set: {} });
  });

  it.each(PRESETS.map(({ id }) => id))('of %s says in a comment what it is for', (id) => {
    const file = join(import.meta.dirname, '../../../resources/agents', `${id}.toml`);
    expect(readFileSync(file, 'utf8')).toMatch(/^# \w/);
  });
});
