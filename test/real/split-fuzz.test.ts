import { describe, expect, test } from 'vitest';
import { planAsks, rewriteScript, type ScriptSplit, splitScript } from '../../src/policy/index.ts';
import { CONSTRUCTS, type GenerateOptions, generateScript } from '../support/generate-scripts.ts';
import { mutateScript } from '../support/mutate-script.ts';
import { makeRandom } from '../support/seeded-random.ts';

const GENERATED = 6_000;
const MUTATED = 4_000;
/** Mostly small, as every one is split several times; some deep. */
function chooseOptions(at: number): GenerateOptions {
  return { programs: ['alpha', 'beta', 'gamma'], isRunnable: false, maxDepth: at % 10 === 0 ? 4 : 2 };
}

function rewriteAll(script: string, split: ScriptSplit): string {
  const askCommand = (index: number): string => `ask-for ${index}`;
  const mustAsk = planAsks(split.steps, () => 'ask', { gate: 'shell' });
  return rewriteScript(script, split, { askCommand, mustAsk, gate: 'shell' });
}

/**
 * What is wrong with a rewritten script, or null. Text that does not parse again is never returned: the questions then
 * stand in front of the whole, which counts as a flaw here.
 */
function findFlaw(script: string, split: ScriptSplit): string | null {
  const rewritten = rewriteAll(script, split);
  if (split.steps.length > 0 && rewritten.endsWith(`exit 126; fi\n${script}`))
    return 'asked in front of the whole';
  const asked = new Set([...rewritten.matchAll(/ask-for (\d+)/g)].map((match) => Number(match[1])));
  const missing = split.steps.find((step) => !asked.has(step.index));
  return missing === undefined ? null : `no question for ${missing.text}`;
}

/** The same for a script that may be none: then it must be one opaque step, and its text left alone. */
function findMutantFlaw(script: string, split: ScriptSplit): string | null {
  const isSound = split.steps.every(
    ({ index, source, form, opaque }, place) =>
      index === place &&
      source.start <= source.end &&
      source.end <= script.length &&
      (form === 'opaque') === (opaque !== undefined),
  );
  if (!isSound) return 'a step with odd offsets or form';
  if (split.opaque === undefined) return findFlaw(script, split);
  if (split.steps.length !== 1) return 'an opaque script with more than one step';
  return rewriteAll(script, split).endsWith(`exit 126; fi\n${script}`) ? null : 'opaque text was changed';
}

describe('10,000 scripts through the splitter', () => {
  test('generated ones are read in full and still parse when rewritten', { timeout: 120_000 }, () => {
    const random = makeRandom(20_260_101);
    const counts = new Map<string, number>(CONSTRUCTS.map((name) => [name, 0]));
    const flaws: unknown[] = [];
    for (let at = 0; at < GENERATED; at += 1) {
      const { script, constructs, marks } = generateScript(random, chooseOptions(at));
      for (const name of constructs) counts.set(name, (counts.get(name) ?? 0) + 1);
      const split = splitScript(script);
      const found = new Set(split.steps.flatMap((step) => step.words.map((word) => word.value)));
      const lost = marks.filter((mark) => !found.has(mark));
      const flaw = split.opaque ?? (lost.length > 0 ? `lost ${lost.join(' ')}` : findFlaw(script, split));
      if (flaw !== null) flaws.push({ script, flaw });
    }
    expect(flaws.slice(0, 3)).toEqual([]);
    expect([...counts].filter(([, count]) => count < 200)).toEqual([]);
  });

  test('mutated ones never throw, and are opaque or still parse when rewritten', { timeout: 120_000 }, () => {
    const random = makeRandom(77);
    const flaws: unknown[] = [];
    let opaque = 0;
    for (let at = 0; at < MUTATED; at += 1) {
      const script = mutateScript(generateScript(random, chooseOptions(at)).script, random);
      const split = splitScript(script);
      if (split.opaque !== undefined) opaque += 1;
      const flaw = findMutantFlaw(script, split);
      if (flaw !== null) flaws.push({ script, flaw });
    }
    expect(flaws.slice(0, 3)).toEqual([]);
    expect(opaque).toBeGreaterThanOrEqual(200);
    expect(opaque).toBeLessThan(MUTATED);
  });

  test('deep and long ones are opaque, not a crash', () => {
    const hostile = [
      '$('.repeat(5_000),
      '"$('.repeat(2_000),
      `${'$('.repeat(5_000)}${')'.repeat(5_000)}`,
      '('.repeat(20_000),
      '{ '.repeat(20_000),
      'a;'.repeat(32_000),
      'if '.repeat(10_000),
      '`'.repeat(30_001),
      `x=${'${x:-'.repeat(3_000)}${'}'.repeat(3_000)}`,
      `bash -c '${'a '.repeat(40_000)}'`,
      `echo ${'<(echo '.repeat(300)}${')'.repeat(300)}`,
      `(( ${'('.repeat(5_000)}1${')'.repeat(5_000)} ))`,
      'cat <<E\nnever ends',
      'a \\',
      'a \0 b',
    ];
    for (const script of hostile)
      expect(splitScript(script).opaque, script.slice(0, 40)).toBeTypeOf('string');
  });
});
