import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Event } from '../../src/protocol/index.ts';
import { generateScript } from '../support/generate-scripts.ts';
import { makeFolder, openParams, type RealEngine, startRealEngine } from '../support/real-engine.ts';
import { makeRandom } from '../support/seeded-random.ts';

const SCRIPTS = 1000;
const PROGRAMS = ['alpha', 'beta', 'gamma', 'delta'];

describe.skipIf(process.platform !== 'linux')(
  'generated scripts that really run (Linux: real gate and wall)',
  () => {
    let real: RealEngine;
    beforeAll(async () => {
      real = await startRealEngine();
    });
    afterAll(() => real.stop());

    test(`${SCRIPTS} of them: every program that the kernel held was foreseen, or the script was opaque`, async () => {
      const folder = makeFolder();
      const bin = join(folder.path, 'bin');
      mkdirSync(bin);
      for (const name of PROGRAMS) copyFileSync('/bin/true', join(bin, name));
      const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
      streams.stdin.end();
      streams.stdout.resume();
      streams.stderr.resume();
      const opened = await real.engine.openSession(
        openParams({ cwd: folder.path, policy: 'never', env: { PATH: `${bin}:/usr/bin:/bin` } }),
        streams,
      );
      const { session } = opened;
      let events: Event[] = [];
      const unsubscribe = real.engine.subscribe((batch) => events.push(...batch));
      const random = makeRandom(20_261_122);
      const unforeseen: { script: string; text: string }[] = [];
      let held = 0;
      for (let i = 0; i < SCRIPTS; i++) {
        events = [];
        const { script } = generateScript(random, { programs: PROGRAMS, isRunnable: true, maxDepth: 3 });
        const { outcome } = await session.exec(script);
        expect(outcome).toBe('ran');
        const proposed = events.flatMap((event) => (event.type === 'step/proposed' ? [event] : []));
        held += events.filter((event) => event.type === 'step/judged' && event.runId !== undefined).length;
        const isOpaque = proposed.some((step) => step.form === 'opaque');
        if (isOpaque) continue;
        for (const step of proposed) if (step.isUnforeseen) unforeseen.push({ script, text: step.text });
      }
      unsubscribe();
      await session.close('finished');
      folder.remove();
      expect(unforeseen).toEqual([]);
      expect(held).toBeGreaterThan(SCRIPTS);
    }, 900_000);
  },
);
