/** Payloads that really run and try to write where they may not. The verdict is the host's. */
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { giveTo, listTestUsers, makeUserFolder, shareHelpers, type TestUser } from '../support/as-user.ts';
import { type Attack, layOutTargets, WRITE_ATTACKS } from '../support/sandbox-attacks.ts';
import { type DriverStep, describeSession, runSteps, type StepResult } from '../support/sandbox-steps.ts';

type Results = (id: string) => StepResult | undefined;

/** Leaves an open descriptor of the folder outside to everything that is started after it. */
const LEAK = `import os, sys
os.set_inheritable(os.open(sys.argv[1], os.O_RDONLY), True)
os.execvp(sys.argv[2], sys.argv[2:])`;

async function attackWall(user: TestUser, base: string): Promise<Results> {
  layOutTargets(base);
  const session = describeSession(user, base, shareHelpers(base));
  giveTo(user, base);
  return runSteps(
    {
      ...session,
      plain: { ...session.plain, addDirs: [join(base, 'more')] },
      steps: WRITE_ATTACKS.map((one) => launchOf(one, base)),
    },
    ['python3', '-c', LEAK, join(base, 'outside')],
  );
}

describe.skipIf(process.platform !== 'linux').each(listTestUsers())(
  'writes of $name against the wall',
  (user) => {
    const folder = makeUserFolder(user);
    let results: Results;

    beforeAll(async () => {
      results = await attackWall(user, folder.path);
    }, 60_000);
    afterAll(folder.remove);

    it.each(WRITE_ATTACKS)('stops: $id', ({ id, hasWorked }) => {
      expect(results(id)).toMatchObject({ stdout: expect.stringMatching(/ran\n$/) });
      expect(hasWorked(folder.path)).toBe(false);
    });

    it('did let it write where it may', () => {
      expect(existsSync(join(folder.path, 'ws/fake/.git/hooks/swapped'))).toBe(true);
    });
  },
);

describe.skipIf(process.platform !== 'linux')('the same writes without a wall', () => {
  const [user] = listTestUsers();
  if (user === undefined) throw new Error('No user to run as');
  const folder = makeUserFolder(user);
  // What only makes sense behind a wall is left out.
  const shown = WRITE_ATTACKS.filter(({ isUnshown, id }) => {
    return isUnshown !== true && !/mounts|namespace|descriptors|placeholder/.test(id);
  });
  // Each has targets of its own: one attack spoils those of the next.
  const baseOf = (one: Attack): string => join(folder.path, `copy-${WRITE_ATTACKS.indexOf(one)}`);
  let results: Results;

  beforeAll(async () => {
    const template = join(folder.path, 'template');
    mkdirSync(template);
    layOutTargets(template);
    for (const one of shown) cpSync(template, baseOf(one), { recursive: true, verbatimSymlinks: true });
    const session = describeSession(user, template, shareHelpers(folder.path));
    giveTo(user, folder.path);
    const steps = shown.map((one) => launchOf(one, baseOf(one)));
    results = await runSteps({ ...session, plain: { ...session.plain, mode: 'danger-full-access' }, steps });
  }, 60_000);
  afterAll(folder.remove);

  it.each(shown)('work: $id', (one) => {
    expect(results(one.id)).toMatchObject({ stdout: expect.stringMatching(/ran\n$/) });
    expect(one.hasWorked(baseOf(one))).toBe(true);
  });
});

function launchOf({ id, script }: Attack, base: string): DriverStep {
  const argv = [
    '/bin/bash',
    '--norc',
    '--noprofile',
    '-c',
    `BASE=$1; export BASE\n${script}\necho ran`,
    'bash',
    base,
  ] as const;
  return { kind: 'launch', id, argv, cwd: join(base, 'ws') };
}
