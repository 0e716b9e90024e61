import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { LoadedConfig } from '../../../src/engine/config/index.ts';
import { classifyPath, judgeHost } from '../../../src/policy/index.ts';
import { type ConfigSnapshot, Fault } from '../../../src/protocol/index.ts';
import { makeRandom, type Random } from '../../support/seeded-random.ts';
import { ConfigFolder } from './config-folder.ts';

const RUNS = 2000;

/** What the user may have written; some close more than a mode does, so that a project could open it again. */
const USERS = [
  '',
  'sandbox_mode = "read-only"\n',
  'sandbox_mode = "danger-full-access"\napproval_policy = "never"\n',
  'default_permissions = ":read-only"\n',
  'default_permissions = ":workspace"\nask_on_risk = "medium"\n',
  'approval_policy = "untrusted"\nprotected_paths = ["docs"]\n[sandbox_workspace_write]\nnetwork_access = true\nwritable_roots = ["~/work"]\n',
  '[permission_profile.filesystem]\nread = ["${workspace}", "~/work/lib"]\nwrite = ["${workspace}/src", "~/cache"]\ndeny = ["${workspace}/.env"]\n',
  '[permission_profile.filesystem]\nwrite = ["${workspace}"]\ndeny = ["~/work/lib"]\n[permission_profile.network]\nallow = ["a.example", "*.b.example"]\ndeny = ["x.b.example"]\n',
  'approval_policy = { granular = { sandbox_approval = true, rules = false, mcp_elicitations = true } }\nsmart_approvals = true\n',
  '[mcp_servers.docs]\ntrust_hints = true\n[limits]\nmax_processes = 50\n[shell_environment_policy]\ninclude = ["A"]\nexclude = ["B"]\n',
];

const PATHS = [
  '"~"',
  '"/"',
  '"${workspace}"',
  '"${workspace}/src"',
  '"~/work"',
  '"~/work/lib"',
  '"~/.ssh"',
  '"~/cache"',
];
const HOSTS = ['"*"', '"a.example"', '"*.b.example"', '"x.b.example"', '"y.x.b.example"'];
const BOOLEANS = ['true', 'false'];
const NAMES = ['"A"', '"B"', '"C_*"'];

type Make = (random: Random) => string;

function pick<Item>(random: Random, items: readonly [Item, ...Item[]] | readonly Item[]): Item {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}

function oneOf(choices: readonly string[]): Make {
  return (random) => pick(random, choices);
}

function someOf(choices: readonly string[]): Make {
  return (random) => `[${choices.filter(() => random() < 0.4).join(', ')}]`;
}

const granular: Make = (random) => {
  const flag = (): string => pick(random, BOOLEANS);
  return `{ granular = { sandbox_approval = ${flag()}, rules = ${flag()}, mcp_elicitations = ${flag()}, skill_approval = ${flag()} } }`;
};

/** Keys with values that are right, narrow or wide. */
const VALUES: readonly (readonly [key: string, make: Make])[] = [
  ['sandbox_mode', oneOf(['"read-only"', '"workspace-write"', '"danger-full-access"'])],
  ['approval_policy', oneOf(['"untrusted"', '"on-request"', '"never"'])],
  ['approval_policy', granular],
  ['ask_on_risk', oneOf(['"medium"', '"high"', '"critical"', '"off"'])],
  ['approval_expiry', oneOf(['"1h"', '"3d"'])],
  ['approvals_reviewer', oneOf(['"user"', '"auto_review"'])],
  ['shell', oneOf(['"/bin/sh"', '"/bin/bash"'])],
  ['exec_gate', oneOf(BOOLEANS)],
  ['tmp', oneOf(['"private"', '"shared"'])],
  ['tmp_size', oneOf(['"1MiB"', '"8GiB"'])],
  ['protect_secrets', oneOf(BOOLEANS)],
  ['protected_paths', someOf(['"src"', '"docs"', '"/etc"'])],
  ['sandbox_workspace_write.writable_roots', someOf(['"~"', '"/"', '"~/work"', '"~/.ssh"'])],
  ['sandbox_workspace_write.network_access', oneOf(BOOLEANS)],
  ['sandbox_workspace_write.exclude_slash_tmp', oneOf(BOOLEANS)],
  ['shell_environment_policy.include', someOf(NAMES)],
  ['shell_environment_policy.exclude', someOf(NAMES)],
  ['shell_environment_policy.set', oneOf(['{}', '{ LD_PRELOAD = "x.so" }'])],
  ['permission_profile.filesystem.read', someOf(PATHS)],
  ['permission_profile.filesystem.write', someOf(PATHS)],
  ['permission_profile.filesystem.deny', someOf(PATHS)],
  ['permission_profile.extends', oneOf(['":read-only"', '":workspace"'])],
  ['permission_profile.network.allow', someOf(HOSTS)],
  ['permission_profile.network.deny', someOf(HOSTS)],
  ['permission_profiles.evil.filesystem.write', someOf(PATHS)],
  ['permissions.evil2.filesystem', oneOf(['{ ":root" = "write" }'])],
  [
    'default_permissions',
    oneOf(['":read-only"', '":workspace"', '":danger-full-access"', '"evil"', '"evil2"']),
  ],
  ['limits.max_processes', oneOf(['10', '100000', '"off"'])],
  ['limits.max_time', oneOf(['"1m"', '"off"'])],
  ['network.proxy', oneOf(['"http://evil.example:80"', '"off"'])],
  ['mcp_servers.docs.trust_hints', oneOf(BOOLEANS)],
  ['mcp_servers.evil.trust_hints', oneOf(BOOLEANS)],
  ['skill_folders', someOf(['"/opt/a"', '"~/b"'])],
  ['smart_approvals', oneOf(BOOLEANS)],
  ['features.guardian_approval', oneOf(BOOLEANS)],
  ['profile', oneOf(['"default"'])],
  ['projects', oneOf(['{ "/" = { trust_level = "full" } }'])],
];

function makeProject(random: Random): string {
  const chosen = new Map<string, string>();
  const wanted = 1 + Math.floor(random() * 6);
  for (let count = 0; count < wanted; count++) {
    const [key, make] = pick(random, VALUES);
    chosen.set(key, make(random));
  }
  return [...chosen].map(([key, value]) => `${key} = ${value}\n`).join('');
}

/** How open each thing is, as the policy that judges steps sees it: larger is more. */
function measure(snapshot: ConfigSnapshot): ReadonlyMap<string, number> {
  const { home, workspace, limits, environment, approvalPolicy } = snapshot;
  const isFull = snapshot.sandboxMode === 'danger-full-access';
  const reach = new Map<string, number>();
  const probes = ['src/a', '.env', 'docs/b', 'x', '.git/config'].map((path) => join(workspace, path));
  const others = ['.ssh/id', 'cache/c', 'work/lib/d', 'work/e', 'f'].map((path) => join(home, path));
  const levels = {
    denied: 0,
    secret: 0,
    unreadable: 0,
    outside: 1,
    protected: 1,
    device: 1,
    scratch: 1,
    inside: 2,
  };
  for (const path of [...probes, ...others, '/etc/passwd', '/usr/bin/env', '/opt/g'])
    reach.set(path, isFull ? 2 : levels[classifyPath(path, snapshot)]);
  const answers = { refuse: 0, ask: 1, allow: 2 };
  for (const host of ['a.example', 'c.b.example', 'x.b.example', 'y.x.b.example', 'z.example'])
    reach.set(host, snapshot.networkAccess ? 2 : answers[judgeHost(host, 443, snapshot.network).verdict]);
  reach.set('secrets', Number(!snapshot.protectSecrets));
  reach.set('gate', Number(!snapshot.execGate));
  reach.set('tmp', Number(snapshot.tmp === 'shared'));
  reach.set('tmp size', snapshot.tmpSizeBytes);
  reach.set('expiry', snapshot.approvalExpiryMs);
  reach.set('risk', ['medium', 'high', 'critical', 'off'].indexOf(snapshot.askOnRisk));
  reach.set('reviewer', Number(snapshot.approvalsReviewer !== 'user'));
  reach.set('processes', limits.processes ?? Number.POSITIVE_INFINITY);
  reach.set('time', limits.wallTimeMs ?? Number.POSITIVE_INFINITY);
  for (const name of ['A', 'B', 'C_*']) {
    reach.set(`passes ${name}`, Number(environment.include.includes(name)));
    reach.set(`drops ${name}`, Number(!environment.exclude.includes(name)));
  }
  for (const server of ['docs', 'evil'])
    reach.set(server, Number(snapshot.trustedMcpServers.includes(server)));
  for (const [name, asks] of Object.entries(
    typeof approvalPolicy === 'string' ? {} : approvalPolicy.granular,
  ))
    reach.set(`granular ${name}`, Number(asks));
  return reach;
}

/** What must not differ at all. */
function fixed({ shell, network, environment, workspace, home }: ConfigSnapshot): unknown {
  return [shell, network.proxy, network.caFile, environment.set, workspace, home];
}

/** Policies of which a project may make another one. */
const STRICTER: Readonly<Record<string, readonly string[]>> = {
  untrusted: ['untrusted'],
  'on-request': ['on-request', 'untrusted', 'granular'],
  never: ['never'],
  granular: ['granular'],
};

function policyName({ approvalPolicy }: ConfigSnapshot): string {
  return typeof approvalPolicy === 'string' ? approvalPolicy : 'granular';
}

/** Undefined where the file stops everything: nothing runs, which is as narrow as can be. */
function tryLoad(folder: ConfigFolder): LoadedConfig | undefined {
  try {
    return folder.load();
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown;
    return undefined;
  }
}

function expectNarrower(narrow: ConfigSnapshot, wide: ConfigSnapshot, what: string): void {
  const after = measure(narrow);
  for (const [name, level] of measure(wide))
    expect(after.get(name) ?? Number.NaN, `${name} of\n${what}`).toBeLessThanOrEqual(level);
  expect(fixed(narrow), what).toEqual(fixed(wide));
  expect(STRICTER[policyName(wide)], what).toContain(policyName(narrow));
}

const FILES = [
  'work/lib/d',
  'work/project/src/a',
  'work/project/docs/b',
  'work/project/.env',
  'cache/c',
  '.ssh/id',
];

it(`a trusted project opens nothing: ${RUNS} random files`, { timeout: 300_000 }, () => {
  const random = makeRandom(20_261_122);
  let changed = 0;
  let ignored = 0;
  for (const user of USERS) {
    const folder = new ConfigFolder();
    for (const file of FILES) folder.write(file, '');
    folder.write('.sallyport/config.toml', `${user}[projects."~/work"]\ntrust_level = "trusted"\n`);
    const without = folder.load().snapshot;
    for (let run = 0; run < RUNS / USERS.length; run++) {
      const project = makeProject(random);
      folder.write('work/project/.sallyport/config.toml', project);
      const config = tryLoad(folder);
      if (config === undefined) continue;
      expectNarrower(config.snapshot, without, `${user}--- with\n${project}`);
      changed += Number(JSON.stringify(config.snapshot) !== JSON.stringify(without));
      ignored += Number(config.ignored.length > 0);
    }
  }
  // The files are not all without effect, nor all harmless.
  expect(changed).toBeGreaterThan(RUNS / 10);
  expect(ignored).toBeGreaterThan(RUNS / 4);
});
