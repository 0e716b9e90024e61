import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  allowOnce,
  makeFolder,
  type RealEngine,
  rejectWith,
  startRealEngine,
} from '../support/real-engine.ts';

describe.skipIf(process.platform !== 'linux')('scripts at the same time (Linux: real gate and wall)', () => {
  let real: RealEngine;
  beforeAll(async () => {
    real = await startRealEngine();
  });
  afterAll(() => real.stop());

  test('two in one folder: each gets its own answers, and the placeholders of neither are missed', async () => {
    const folder = makeFolder();
    const run = (name: string, mayRemove: boolean) => {
      writeFileSync(join(folder.path, `${name}.old`), name);
      const script = `touch ${name}.new && rm ${name}.old; echo "${name} $?"; python3 -c 'import os; os.mkdir(".git/hooks")' 2>/dev/null || echo walled`;
      return real.run(script, {
        cwd: folder.path,
        policy: 'untrusted',
        answer: (approval) => {
          if (approval.kind === 'edit') return rejectWith('protected');
          return approval.argv?.[0] === 'rm' && !mayRemove ? rejectWith(`keep ${name}`) : allowOnce;
        },
      });
    };
    const [first, second] = await Promise.all([run('first', true), run('second', false)]);
    const left = ['first.new', 'first.old', 'second.new', 'second.old', '.git', '.codex'].filter((name) =>
      existsSync(join(folder.path, name)),
    );
    folder.remove();
    expect([first.stdout, second.stdout]).toEqual(['first 0\nwalled\n', 'second 126\nwalled\n']);
    expect(second.stderr).toContain('keep second');
    expect(first.stderr).not.toContain('keep');
    expect(left).toEqual(['first.new', 'second.new', 'second.old']);
  });

  test('ten in ten folders: no mix-up of questions, answers, output or history', async () => {
    const numbers = Array.from({ length: 10 }, (_, number) => number);
    const folders = numbers.map(() => makeFolder());
    const runs = await Promise.all(
      numbers.map((number) =>
        real.run(
          `echo ${number} > own-${number}; rm own-${number}; cat own-${number} || echo gone ${number}`,
          {
            cwd: folders[number]?.path ?? '',
            policy: 'untrusted',
            answer: (approval) =>
              approval.argv?.[0] === 'rm' && number % 2 === 1 ? rejectWith(`no ${number}`) : allowOnce,
          },
        ),
      ),
    );
    const left = folders.map(({ path }, number) => {
      const file = join(path, `own-${number}`);
      return existsSync(file) ? readFileSync(file, 'utf8') : null;
    });
    for (const folder of folders) folder.remove();
    expect(runs.map((ran) => ran.stdout)).toEqual(
      numbers.map((number) => (number % 2 === 1 ? `${number}\n` : `gone ${number}\n`)),
    );
    expect(left).toEqual(numbers.map((number) => (number % 2 === 1 ? `${number}\n` : null)));
    const asked = runs.map((ran) => ran.questions.map((question) => question.text));
    expect(asked).toEqual(numbers.map((number) => [`echo ${number} > own-${number}`, `rm own-${number}`]));
    expect(new Set(runs.flatMap((ran) => ran.questions.map((one) => one.approvalId))).size).toBe(20);
    for (const ran of runs) {
      expect(ran.events.map((event) => event.seq)).toEqual(ran.events.map((_, index) => index + 1));
    }
  });
});
