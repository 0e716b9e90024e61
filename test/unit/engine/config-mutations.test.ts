import { describe, expect, it, vi } from 'vitest';
import { Fault } from '../../../src/protocol/index.ts';
import catalogue from '../../cases/config/error-catalogue.json' with { type: 'json' };
import { findWidened } from '../../support/is-within-snapshot.ts';
import { mutateToml } from '../../support/mutate-toml.ts';
import { makeRandom } from '../../support/seeded-random.ts';
import { ConfigFolder } from './config-folder.ts';

vi.setConfig({ testTimeout: 180_000 });

const GOOD = `# a project
sandbox_mode = "workspace-write"
approval_policy = "on-request"
ask_on_risk = "medium"
protected_paths = ["deploy", "keys"]
[sandbox_workspace_write]
writable_roots = ["~/cache"]
exclude_slash_tmp = true
[permission_profile.network]
allow = ["example.com"]
deny = ["ads.example.com"]
[limits]
max_processes = 64
[shell_environment_policy]
include = ["NPM_TOKEN"]
exclude = ["AWS_*"]
`;
const SOURCES = [
  GOOD,
  ...catalogue.filter(({ kind }) => kind !== 'rules').map(({ text }) => text + GOOD),
  '',
];
const USER = `approval_policy = "untrusted"
protected_paths = ["deploy"]
[permission_profile.network]
allow = ["example.com", "example.org"]
deny = ["bad.example.com"]
[shell_environment_policy]
exclude = ["SECRET_*"]
`;

/** Every second one is right before it is changed. */
const sourceOf = (round: number): string =>
  round % 2 === 0 ? GOOD : (SOURCES[(round >> 1) % SOURCES.length] ?? '');

describe('mutated files', () => {
  it('of a project: 2,500, trusted, never widen what is allowed, and never crash', () => {
    const random = makeRandom(5);
    const folder = new ConfigFolder();
    folder.write(
      '.sallyport/config.toml',
      `${USER}[projects."${folder.workspace}"]\ntrust_level = "trusted"\n`,
    );
    folder.write('work/project/deploy/x', '');
    const alone = folder.load().snapshot;
    let changed = 0;
    for (let round = 0; round < 2500; round++) {
      const text = mutateToml(sourceOf(round), random);
      folder.write('work/project/.sallyport/config.toml', text);
      const { error } = folder.fault();
      if (error !== 'no error') {
        // A trusted file that cannot be read lets nothing run.
        expect(error, text).toMatch(/^HOME\/work\/project\/\.sallyport\/config\.toml(?::\d+:\d+)?: ./);
        continue;
      }
      const { snapshot } = folder.load();
      expect(findWidened(snapshot, alone), text).toEqual([]);
      if (JSON.stringify(snapshot) !== JSON.stringify(alone)) changed++;
    }
    // The property is not empty: many of them do narrow.
    expect(changed).toBeGreaterThan(50);
  });

  it('of a user: 2,500 load, or are one mistake with its place', () => {
    const random = makeRandom(6);
    const folder = new ConfigFolder();
    let loaded = 0;
    for (let round = 0; round < 2500; round++) {
      const text = mutateToml(sourceOf(round), random);
      folder.write('.sallyport/config.toml', text);
      try {
        folder.load();
        loaded++;
      } catch (thrown) {
        if (!(thrown instanceof Fault) || thrown.kind !== 'user') throw new Error(text, { cause: thrown });
        expect(folder.shorten(thrown.message), text).toMatch(/^FILE(?::\d+:\d+)?: ./);
        expect(thrown.hint, text).toBeTruthy();
        expect(thrown.message, text).not.toMatch(/[\u202a-\u202e\u2066-\u2069\0\x1b]/);
      }
    }
    expect(loaded).toBeGreaterThan(100);
  });
});
