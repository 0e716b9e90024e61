import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileProgram, removeFolders } from '../../sandbox-helpers/test/support/helper-files.ts';
import { allowOnce, makeFolder, type RealEngine, startRealEngine } from '../support/real-engine.ts';

describe.skipIf(process.platform !== 'linux')('a program that is swapped after the question (Linux)', () => {
  let real: RealEngine;
  let folder: ReturnType<typeof makeFolder>;
  beforeAll(async () => {
    real = await startRealEngine();
    folder = makeFolder();
    compileProgram('swapping-exec', folder.path, ['-shared', '-fPIC']);
  });
  afterAll(async () => {
    await real.stop();
    folder.remove();
    removeFolders();
  });

  const at = (name: string): string => join(folder.path, name);

  test('is shown as not verified, killed before it does anything, and told as refused', async () => {
    const swapped = async (): Promise<void> => {
      writeFileSync(at('go'), '');
      while (!existsSync(at('swapped'))) await new Promise((resolve) => setTimeout(resolve, 5));
    };
    const ran = await real.run('LD_PRELOAD=./swapping-exec env touch shown; echo $?', {
      cwd: folder.path,
      policy: 'untrusted',
      answer: (asked, earlier) => {
        if (asked.argv?.[0] !== 'touch') return allowOnce;
        const { approvalId } = asked;
        void swapped().then(() =>
          real.engine.answerApproval({
            approvalId,
            requestKey: `later-${earlier}`,
            by: 'test',
            answer: allowOnce,
          }),
        );
        return undefined;
      },
    });
    const asked = ran.questions.find(({ argv }) => argv?.[0] === 'touch');
    expect(asked?.argv).toEqual(['touch', 'shown']);
    expect(asked?.reasons[0]).toMatchObject({ code: 'unverified' });
    expect(asked?.reasons[0]?.text).toContain('has 2 threads');
    expect([existsSync(at('ran')), existsSync(at('shown'))]).toEqual([false, false]);
    expect(ran.stderr).toContain(
      'sallyport: refused: another program than the one shown was started: killed',
    );
    const feedback = 'another program than the one shown was started: killed';
    expect(
      ran.events.find((event) => event.type === 'step/finished' && event.runId === asked?.runId),
    ).toMatchObject({
      outcome: 'refused',
      feedback,
      signal: 'SIGKILL',
    });
    expect(ran.events.find((event) => event.type === 'wall/denied')).toMatchObject({
      op: 'exec',
      path: '/usr/bin/touch',
      runId: asked?.runId,
      rule: feedback,
    });
  });
});
