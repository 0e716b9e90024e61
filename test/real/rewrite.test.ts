import { afterAll, describe, expect, test } from 'vitest';
import { type AskGate, planAsks, rewriteScript, splitScript } from '../../src/policy/index.ts';
import rejected from '../cases/split/rewrite-rejected.json' with { type: 'json' };
import same from '../cases/split/rewrite-same.json' with { type: 'json' };
import { openScriptBox } from '../support/run-rewritten.ts';

const box = openScriptBox();
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

function withoutAsked(result: ReturnType<typeof box.run>): Omit<ReturnType<typeof box.run>, 'asked'> {
  const { asked: _asked, ...rest } = result;
  return rest;
}
