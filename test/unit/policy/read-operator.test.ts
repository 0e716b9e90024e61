import { describe, expect, it } from 'vitest';
import { readOperator } from '../../../src/policy/index.ts';
import { makeSteps } from './judge-fixture.ts';

/** The operators behind each step, read as they stand between the steps of a script. */
function operatorsOf(script: string): string[] {
  const steps = makeSteps(script);
  return steps.map((step, index) =>
    readOperator(script.slice(step.source.end, steps[index + 1]?.source.start ?? script.length)),
  );
}

describe('operators between steps', () => {
  const rows: readonly [string, string[]][] = [
    ['npm ci && npm test', ['&&', '']],
    ['a || b; c', ['||', ';', '']],
    ['a | b |& c', ['|', '|&', '']],
    ['a & b', ['&', '']],
    ['a &', ['&']],
    ['a\nb', ['', '']],
    ['a  # not && this\nb', ['', '']],
    ['a && # why\n  b', ['&&', '']],
    ['a \\\n  && b', ['&&', '']],
    ['(a; b) > out && c', ['', ';', '&&', '']],
    ['if a; then b; fi; c', [';', ';', '']],
    ['while a; do b; done | c', [';', ';', '']],
    ['{ a; b; } || c', [';', ';', '']],
    ['a > "x && y" && b 2>&1 | c', ['&&', '|', '']],
    ['cat <<EOF && b\nx | y\nEOF', ['&&', '']],
    ['cat <<EOF\nx | y\nEOF\nb', ['', '']],
  ];
  it.each(rows)('%j', (script, operators) => {
    expect(operatorsOf(script)).toEqual(operators);
  });

  it('reads nothing between steps that lie in each other', () => {
    expect(readOperator('')).toBe('');
  });
});
