import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ConfigOwner, type ImportReport, importCodex } from '../../../src/engine/config/index.ts';
import { ConfigFolder } from './config-folder.ts';

const CODEX = `# my Codex
model = "o3"
model_provider = "corp"
approval_policy = "on-failure"
sandbox_mode = "workspace-write"
approvals_reviewer = "auto_review"
notify = ["notify-send"]
nonsense = 1

[sandbox_workspace_write]
network_access = true
writable_roots = ["/tmp"]

[shell_environment_policy]
inherit = "core"
exclude = ["AWS_*"]

[profiles.fast]
model = "small"
approval_policy = "never"
model_provider = "corp"

[profiles.wrong]
approval_policy = "sometimes"

[mcp_servers.docs]
command = "docs-server"
env = { TOKEN = "secret" }

[projects."/work/one"]
trust_level = "trusted"

[projects."/work/two"]
trust_level = "untrusted"

[features]
guardian_approval = true
web_search = true
`;

const RULES = 'prefix_rule(pattern = ["git", "status"], decision = "allow")\n';

class Import {
  readonly folder: ConfigFolder;
  readonly #owner: ConfigOwner;

  constructor(own?: string) {
    this.folder = new ConfigFolder(own);
    this.#owner = { env: {}, home: this.folder.home, ports: { findSecrets: () => [] } };
    this.folder.write('.codex/config.toml', CODEX);
    this.folder.write(
      '.codex/strict.config.toml',
      '# mine\nsandbox_mode = "read-only"\nmodel_provider = "x"\n',
    );
    this.folder.write('.codex/bad name.config.toml', '');
    this.folder.write('.codex/rules/default.rules', RULES);
    this.folder.write('.codex/rules/broken.rules', 'prefix_rule(pattern = [], decision = "allow")\n');
    this.folder.write('.codex/rules/notes.txt', '');
    this.folder.write('.codex/auth.json', '{"token":"secret"}');
  }

  run(isDry = false): ImportReport {
    return importCodex(this.#owner, { from: join(this.folder.home, '.codex'), isDry });
  }

  rows(report: ImportReport, outcome: string): string[] {
    return report.rows.filter((row) => row.outcome === outcome).map(({ what }) => what);
  }

  note(report: ImportReport, what: string): string {
    const row = report.rows.find((each) => each.what === what);
    return this.folder.shorten(row === undefined ? 'no row' : `${row.outcome}: ${row.note}`);
  }

  files(): Record<string, string> {
    const list = (path: string): string[] =>
      readdirSync(join(this.folder.home, path), { withFileTypes: true }).flatMap((entry) =>
        entry.isDirectory() ? list(`${path}/${entry.name}`) : [`${path}/${entry.name}`],
      );
    return Object.fromEntries(
      [...list('.codex'), ...list('.sallyport')]
        .filter((path) => !path.endsWith('.lock'))
        .map((path) => [path, readFileSync(join(this.folder.home, path), 'utf8')]),
    );
  }
}

describe('import of a folder of Codex', () => {
  it('takes what holds here, and tells of everything else why not', () => {
    const work = new Import();
    const report = work.run();
    expect(work.rows(report, 'taken').sort()).toEqual(
      [
        'approval_policy',
        'approvals_reviewer',
        'model',
        'profiles.fast.approval_policy',
        'profiles.fast.model',
        'projects."/work/one".trust_level',
        'projects."/work/two".trust_level',
        'rules/default.rules',
        'sandbox_mode',
        'sandbox_workspace_write.network_access',
        'sandbox_workspace_write.writable_roots',
        'shell_environment_policy.exclude',
        'strict.config.toml',
      ].sort(),
    );
    expect(work.rows(report, 'conflict')).toEqual([]);
    expect(work.note(report, 'approval_policy')).toContain('written as "on-request"');
    expect(work.note(report, 'model_provider')).toBe('left: belongs to Codex and does nothing here');
    expect(work.note(report, 'nonsense')).toBe('left: is not known here');
    expect(work.note(report, 'mcp_servers.docs')).toContain('left: is started by Codex itself');
    expect(work.note(report, 'profiles.wrong.approval_policy')).toContain('must be "untrusted"');
    expect(work.note(report, 'strict.config.toml: model_provider')).toContain('left: belongs to Codex');
    expect(work.note(report, 'bad name.config.toml')).toContain('left: its name');
    expect(work.note(report, 'rules/broken.rules')).toMatch(
      /^left: HOME\/\.codex\/rules\/broken\.rules:1:\d+: /,
    );
    expect(work.note(report, 'rules/notes.txt')).toBe('left: is no file of rules');
    expect(work.note(report, 'auth.json')).toBe('left: stays with Codex');
    const files = work.files();
    expect(files['.sallyport/strict.config.toml']).toBe('# mine\nsandbox_mode = "read-only"\n');
    expect(files['.sallyport/rules/default.rules']).toBe(RULES);
    expect(Object.values(files).filter((text) => text.includes('secret'))).toHaveLength(2);
    expect(files['.codex/config.toml']).toBe(CODEX);
    const { snapshot } = work.folder.load();
    expect(snapshot).toMatchObject({ approvalPolicy: 'on-request', approvalsReviewer: 'guardian_subagent' });
    expect(work.folder.load({ profile: 'fast' }).snapshot.approvalPolicy).toBe('never');
    expect(work.folder.load({ profile: 'strict' }).snapshot.sandboxMode).toBe('read-only');
  });

  it('changes nothing a second time', () => {
    const work = new Import();
    const first = work.run();
    const files = work.files();
    const second = work.run();
    expect(work.rows(second, 'taken')).toEqual([]);
    expect(second.written).toEqual([]);
    expect(work.rows(second, 'there').sort()).toEqual(work.rows(first, 'taken').sort());
    expect(work.files()).toEqual(files);
  });

  it('never replaces what is written here', () => {
    const own = '# mine\napproval_policy = "never"\nsandbox_mode = "workspace-write"\n';
    const work = new Import(own);
    work.folder.write('.sallyport/rules/default.rules', '# my rules\n');
    work.folder.write('.sallyport/strict.config.toml', '# my profile\n');
    const report = work.run();
    expect(work.rows(report, 'conflict').sort()).toEqual(['approval_policy', 'strict.config.toml']);
    expect(work.rows(report, 'there')).toEqual(['sandbox_mode']);
    expect(work.note(report, 'rules/default.rules')).toBe(
      'taken: as rules/codex-default.rules, beside your own',
    );
    const files = work.files();
    expect(files['.sallyport/config.toml']).toContain(own);
    expect(files['.sallyport/rules/default.rules']).toBe('# my rules\n');
    expect(files['.sallyport/rules/codex-default.rules']).toBe(RULES);
    expect(files['.sallyport/strict.config.toml']).toBe('# my profile\n');
  });

  it('writes nothing when it is only to say what it would do', () => {
    const work = new Import('');
    const before = work.files();
    const dry = work.run(true);
    expect(work.files()).toEqual(before);
    expect(work.run().rows).toEqual(dry.rows);
  });

  it.each([
    ['guardian_approval = true\n', { approvalsReviewer: 'guardian_subagent', approvalPolicy: 'on-request' }],
    ['guardian_approval = true\napprovals_reviewer = "user"\n', { approvalsReviewer: 'user' }],
    ['[features]\nguardian_approval = true\n', { approvalsReviewer: 'guardian_subagent' }],
    ['[features]\nguardian_approval = false\n', { approvalsReviewer: 'user' }],
    [
      'smart_approvals = true\nsandbox_mode = "read-only"\n',
      { approvalsReviewer: 'guardian_subagent', sandboxMode: 'read-only' },
    ],
  ])('writes what an old switch means: %j', (toml, expected) => {
    const work = new Import('');
    work.folder.write('.codex/config.toml', toml);
    work.run();
    expect(work.folder.load().snapshot).toMatchObject(expected);
    expect(readFileSync(work.folder.userFile, 'utf8')).not.toContain('guardian_approval');
  });

  it('takes the file of a profile that is a table too, and writes what it says it would', () => {
    const work = new Import();
    work.folder.write('.codex/config.toml', `profile = "fast"\n${CODEX}`);
    work.folder.write('.codex/fast.config.toml', 'approval_policy = "untrusted"\n');
    const told = work.run(true);
    expect(work.run()).toEqual(told);
    expect(work.rows(told, 'taken')).toEqual(expect.arrayContaining(['fast.config.toml', 'profile']));
    const note = 'left: fast.config.toml is this profile; it cannot be a table as well';
    expect(work.note(told, 'profiles.fast.approval_policy')).toBe(note);
    expect(work.note(told, 'profiles.fast.model')).toBe(note);
    expect(work.files()['.sallyport/config.toml']).toMatch(/^profile = "fast"$/m);
    expect(work.run().written).toEqual([]);
  });

  it('takes no file of a profile that is a table here', () => {
    const work = new Import('[profiles.strict]\nsandbox_mode = "workspace-write"\n');
    const report = work.run();
    expect(work.note(report, 'strict.config.toml')).toBe('conflict: [profiles.strict] is here already');
    expect(work.files()['.sallyport/strict.config.toml']).toBeUndefined();
  });

  it('tells of a broken file and takes the others', () => {
    const work = new Import();
    work.folder.write('.codex/config.toml', 'model = "\n');
    const report = work.run();
    expect(work.note(report, 'config.toml')).toMatch(
      /^left: HOME\/\.codex\/config\.toml:1:10: not valid TOML/,
    );
    expect(work.rows(report, 'taken')).toEqual(['strict.config.toml', 'rules/default.rules']);
  });

  it('tells of a folder of rules that is none', () => {
    const work = new Import();
    mkdirSync(join(work.folder.home, 'other'));
    work.folder.write('other/rules', '');
    const { rows } = importCodex(
      { env: {}, home: work.folder.home, ports: { findSecrets: () => [] } },
      { from: join(work.folder.home, 'other'), isDry: false },
    );
    expect(rows).toEqual([{ what: 'rules', outcome: 'left', note: 'is no folder that can be read' }]);
  });
});
