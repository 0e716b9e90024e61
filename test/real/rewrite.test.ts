import { afterAll, describe, expect, test } from 'vitest';
import { type AskGate, planAsks, rewriteScript, splitScript } from '../../src/policy/index.ts';
import rejected from '../cases/split/rewrite-rejected.json' with { type: 'json' };
import same from '../cases/split/rewrite-same.json' with { type: 'json' };
import { generateScript } from '../support/generate-scripts.ts';
import { openScriptBox } from '../support/run-rewritten.ts';
import { makeRandom } from '../support/seeded-random.ts';

const PROGRAMS = ['alpha', 'beta', 'gamma'];
const box = openScriptBox(PROGRAMS);
afterAll(() => box.close());

function rewriteAll(script: string, gate: AskGate): string {
  const split = splitScript(script);
  const mustAsk = planAsks(split.steps, () => 'ask', { gate });
  return rewriteScript(script, split, { askCommand: box.ask, mustAsk, gate });
}

describe('with every question allowed a script does what it did', () => {
  test.each(same)('$name', ({ script }) => {
    const original = box.run(script);
    for (const gate of ['kernel', 'shell'] as const) {
      const text = rewriteAll(script, gate);
      const { asked, ...rewritten } = box.run(text);
      expect(rewritten, `${gate}: ${text}`).toEqual({ ...withoutAsked(original) });
      if (gate === 'shell') expect(asked.length, text).toBeGreaterThan(0);
    }
  });
});

describe('a rejected step does nothing and has status 126', () => {
  test.each(rejected)('$name', (row) => {
    const { script, reject, status, stdout } = row;
    const files: Record<string, string | undefined> = row.files;
    const split = splitScript(script);
    const indexes = split.steps.filter((step) => reject.includes(step.text)).map((step) => step.index);
    expect(indexes.length, `steps: ${split.steps.map((step) => step.text).join(' | ')}`).toBeGreaterThan(0);
    for (const gate of ['kernel', 'shell'] as const) {
      if (!row.gates.includes(gate)) continue;
      const text = rewriteAll(script, gate);
      const result = box.run(text, indexes);
      expect(
        { status: result.status, stdout: result.stdout, files: result.files },
        `${gate}: ${text}`,
      ).toEqual({
        status,
        stdout,
        files,
      });
    }
  });
});

test('generated scripts do what they did, in any order of their lines', { timeout: 120_000 }, () => {
  const random = makeRandom(4_711);
  let count = 0;
  while (count < 100) {
    const { script, constructs } = generateScript(random, {
      programs: PROGRAMS,
      isRunnable: true,
      maxDepth: 3,
    });
    // Jobs in the background race each other for their files, and so do members of a pipeline that write the same one.
    if (constructs.has('background')) continue;
    const written = script.match(/\bout\d+/g) ?? [];
    if (constructs.has('pipeline') && new Set(written).size < written.length) continue;
    count += 1;
    const original = sortLines(box.run(script));
    const gate = count % 2 === 0 ? 'kernel' : 'shell';
    const text = rewriteAll(script, gate);
    expect(sortLines(box.run(text)), text).toEqual(original);
  }
});

/** Members of a pipeline print in any order; bash counts lines inside substitutions in its own way. */
function sortLines(result: ReturnType<typeof box.run>): unknown {
  const sort = (text: string): string[] => text.split('\n').toSorted();
  const errors = result.stderr
    .replaceAll(/line \d+/g, 'line')
    .replaceAll(/^.*(?:signal 13|Broken pipe).*$/gm, '');
  const files = Object.entries(result.files).map(([name, text]) => [name, sort(text)]);
  return { status: result.status, stdout: sort(result.stdout), errors: sort(errors.trim()), files };
}

function withoutAsked(result: ReturnType<typeof box.run>): Omit<ReturnType<typeof box.run>, 'asked'> {
  const { asked: _asked, ...rest } = result;
  return rest;
}
