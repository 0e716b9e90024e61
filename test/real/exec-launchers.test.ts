import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeFolder, type RealEngine, rejectWith, startRealEngine } from '../support/real-engine.ts';

/** Each makes `x` by what only looks like a read; the words of `env` are known only when it is held. */
const CASES: [title: string, script: string][] = [
  ['a search path', 'env PATH=$PWD/bin ls x'],
  ['a search path in a process substitution', 'cat <(env PATH=$PWD/bin ls x)'],
  ['a word of several', 'E="-u A PATH=$PWD/bin"; env $E ls x'],
  ['what a launcher fills in', 'echo $PWD/bin | xargs -I{} env PATH={} ls x'],
  ['behind another launcher', 'timeout 9 env PATH=$PWD/bin ls x'],
  ['a script for the shell', 'env BASH_ENV=$PWD/be.sh bash -c ls'],
  ['behind a variable of its own', 'E=BASH_ENV=$PWD/be.sh; env $E bash -c ls'],
];

describe.skipIf(process.platform !== 'linux')(
  'a launcher with words of the shell (Linux: real gate and wall)',
  () => {
    let real: RealEngine;
    let folder: ReturnType<typeof makeFolder>;
    beforeAll(async () => {
      real = await startRealEngine();
      folder = makeFolder();
      mkdirSync(join(folder.path, 'bin'));
      copyFileSync('/usr/bin/touch', join(folder.path, 'bin', 'ls'));
      writeFileSync(join(folder.path, 'be.sh'), ': > x\n');
    });
    afterAll(async () => {
      await real.stop();
      folder.remove();
    });

    test.each(CASES)('is asked about: %s', async (_title, script) => {
      const ran = await real.run(script, {
        cwd: folder.path,
        policy: 'untrusted',
        answer: () => rejectWith('no'),
      });
      const asked = ran.questions.map(({ argv }) => argv?.[0]);
      expect([existsSync(join(folder.path, 'x')), asked]).toEqual([false, ['env']]);
    });

    test.each(['(exec -a ls touch x)', "bash -c 'exec -a ls touch x'"])(
      'a program under the name of another is shown and asked about: %s',
      async (script) => {
        const ran = await real.run(script, {
          cwd: folder.path,
          policy: 'untrusted',
          answer: () => rejectWith('no'),
        });
        expect(existsSync(join(folder.path, 'x'))).toBe(false);
        expect(ran.questions.map(({ text }) => text)).toEqual([
          expect.stringMatching(/\(really \/\S*bin\/touch\)$/),
        ]);
      },
    );

    test('goes on unasked where it sets nothing that matters', async () => {
      const ran = await real.run('env TZ="$L" ls; env | grep -c ^PATH=', {
        cwd: folder.path,
        policy: 'untrusted',
      });
      expect([ran.questions.length, ran.stdout]).toEqual([0, 'be.sh\nbin\n1\n']);
    });
  },
);
