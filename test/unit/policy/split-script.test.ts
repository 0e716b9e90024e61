import { describe, expect, test } from 'vitest';
import { splitScript } from '../../../src/policy/index.ts';
import { type Redirect, type StepContext, StepDraft } from '../../../src/protocol/index.ts';
import opaque from '../../cases/split/opaque.json' with { type: 'json' };
import table from '../../cases/split/steps.json' with { type: 'json' };

function listFlags(context: StepContext): string {
  return Object.entries(context)
    .filter(([, value]) => value === true)
    .map(([name]) => name)
    .join(' ');
}

function showRedirect({ fd, operator, target, effect }: Redirect): string {
  return `${fd ?? ''}${operator}${target.text}:${effect}`;
}

/** A step as the table writes it: what is empty is left out. */
function describeStep(step: StepDraft): Record<string, unknown> {
  const { functionName, pipeline } = step.context;
  return {
    text: step.text,
    form: step.form,
    ...(step.wrappers.length > 0 ? { wrappers: step.wrappers } : {}),
    ...(step.opaque === undefined ? {} : { opaque: step.opaque }),
    ...(functionName === undefined ? {} : { functionName }),
    ...(pipeline === undefined ? {} : { pipeline }),
    ...(step.redirects.length > 0 ? { redirects: step.redirects.map(showRedirect) } : {}),
    flags: listFlags(step.context),
  };
}

describe('a script becomes its steps', () => {
  test.each(table)('$name', ({ script, steps }) => {
    const split = splitScript(script);
    expect(split.opaque).toBeUndefined();
    expect(split.steps.map(describeStep)).toEqual(steps);
    split.steps.forEach((step, index) => {
      expect(StepDraft.parse(step)).toEqual(step);
      expect(step.index).toBe(index);
    });
  });
});

describe('what cannot be read is one opaque step', () => {
  test.each(opaque)('$name', ({ script, reason }) => {
    const split = splitScript(script);
    expect(split.opaque).toContain(reason);
    expect(split.steps).toHaveLength(1);
    const [step] = split.steps;
    expect(step).toMatchObject({ form: 'opaque', text: script, source: { start: 0, end: script.length } });
    expect(step?.opaque).toBe(split.opaque);
  });

  test('a script over 64 KB, to the character', () => {
    const line = 'ls a\n';
    const fits = line.repeat(10) + '#'.repeat(64 * 1024 - 50);
    expect(splitScript(fits).steps).toHaveLength(10);
    expect(splitScript(`${fits}#`).opaque).toContain('longer');
  });

  test('so is one with a great many here-documents', () => {
    const lines = (count: number): string => `cat ${'<<a '.repeat(count)}\n${'a\n'.repeat(count)}`;
    expect(splitScript(lines(150)).opaque).toBeUndefined();
    expect(splitScript(lines(250)).opaque).toContain('here-documents');
  });
});

test('words keep their text, and their value when nothing can change it', () => {
  const [step] = splitScript('a \'b c\' "$d" e* ~/f $\'g\\n\' {h,i} "j\\"k" x=~ =y').steps;
  expect(step?.words.map((word) => word.value ?? null)).toEqual([
    'a',
    'b c',
    null,
    null,
    null,
    'g\n',
    null,
    'j"k',
    null,
    '=y',
  ]);
  expect(step?.argv).toBeUndefined();
  expect(splitScript("rm -rf 'a b'").steps[0]?.argv).toEqual(['rm', '-rf', 'a b']);
});

test('variables that a launcher or a prefix sets belong to the step', () => {
  const [step] = splitScript('A=1 env B="$x" C=3 bash -c "D=4 rm x"').steps;
  expect(step?.assignments.map(({ name, value }) => [name, value.value ?? value.text])).toEqual([
    ['A', '1'],
    ['B', '"$x"'],
    ['C', '3'],
    ['D', '4'],
  ]);
});

test('the place of a step inside quoted text is the command around it', () => {
  const script = 'ls; bash -c "rm a; rm b" > log';
  const places = splitScript(script).steps.map(({ source }) => script.slice(source.start, source.end));
  expect(places).toEqual([
    'ls',
    'bash -c "rm a; rm b" > log',
    'bash -c "rm a; rm b" > log',
    'bash -c "rm a; rm b" > log',
  ]);
});
