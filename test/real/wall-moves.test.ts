/** What must not be read stays so in the next session too, whatever this one moves away. */
import { existsSync, mkdirSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/engine/config/index.ts';
import { findSecrets } from '../../src/engine/sandbox/index.ts';
import { NO_FLAGS } from '../../src/protocol/index.ts';
import { giveTo, listTestUsers, makeUserFolder, shareHelpers } from '../support/as-user.ts';
import { type DriverSpec, type DriverStep, describeSession, runSteps } from '../support/sandbox-steps.ts';

const SECRETS = ['ws/a/b/deny/s', 'ws/n/m/k', 'ws/p/q/x.key', 'home/.config/gcloud/creds', 'ws/target/t'];
const PROFILE = 'permission_profile.filesystem = { write = ["${workspace}"], deny = [';

describe.skipIf(process.platform !== 'linux').each(listTestUsers())('what is moved, as $name', (user) => {
  const folder = makeUserFolder(user);
  const base = folder.path;
  let session: Omit<DriverSpec, 'steps'>;

  beforeAll(() => {
    mkdirSync(join(base, 'home/.sallyport'), { recursive: true });
    for (const path of SECRETS) {
      mkdirSync(join(base, path, '..'), { recursive: true });
      writeFileSync(join(base, path), 'secret\n');
    }
    symlinkSync('target/t', join(base, 'ws/.env9'));
    session = describeSession(user, base, shareHelpers(base));
    giveTo(user, base);
  });
  afterAll(() => folder.remove());

  /** Loads the configuration anew and runs one script in a session of its own. */
  async function run(toml: string, script: string, place = 'ws') {
    writeFileSync(join(base, 'home/.sallyport/config.toml'), toml);
    const home = join(base, 'home');
    const env = { HOME: home };
    const ports = { findSecrets: () => findSecrets(home, env).map(({ path }) => path) };
    const cwd = join(base, place);
    const { snapshot } = loadConfig({ cwd, env, home, flags: NO_FLAGS, ports });
    const step: DriverStep = { kind: 'launch', id: 'it', argv: ['/bin/sh', '-c', script] };
    const plain = { ...session.plain, cwd, mode: snapshot.sandboxMode };
    const results = await runSteps({ ...session, plain, settings: snapshot, steps: [step] });
    return results('it');
  }

  it.each([
    ['a path that a profile denies', `${PROFILE}"\${workspace}/a/b/deny"] }`, 'a', 'b/deny/s', 'ws'],
    ['the folder right above it', `${PROFILE}"\${workspace}/a/b/deny"] }`, 'a/b', 'deny/s', 'ws'],
    ['what a pattern denies', `${PROFILE}"\${workspace}/p/q/*.key"] }`, 'p', 'q/x.key', 'ws'],
    ['what the folder says to leave alone', '', 'n', 'm/k', 'ws'],
    ['a secret', '', '.config', 'gcloud/creds', 'home'],
  ])('a folder above %s stays where it is', async (_name, ...row) => {
    const [toml, above, below, place] = row;
    writeFileSync(join(base, 'ws/.sallyportignore'), '/n/m/k\n');
    const moved = await run(toml, `mv ${above} moved; echo tried; touch ${above}/new && echo wrote`, place);
    expect(moved?.stdout).toBe('tried\nwrote\n');
    expect(moved?.stderr).toMatch(/busy/i);
    expect(existsSync(join(base, place, 'moved'))).toBe(false);
    const looked = await run(toml, `cat moved/${below} ${above}/${below}; echo ran`, place);
    expect(looked?.stdout).toBe('ran\n');
  });

  it.each([
    ['an entry', `${PROFILE}"\${workspace}/.env9"] }`, ''],
    ['what the folder says to leave alone', '', '/.env9\n/target/t\n'],
  ])('a link that is closed by %s keeps its name, and stays closed', async (_name, toml, ignored) => {
    writeFileSync(join(base, 'ws/.sallyportignore'), ignored);
    const look = 'cat .env9 target/t; echo ran';
    const moved = await run(toml, `${look}; rm -f .env9; mv .env9 other; ln -sfn a .env9; echo tried`);
    expect(moved?.stdout).toBe('ran\ntried\n');
    expect(readlinkSync(join(base, 'ws/.env9'))).toBe('target/t');
    expect((await run(toml, look))?.stdout).toBe('ran\n');
  });
});
