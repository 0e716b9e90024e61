import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { EventType } from '../../src/protocol/index.ts';
import { eventsOf } from '../support/events-of.ts';
import { allowOnce, makeFolder, type RealEngine, startRealEngine } from '../support/real-engine.ts';
import { type ProgramOptions, startProgram } from '../support/run-program.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** An agent that starts what it is told, each line by itself. */
const AGENT = '#!/bin/sh\nfor line in "$@"; do case "$line" in run:*) eval "${line#run:}" ;; esac; done\n';

describe.skipIf(process.platform !== 'linux')('programs of skills and plugins of an agent (Linux)', () => {
  let real: RealEngine;
  let base: ReturnType<typeof makeFolder>;
  let home: string;
  let cwd: string;
  let outside: string;
  let env: Record<string, string>;

  const write = (file: string, text: string): void => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    chmodSync(file, 0o755);
  };

  beforeAll(async () => {
    real = await startRealEngine();
    base = makeFolder('sallyport-skills', '/var/tmp');
    const bin = join(base.path, 'bin');
    // What the session is told of as its home is a link: only real paths may be compared.
    symlinkSync(join(base.path, 'real-home'), join(base.path, 'home'));
    [home, cwd, outside] = ['home', 'work', 'outside'].map((name) => join(base.path, name)) as [
      string,
      string,
      string,
    ];
    for (const folder of [join(base.path, 'real-home'), cwd, outside]) mkdirSync(folder);
    for (const name of ['codex', 'claude', 'plain']) write(join(bin, name), AGENT);
    write(join(home, '.codex/skills/demo/run.sh'), '#!/bin/sh\necho skill ran\n');
    write(join(home, '.claude/plugins/p/x.py'), 'print("plugin ran")\n');
    write(join(home, 'other/run.sh'), '#!/bin/sh\necho other ran\n');
    write(join(cwd, '.codex/skills/s/reach.sh'), `#!/bin/sh\ntouch ${outside}/"$1"\n`);
    write(join(base.path, 'moved/skills/run.sh'), '#!/bin/sh\necho moved ran\n');
    env = { HOME: home, PATH: `${bin}:/usr/bin:/bin` };
  });
  afterAll(async () => {
    await real.stop();
    base.remove();
  });

  /** Everything that is asked is allowed once. */
  async function run(argv: readonly string[], options: Omit<ProgramOptions, 'cwd'>) {
    const unsubscribe = real.engine.subscribe((batch) => {
      for (const event of batch) {
        if (event.type !== 'approval/asked') continue;
        const { approvalId } = event;
        void real.engine.answerApproval({
          approvalId,
          requestKey: approvalId,
          by: 'test',
          answer: allowOnce,
        });
      }
    });
    const program = await startProgram(real, argv, { cwd, env, ...options });
    await program.result;
    await program.close();
    unsubscribe();
    const of = <T extends EventType>(type: T) => eventsOf(program.events, type);
    return { out: program.stdout().toString(), asked: of('approval/asked'), of };
  }

  const granular = (skills: boolean) => ({
    flags: {
      overrides: [
        `approval_policy={ granular = { sandbox_approval = true, rules = true, mcp_elicitations = true, skill_approval = ${skills} } }`,
      ],
    },
  });

  test('the folders of the preset are in force by their real paths, there or not', async () => {
    const { of } = await run(['claude'], { policy: 'untrusted' });
    const realHome = join(base.path, 'real-home');
    expect(of('config/snapshot')[0]?.content.skillFolders).toEqual([
      join(realHome, '.claude/skills'),
      join(realHome, '.claude/plugins'),
      join(cwd, '.claude/skills'),
      join(cwd, '.claude/plugins'),
    ]);
  });

  test.each([
    ['codex', 'run:~/.codex/skills/demo/run.sh', 'skill ran'],
    ['codex', 'run:cd ~/.codex/skills/demo && ./run.sh', 'skill ran'],
    ['codex', 'run:env -u X sh ~/.codex/skills/demo/run.sh', 'skill ran'],
    ['claude', 'run:python3 ~/.claude/plugins/p/x.py', 'plugin ran'],
  ])('%s: %s is asked about as a skill', async (agent, line, printed) => {
    const { out, asked, of } = await run([agent, line], { policy: 'untrusted' });
    expect(out).toContain(printed);
    const ofSkill = asked.filter(({ kind }) => kind === 'skill');
    expect(ofSkill).toMatchObject([{ category: 'skill', approvalId: expect.stringMatching(/^skill-/) }]);
    expect(of('step/judged').some(({ category }) => category === 'skill')).toBe(true);
    const { context } = await real.engine.describeApproval(ofSkill[0]?.approvalId as never);
    expect(context?.sentence).toMatch(/^Run a program of a skill/);
    expect(context?.ifRejected).toContain('does not run');
  });

  test.each([
    ['a program beside the folders', 'codex', 'run:~/other/run.sh', 'other ran'],
    ['a skill of another agent', 'claude', 'run:~/.codex/skills/demo/run.sh', 'skill ran'],
    ['a skill without a preset', 'plain', 'run:~/.codex/skills/demo/run.sh', 'skill ran'],
  ])('%s is a command as any other', async (_name, agent, line, printed) => {
    const { out, asked } = await run([agent, line], { policy: 'untrusted' });
    expect(out).toContain(printed);
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.map(({ kind }) => kind)).not.toContain('skill');
  });

  test("they move with the agent's folder", async () => {
    const { asked } = await run(['codex', `run:${base.path}/moved/skills/run.sh`], {
      policy: 'untrusted',
      env: { ...env, CODEX_HOME: join(base.path, 'moved') },
    });
    expect(asked.map(({ kind }) => kind)).toContain('skill');
  });

  test('on-request lets it run as its step', async () => {
    const { out, asked } = await run(['codex', 'run:~/.codex/skills/demo/run.sh'], { policy: 'on-request' });
    expect(out).toContain('skill ran');
    expect(asked).toEqual([]);
  });

  test.each([
    [true, ['skill', 'cmd']],
    [false, ['cmd']],
  ])('granular skill_approval = %s: what it needs beyond the wall is asked about: %j', async (on, kinds) => {
    const { flags } = granular(on);
    const script = `~/.codex/skills/demo/run.sh > ${outside}/skill-${on}; echo b > ${outside}/other-${on}`;
    const { questions, stderr } = await real.run(script, {
      ...{ cwd, env, answer: () => allowOnce },
      flags: { overrides: [...flags.overrides, 'skill_folders=["~/.codex/skills"]'] },
    });
    expect(questions.map(({ kind }) => kind)).toEqual(kinds);
    expect(stderr.includes('skill_approval = false')).toBe(!on);
    expect(existsSync(join(outside, `skill-${on}`))).toBe(on);
    expect(existsSync(join(outside, `other-${on}`))).toBe(true);
  });
});
