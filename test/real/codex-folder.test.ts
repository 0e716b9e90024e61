/** A folder of Codex, taken into a home that has nothing yet: what its sessions then do. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ArticlePlace, createArticlePlace } from '../support/article-place.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 90_000 });

let place: ArticlePlace;
let codex: string;
beforeEach(async () => {
  place = await createArticlePlace();
  codex = join(place.user, '.codex');
  mkdirSync(join(codex, 'rules'), { recursive: true });
  const config = `model = "o3" # the good one
model_provider = "corp"
approval_policy = "on-failure"
sandbox_mode = "workspace-write"
notify = ["notify-send"]

[sandbox_workspace_write]
writable_roots = ["${place.outside}"]

[profiles.ci]
approval_policy = "never"
sandbox_mode = "read-only"

[mcp_servers.docs]
command = "docs-server"

[projects."${place.folder}"]
trust_level = "trusted"
`;
  const rules = `prefix_rule(
    pattern = ["git", "push"],
    decision = "forbidden",
    justification = "pushed by the pipeline only",
    match = [["git", "push", "origin"]],
)
prefix_rule(pattern = ["touch", "asked"], decision = "prompt")
`;
  writeFileSync(join(codex, 'config.toml'), config);
  writeFileSync(join(codex, 'rules/default.rules'), rules);
  writeFileSync(join(codex, 'quiet.config.toml'), '# looking only\nsandbox_mode = "read-only"\n');
  writeFileSync(join(codex, 'auth.json'), '{"token": "kept"}\n');
  mkdirSync(join(place.folder, '.sallyport'));
  writeFileSync(join(place.folder, '.sallyport/config.toml'), 'ask_on_risk = "medium"\n');
});
afterEach(() => place.close());

interface Report {
  readonly rows: readonly { readonly what: string; readonly outcome: string; readonly note: string }[];
}

async function importFolder(): Promise<Readonly<Record<string, string>>> {
  const done = await place.run(['config', 'import', '--json']);
  expect(done).toMatchObject({ status: 0, stderr: '' });
  const { rows } = JSON.parse(done.stdout) as Report;
  for (const row of rows.filter(({ outcome }) => outcome === 'left')) expect(row.note).not.toBe('');
  return Object.fromEntries(rows.map(({ what, outcome }) => [what, outcome]));
}

describe.skipIf(process.platform !== 'linux')('a folder of Codex (Linux)', () => {
  it('is taken as far as it holds here, and each thing in it is told of', async () => {
    const before = readFileSync(join(codex, 'config.toml'), 'utf8');
    expect(await importFolder()).toEqual({
      ...{ model: 'taken', model_provider: 'left', approval_policy: 'taken', sandbox_mode: 'taken' },
      ...{ notify: 'left', 'sandbox_workspace_write.writable_roots': 'taken' },
      ...{ 'profiles.ci.approval_policy': 'taken', 'profiles.ci.sandbox_mode': 'taken' },
      ...{ 'mcp_servers.docs': 'left', [`projects."${place.folder}".trust_level`]: 'taken' },
      ...{ 'rules/default.rules': 'taken', 'quiet.config.toml': 'taken', 'auth.json': 'left' },
    });
    expect(readFileSync(join(codex, 'config.toml'), 'utf8')).toBe(before);
    expect(existsSync(join(place.home, 'auth.json'))).toBe(false);
    const again = await importFolder();
    expect(Object.values(again)).not.toContain('taken');
  });

  it('decides what a session may do: roots, rules, policy and the trusted project', async () => {
    await importFolder();
    const script = `touch ${place.outside}/made; git push origin; echo $?; touch asked; echo $?; ls`;
    const done = await place.run(['exec', '--no-input', script]);
    expect(done.stdout).toBe('126\n126\n');
    expect(existsSync(join(place.outside, 'made'))).toBe(true);
    expect(done.stderr).toContain('pushed by the pipeline only');
    expect(done.stderr).toContain(`${join(place.home, 'rules/default.rules')}:1`);
    expect(await place.lastSnapshot()).toMatchObject({
      ...{ approvalPolicy: 'on-request', sandboxMode: 'workspace-write', askOnRisk: 'medium' },
    });
  });

  it.each([
    ['a table', 'ci', 'never'],
    ['a file', 'quiet', 'on-request'],
  ])('its profile that is %s is chosen with -p', async (_name, profile, policy) => {
    await importFolder();
    const done = await place.run(['exec', '-p', profile, '--no-input', 'touch made; echo $?']);
    expect(done.stdout).not.toBe('0\n');
    expect(existsSync(join(place.folder, 'made'))).toBe(false);
    expect(await place.lastSnapshot()).toMatchObject({ sandboxMode: 'read-only', approvalPolicy: policy });
  });

  it('is shown to a person with the reasons', async () => {
    const done = await place.run(['config', 'import', '--dry-run']);
    expect(done.status).toBe(0);
    expect(done.stdout).toMatch(/left +model_provider +belongs to Codex and does nothing here/);
    expect(done.stdout).toMatch(/taken +approval_policy +"on-failure" is deprecated/);
    expect(existsSync(join(place.home, 'config.toml'))).toBe(false);
  });
});
