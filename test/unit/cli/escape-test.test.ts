import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { CaseResult } from '../../../src/cli/escape-test/index.ts';
import { isBad, listCases, runCases } from '../../../src/cli/escape-test/index.ts';
import { judgeCase, type Observation } from '../../../src/cli/escape-test/judge-case.ts';
import { renderResults } from '../../../src/cli/escape-test/print-results.ts';
import { listUnshown } from '../../support/unshown-cases.ts';

const seen = (more: Partial<Observation>): Observation => ({
  hasRun: true,
  isCutOff: false,
  status: 0,
  isCarried: false,
  isSeen: undefined,
  words: '',
  ...more,
});

describe.skipIf(process.platform === 'win32')('a Node below /tmp', () => {
  it('is not there behind the wall: its cases are skipped with that reason, however they are written', async () => {
    const parent = mkdtempSync(join(tmpdir(), 'sallyport-escape-'));
    onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
    const one = { family: 'work', kind: 'work', title: 'node' } as const;
    const results = await runCases(
      [
        { ...one, id: 'work: text', payload: '"$NODE" -e 1' },
        { ...one, id: 'work: made', payload: () => '"$NODE" -e 1' },
      ],
      { node: '/tmp/clone/node', launcher: ['/bin/false'], isWalled: true, parent },
    );
    const skipped = {
      verdict: 'skipped',
      reason: 'this Node is below /tmp, which the wall replaces: /tmp/clone/node',
    };
    expect(results).toMatchObject([skipped, skipped]);
  });
});

describe('judgeCase', () => {
  it.each([
    ['contained', {}],
    ['contained', { isSeen: false, status: 1 }],
    ['contained', { status: null }],
    ['let-through', { isSeen: true }],
    ['let-through', { isCarried: true }],
    ['let-through', { isCarried: true, hasRun: false }],
    ['let-through', { isSeen: true, isCutOff: true }],
    ['failed', { hasRun: false }],
    ['failed', { isCutOff: true }],
    ['failed', { hasRun: false, isSeen: false }],
  ] as const)('containment: %s by %o', (verdict, more) => {
    expect(judgeCase('containment', seen(more)).verdict).toBe(verdict);
  });

  it.each([
    ['works', {}],
    ['works', { isSeen: true }],
    ['broken', { isSeen: false }],
    ['broken', { status: 1 }],
    ['broken', { status: null }],
    ['failed', { hasRun: false }],
    ['failed', { isCutOff: true }],
  ] as const)('work: %s by %o', (verdict, more) => {
    expect(judgeCase('work', seen(more)).verdict).toBe(verdict);
  });

  it('says what the payload said, and only its end', () => {
    const { reason } = judgeCase('work', seen({ status: 3, words: `${'x'.repeat(1000)}the end\n` }));
    expect(reason).toMatch(/^status 3: x+the end$/);
    expect(reason?.length).toBeLessThan(330);
  });

  it('takes what got through, broke or did not run for bad', () => {
    expect((['let-through', 'broken', 'failed'] as const).every(isBad)).toBe(true);
    expect((['contained', 'works', 'skipped'] as const).some(isBad)).toBe(false);
  });
});

describe('listCases', () => {
  const cases = listCases();

  it('has names of its own for all', () => {
    expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
    for (const { id, family } of cases) expect(id.startsWith(`${family}.`)).toBe(true);
  });

  it('chooses', () => {
    const quick = listCases({ isQuick: true, families: ['work'] });
    expect(quick.length).toBeGreaterThan(10);
    expect(quick.every(({ family, isSlow }) => family === 'work' && isSlow !== true)).toBe(true);
    expect(quick.length).toBeLessThan(listCases({ families: ['work'] }).length);
  });

  it('shows nothing without a wall that would change the machine', () => {
    const isRisky = /umount|mount -|ip (link|route)|kill -\w+ -1|hostname \w|vhangup/;
    const risky = cases.filter(({ payload }) => {
      // What happens in a namespace of its own ends with it.
      return (
        typeof payload === 'string' && isRisky.test(payload.replaceAll(/unshare -Urm bash -c "[^"]*"/g, ''))
      );
    });
    expect(risky.length).toBeGreaterThan(3);
    expect(risky.filter(({ unshown }) => unshown === undefined).map(({ id }) => id)).toEqual([]);
  });
});

const result = (id: string, verdict: CaseResult['verdict'], more: Partial<CaseResult> = {}): CaseResult => ({
  id,
  family: 'writes',
  title: `title of ${id}`,
  verdict,
  milliseconds: 1,
  ...more,
});

describe('renderResults', () => {
  it('counts by family, and names what is not as it should be', () => {
    const text = renderResults([
      result('writes.a', 'contained'),
      result('writes.b', 'let-through'),
      result('work.c', 'broken', { family: 'work', reason: 'status 1: \u001b[31mred' }),
      result('work.d', 'skipped', { family: 'work', reason: 'not on this machine: gdb' }),
    ]);
    expect(text).toMatch(/^writes +1 +1 +- +- +- +-$/m);
    expect(text).toMatch(/^work +- +- +- +1 +- +1$/m);
    expect(text).toContain('LET THROUGH  writes.b (title of writes.b)');
    expect(text).toContain('skipped  work.d (title of work.d): not on this machine: gdb');
    expect(text).not.toContain('\u001b');
    expect(text).toMatch(/3 cases run, 1 skipped: 2 NOT as they should be\.\n$/);
  });
});

describe('listUnshown', () => {
  const [one, two, three] = listCases({ families: ['kernel'] }).filter(
    ({ unshown }) => unshown === undefined,
  );
  if (one === undefined || two === undefined || three === undefined) throw new Error('no cases');
  const cases = [one, two, three];

  it('counts what got through among what could be tried', () => {
    const rows = [result(one.id, 'let-through'), result(two.id, 'contained'), result(three.id, 'skipped')];
    const { share, unshown } = listUnshown(cases, new Map(rows.map((row) => [row.id, row])), true);
    expect(share).toBe(0.5);
    expect(unshown).toEqual([`${two.id}: this kernel or machine stops it by itself`]);
  });
});
