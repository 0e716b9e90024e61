import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { applyEdits } from '../../src/engine/session/apply-edits.ts';
import { planEdits } from '../../src/engine/session/plan-edits.ts';
import { parsePatch } from '../../src/policy/index.ts';
import { makeFolder } from '../support/real-engine.ts';
import { makeSnapshot } from '../unit/policy/judge-fixture.ts';

function patch(...lines: string[]): string {
  return ['*** Begin Patch', ...lines, '*** End Patch', ''].join('\n');
}

describe.skipIf(process.platform !== 'linux')('changes of files, on the disk (Linux)', () => {
  let base: ReturnType<typeof makeFolder>;
  let cwd: string;

  beforeEach(() => {
    base = makeFolder('sallyport-edit', '/var/tmp');
    cwd = join(base.path, 'work');
    mkdirSync(cwd);
  });
  afterEach(() => {
    chmodSync(cwd, 0o755);
    base.remove();
  });

  const put = (name: string, text: string): void => {
    mkdirSync(join(cwd, name, '..'), { recursive: true });
    writeFileSync(join(cwd, name), text);
  };
  const get = (name: string): string => readFileSync(join(cwd, name), 'utf8');
  /** Nothing of ours is left lying about. */
  const leftOver = (): string[] =>
    readdirSync(cwd, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.sallyport-'));

  const snapshot = () =>
    makeSnapshot({
      workspace: cwd,
      writableRoots: [cwd],
      home: base.path,
      secretPaths: [],
      protectedPaths: [],
    });
  const plan = async (text: string) => {
    const reading = parsePatch(text);
    if ('problem' in reading) throw new Error(reading.problem);
    const planned = await planEdits(reading.changes, {
      ...{ cwd, snapshot: snapshot(), ownFolders: [], isOpened: () => false },
    });
    if ('problem' in planned) throw new Error(planned.problem);
    return planned.files;
  };
  const apply = async (text: string, between: () => void) => {
    const files = await plan(text);
    between();
    return applyEdits(files, { umask: 0o022, isWalled: true });
  };

  test('a third file that fails takes back the two before it', async () => {
    put('a.txt', 'a\n');
    put('d.txt', 'd\n');
    const text = patch(
      ...['*** Update File: a.txt', '@@', '-a', '+A', '*** Delete File: d.txt'],
      ...['*** Add File: x/y/c.txt', '+c'],
    );
    // Something else stands where the third is to appear, in a folder that appears meanwhile.
    const outcome = await apply(text, () => put('x/y/c.txt', 'mine\n'));
    expect(outcome).toMatchObject({ problem: expect.stringContaining('nothing was changed') });
    expect([get('a.txt'), get('d.txt'), get('x/y/c.txt')]).toEqual(['a\n', 'd\n', 'mine\n']);
    expect(leftOver()).toEqual([]);
  });

  test.each<[string, string, () => void, RegExp]>([
    [
      'a file of that name has appeared',
      '*** Add File: x/new.txt',
      () => put('x/new.txt', 'mine\n'),
      /x\/new\.txt has appeared since it was shown: look at it/,
    ],
    [
      'a file stands where its folder is to be',
      '*** Add File: x/new.txt',
      () => put('x', 'mine\n'),
      /the folder of .*x\/new\.txt has changed since it was shown: a part of its path is no folder, or a link$/,
    ],
    [
      'a link stands where its folder is to be',
      '*** Add File: x/new.txt',
      () => symlinkSync(base.path, join(cwd, 'x')),
      /the folder of .*x\/new\.txt has changed since it was shown: a part of its path is no folder, or a link$/,
    ],
  ])('in plain words, where %s', async (_what, line, between, words) => {
    const outcome = await apply(patch(line, '+new'), between);
    const problem = 'problem' in outcome ? outcome.problem : '';
    expect(problem).toMatch(/^nothing was changed: /);
    expect(problem).toMatch(words);
    expect(problem).not.toMatch(/\bE[A-Z]{3,}\b|\/proc\/self/);
    expect(leftOver()).toEqual([]);
  });

  test('in plain words, where it appears in the last moment', async () => {
    const [file] = await plan(patch('*** Add File: new.txt', '+new'));
    if (file === undefined) throw new Error('nothing was planned');
    const outcome = await applyEdits([file, file], { umask: 0o022, isWalled: true });
    const shown = join(cwd, 'new.txt');
    expect(outcome).toEqual({
      problem: `nothing was changed: ${shown} has appeared since it was shown: look at it and propose the change anew`,
    });
    expect(existsSync(shown)).toBe(false);
  });

  test('a file with another name is replaced, and the other name keeps what it had', async () => {
    put('a.txt', 'a\n');
    linkSync(join(cwd, 'a.txt'), join(base.path, 'other'));
    expect(await apply(patch('*** Update File: a.txt', '@@', '-a', '+A'), () => undefined)).toHaveProperty(
      'written',
    );
    expect([get('a.txt'), readFileSync(join(base.path, 'other'), 'utf8')]).toEqual(['A\n', 'a\n']);
    linkSync(join(base.path, 'other'), join(base.path, 'again'));
    const outside = await apply(
      patch(`*** Update File: ${base.path}/other`, '@@', '-a', '+B'),
      () => undefined,
    );
    expect(outside).toMatchObject({ problem: expect.stringContaining('other names') });
  });

  test.skipIf(process.geteuid?.() !== 0)(
    'an engine that runs as root writes nothing that its user could not',
    async () => {
      put('a.txt', 'a\n');
      chmodSync(join(cwd, 'a.txt'), 0o444);
      const readOnly = await apply(patch('*** Update File: a.txt', '@@', '-a', '+A'), () => undefined);
      expect(readOnly).toMatchObject({ problem: expect.stringContaining('may not be written') });
      chmodSync(cwd, 0o555);
      const folder = await apply(patch('*** Add File: b.txt', '+b'), () => undefined);
      expect(folder).toMatchObject({ problem: expect.stringContaining('may not be written') });
      expect(lstatSync(join(cwd, 'a.txt')).size).toBe(2);
    },
  );
});
