import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listScriptSteps, type StepRun } from '../../../src/engine/list-script-steps.ts';
import { measureFolder } from '../../../src/engine/measure-folder.ts';
import { tellIfRejected } from '../../../src/engine/tell-if-rejected.ts';
import { splitScript } from '../../../src/policy/index.ts';
import { createIdMaker, type Step } from '../../../src/protocol/index.ts';
import { makeFolder } from '../../support/real-engine.ts';

const ids = createIdMaker(() => 1_700_000_000_000, randomBytes);

function stepsOf(script: string): Step[] {
  const turnId = ids.turn();
  return splitScript(script).steps.map((draft) => ({
    ...draft,
    stepId: ids.step(),
    turnId,
    kind: 'command',
    cwd: '/w',
    agentName: 'script',
    isUnforeseen: false,
  }));
}

const KNOWN = { isCut: false, hasEnded: false, holdsPrograms: true };

function run(changes: Partial<StepRun>): StepRun {
  return { runId: ids.run(), startedAt: 1000, ...changes };
}

describe('the steps of a script around a question', () => {
  const script = 'npm ci && npm run build && rm -rf dist; echo done';

  it('tells operators, states, outcomes and durations', () => {
    const steps = stepsOf(script);
    const runs = new Map([
      [String(steps[0]?.stepId), run({ finishedAt: 18_200, outcome: 'ran', exitCode: 0 })],
      [String(steps[1]?.stepId), run({})],
    ]);
    const part = listScriptSteps({ script, steps, runs, here: steps[2]?.stepId, ...KNOWN });
    expect(part.steps.map(({ text, operator, state }) => [text, operator, state])).toEqual([
      ['npm ci', '&&', 'done'],
      ['npm run build', '&&', 'running'],
      ['rm -rf dist', ';', 'here'],
      ['echo done', '', 'later'],
    ]);
    expect(part.steps[0]).toMatchObject({ outcome: 'ran', exitCode: 0, durationMs: 17_200 });
    expect(part).toMatchObject({ stepNumber: 3, stepCount: 4, stepsBefore: 0, stepsAfter: 0 });
  });

  it('takes builtins in front for done, and nothing for done that is held and has not run', () => {
    const mixed = 'cd x && ls && rm a || echo no';
    const steps = stepsOf(mixed);
    const given = { script: mixed, steps, runs: new Map(), here: steps[2]?.stepId, ...KNOWN };
    const states = (changes: object) =>
      listScriptSteps({ ...given, ...changes }).steps.map((step) => step.state);
    expect(states({})).toEqual(['done', 'later', 'here', 'later']);
    expect(states({ hasEnded: true })).toEqual(['done', 'later', 'here', 'done']);
    expect(states({ holdsPrograms: false })).toEqual(['done', 'done', 'here', 'later']);
  });

  it('takes what stands in front for done where the runs were too many to read', () => {
    const steps = stepsOf(script);
    const part = listScriptSteps({
      script,
      steps,
      runs: new Map(),
      here: steps[2]?.stepId,
      ...KNOWN,
      isCut: true,
    });
    expect(part.steps.map((step) => step.state)).toEqual(['done', 'done', 'here', 'later']);
  });

  const windows: readonly [number, number, number][] = [
    [0, 0, 60],
    [50, 30, 30],
    [99, 60, 0],
  ];
  it.each(windows)('shows 40 of 100 around number %i', (at, before, after) => {
    const long = Array.from({ length: 100 }, (_, index) => `echo ${index}`).join('\n');
    const steps = stepsOf(long);
    const part = listScriptSteps({
      script: long,
      steps,
      runs: new Map(),
      here: steps[at]?.stepId,
      ...KNOWN,
    });
    expect(part.steps).toHaveLength(40);
    expect([part.stepsBefore, part.stepsAfter, part.stepNumber]).toEqual([before, after, at + 1]);
    expect(part.steps.filter((step) => step.state === 'here')).toHaveLength(1);
  });

  it('gives no number to a step that was not foreseen', () => {
    const [first, second] = stepsOf('sh build.sh; curl example.org');
    if (first === undefined || second === undefined) throw new Error('two steps');
    const unforeseen = { ...second, isUnforeseen: true };
    const steps = [first, unforeseen];
    const part = listScriptSteps({
      script: 'sh build.sh',
      steps,
      runs: new Map(),
      here: second.stepId,
      ...KNOWN,
    });
    expect(part).toMatchObject({ stepNumber: 0, stepCount: 1 });
    expect(part.steps.at(-1)).toMatchObject({ state: 'here', operator: '' });
  });
});

describe('what a rejection does', () => {
  const thing = { kind: 'cmd' as const, agentName: 'script', isWholeScript: false, operator: '' };
  const rows: readonly [Parameters<typeof tellIfRejected>[0], string][] = [
    [thing, 'The command does not run and its caller gets status 126; the script goes on.'],
    [
      { ...thing, operator: '&&' },
      'The command does not run and its caller gets status 126; what follows && does not run either.',
    ],
    [
      { ...thing, operator: '||' },
      'The command does not run and its caller gets status 126; what follows || runs instead.',
    ],
    [{ ...thing, isWholeScript: true }, 'The script does not start and its caller gets status 126.'],
    [{ ...thing, kind: 'edit' }, 'Nothing is written there; the program that tried is told and may go on.'],
    [{ ...thing, kind: 'net' }, 'The connection is refused; the script goes on.'],
    [{ ...thing, agentName: 'Codex' }, 'The command does not run. Codex is told and continues.'],
    [{ ...thing, agentName: 'Codex', kind: 'mcp' }, 'The tool is not called. Codex is told and continues.'],
  ];
  it.each(rows)('%j', (given, sentence) => {
    expect(tellIfRejected(given)).toBe(sentence);
  });
});

describe('what a folder holds', () => {
  let folder: ReturnType<typeof makeFolder>;
  beforeEach(() => {
    folder = makeFolder();
  });
  afterEach(() => folder.remove());

  const bounds = { maxEntries: 5000, maxMs: 10_000, nowMs: () => Date.now() };

  it('counts files and bytes, and follows no link', async () => {
    const inner = join(folder.path, 'a', 'b');
    mkdirSync(inner, { recursive: true });
    writeFileSync(join(inner, 'x'), 'x'.repeat(1000));
    writeFileSync(join(folder.path, 'y'), 'y'.repeat(24));
    symlinkSync('/usr', join(folder.path, 'usr'));
    const amount = await measureFolder(folder.path, bounds);
    expect(amount).toEqual({ files: 3, bytes: 1000 + 24 + '/usr'.length, isCut: false });
  });

  it('stops at the bound of entries, and at that of time', async () => {
    const first = join(folder.path, '0');
    writeFileSync(first, '');
    for (let index = 1; index < 30; index++) linkSync(first, join(folder.path, String(index)));
    expect(await measureFolder(folder.path, { ...bounds, maxEntries: 20 })).toEqual({
      files: 20,
      bytes: 0,
      isCut: true,
    });
    let now = 0;
    const late = await measureFolder(folder.path, { maxEntries: 5000, maxMs: 5, nowMs: () => now++ });
    expect(late?.isCut).toBe(true);
  });

  it('does not leave the file system', async () => {
    // /dev/pts and /dev/shm are mounted below /dev, and are file systems of their own.
    mkdirSync('/dev/shm/sallyport-measured', { recursive: true });
    writeFileSync('/dev/shm/sallyport-measured/big', 'x'.repeat(1_000_003));
    const amount = await measureFolder('/dev', bounds);
    rmSync('/dev/shm/sallyport-measured', { recursive: true });
    expect(amount?.files).toBeGreaterThan(0);
    expect(amount?.bytes).toBeLessThan(1_000_003);
  });

  it('knows nothing of what is no folder', async () => {
    const file = join(folder.path, 'file');
    writeFileSync(file, '');
    expect(await measureFolder(file, bounds)).toBeUndefined();
    expect(await measureFolder(join(folder.path, 'missing'), bounds)).toBeUndefined();
  });
});
