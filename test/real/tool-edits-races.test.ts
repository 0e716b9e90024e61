/**
 * What a program of the session could exchange in the middle of a change, at one certain step: the engine's own calls are
 * made as ever, with an act of the program before or behind one of them.
 */
import {
  constants,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { applyEdits } from '../../src/engine/session/apply-edits.ts';
import { planEdits } from '../../src/engine/session/plan-edits.ts';
import { MAX_FILE_BYTES, readTarget } from '../../src/engine/session/read-target.ts';
import { parsePatch } from '../../src/policy/index.ts';
import { makeFolder } from '../support/real-engine.ts';
import { makeSnapshot } from '../unit/policy/judge-fixture.ts';

type Step = 'mkdir' | 'open' | 'link' | 'copyFile' | 'rename' | 'unlink';
/** `flags`: of what is opened. */
type Act = (step: Step, paths: readonly string[], flags: number) => void;

const program = vi.hoisted((): { before: Act; behind: Act } => ({
  before: () => undefined,
  behind: () => undefined,
}));

vi.mock('node:fs/promises', async (load) => {
  const real = await load<typeof import('node:fs/promises')>();
  const watch =
    <Words extends unknown[], Result>(step: Step, call: (...words: Words) => Promise<Result>) =>
    async (...words: Words): Promise<Result> => {
      const paths = words.filter((word): word is string & Words[number] => typeof word === 'string');
      const flags = words.find((word) => typeof word === 'number') ?? 0;
      program.before(step, paths, flags);
      const result = await call(...words);
      program.behind(step, paths, flags);
      return result;
    };
  return {
    ...real,
    mkdir: watch('mkdir', real.mkdir),
    open: watch('open', real.open),
    link: watch('link', real.link),
    copyFile: watch('copyFile', real.copyFile),
    rename: watch('rename', real.rename),
    unlink: watch('unlink', real.unlink),
  };
});

function patch(...lines: string[]): string {
  return ['*** Begin Patch', ...lines, '*** End Patch', ''].join('\n');
}

/** Acts at the first call that fits. */
function once(fits: (step: Step, paths: readonly string[]) => boolean, act: () => void): Act {
  let isDone = false;
  return (step, paths) => {
    if (isDone || !fits(step, paths)) return;
    isDone = true;
    act();
  };
}

function refusal(code: string): Error {
  return Object.assign(new Error(code), { code });
}

const SECRET = 'TOP SECRET KEY\n';
const CHANGE = ['*** Update File: t.txt', '@@', '-old', '+new'];

describe.skipIf(process.platform !== 'linux')('a change while a program exchanges things (Linux)', () => {
  let base: ReturnType<typeof makeFolder>;
  let cwd: string;
  let outside: string;

  beforeEach(() => {
    base = makeFolder('sallyport-race', '/var/tmp');
    cwd = join(base.path, 'work');
    outside = join(base.path, 'outside');
    mkdirSync(cwd);
    mkdirSync(outside);
    writeFileSync(join(outside, 'key'), SECRET, { mode: 0o600 });
    writeFileSync(join(cwd, 't.txt'), 'old\n');
  });
  afterEach(() => {
    program.before = () => undefined;
    program.behind = () => undefined;
    base.remove();
  });

  const at = (name: string): string => join(cwd, name);
  const get = (name: string): string => readFileSync(at(name), 'utf8');
  const leftOver = (folder = cwd): string[] =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.sallyport-'));
  /** Plain files in the workspace that hold the secret. */
  const stolen = (): string[] =>
    readdirSync(cwd).filter(
      (name) => lstatSync(at(name)).isFile() && readFileSync(at(name), 'utf8').includes(SECRET),
    );
  const plan = async (text: string, roots = [cwd]) => {
    const reading = parsePatch(text);
    if ('problem' in reading) throw new Error(reading.problem);
    const snapshot = makeSnapshot({
      ...{ workspace: cwd, writableRoots: roots, home: base.path, secretPaths: [], protectedPaths: [] },
    });
    const planned = await planEdits(reading.changes, {
      ...{ cwd, snapshot, ownFolders: [], isOpened: () => false },
    });
    if ('problem' in planned) throw new Error(planned.problem);
    return planned.files;
  };
  const apply = async (...lines: string[]) =>
    applyEdits(await plan(patch(...lines)), { umask: 0o022, isWalled: true });

  describe('of a new folder', () => {
    test('the undo takes the folder that was made, and none that a link leads to by then', async () => {
      mkdirSync(join(outside, 'hooks'));
      program.behind = once(
        (step, [path = '']) => step === 'mkdir' && basename(path) === 'hooks',
        () => {
          renameSync(at('a'), at('moved'));
          symlinkSync(outside, at('a'));
          writeFileSync(at('t.txt'), 'other\n');
        },
      );
      const outcome = await apply('*** Add File: a/hooks/f', '+hi', ...CHANGE);
      expect(outcome).toMatchObject({ problem: expect.stringContaining('nothing was changed') });
      expect(existsSync(join(outside, 'hooks'))).toBe(true);
      // Ours goes, wherever it was moved; that above it has another place by now.
      expect(existsSync(at('moved/hooks'))).toBe(false);
      expect(get('t.txt')).toBe('other\n');
    });

    test('the undo leaves another folder that has come in its place', async () => {
      program.before = once(
        (step, [path = '']) => step === 'open' && path.endsWith('.new'),
        () => {
          renameSync(at('a/b'), at('mine'));
          mkdirSync(at('a/b'));
          writeFileSync(at('t.txt'), 'other\n');
        },
      );
      const outcome = await apply('*** Add File: a/b/f', '+hi', ...CHANGE);
      expect(outcome).toHaveProperty('problem');
      expect(existsSync(at('a/b'))).toBe(true);
      expect(leftOver()).toEqual([]);
    });

    test('all that were made go again, the inner ones first', async () => {
      const outcome = await apply('*** Add File: a/b/c/f', '+hi', '*** Add File: a/b/d/g', '+hi', ...CHANGE);
      expect(outcome).toHaveProperty('written');
      expect([get('a/b/c/f'), get('a/b/d/g')]).toEqual(['hi\n', 'hi\n']);
      rmSync(at('a'), { recursive: true });
      writeFileSync(at('t.txt'), 'old\n');
      program.before = once(
        (step, [path = '']) => step === 'open' && path.endsWith('.new'),
        () => writeFileSync(at('t.txt'), 'other\n'),
      );
      expect(
        await apply('*** Add File: a/b/c/f', '+hi', '*** Add File: a/b/d/g', '+hi', ...CHANGE),
      ).toHaveProperty('problem');
      expect(readdirSync(cwd)).toEqual(['t.txt']);
    });

    test('more than can be held open at once are not made', async () => {
      const outcome = await apply(`*** Add File: ${'d/'.repeat(300)}f`, '+hi');
      expect(outcome).toMatchObject({ problem: expect.stringContaining('make it in several patches') });
      expect(readdirSync(cwd)).toEqual(['t.txt']);
    });
  });

  describe('on a disk that gives no second name', () => {
    const refuseLinks = (act: () => void): void => {
      const first = once((step) => step === 'link', act);
      program.before = (step, paths) => {
        expect(stolen()).toEqual([]);
        first(step, paths, 0);
        if (step === 'link') throw refusal('EMLINK');
      };
    };

    test('a link in the place of the old file is not followed: nothing behind it is copied', async () => {
      refuseLinks(() => {
        renameSync(at('t.txt'), at('kept'));
        symlinkSync(join(outside, 'key'), at('t.txt'));
      });
      const outcome = await apply(...CHANGE);
      expect(outcome).toMatchObject({ problem: expect.stringContaining('nothing was changed') });
      expect([stolen(), leftOver(), get('kept')]).toEqual([[], [], 'old\n']);
      expect(readFileSync(join(outside, 'key'), 'utf8')).toBe(SECRET);
    });

    test('a link in the place of what was written beside is not followed either', async () => {
      refuseLinks(() => {
        const beside = readdirSync(cwd).find((name) => name.endsWith('.new')) ?? '';
        rmSync(at(beside));
        symlinkSync(join(outside, 'key'), at(beside));
      });
      expect(await apply('*** Add File: fresh.txt', '+fresh')).toHaveProperty('written');
      expect([stolen(), leftOver(), get('fresh.txt')]).toEqual([[], [], 'fresh\n']);
    });

    test('files are changed, made and moved all the same, with their modes', async () => {
      writeFileSync(at('m.sh'), 'old\n', { mode: 0o754 });
      refuseLinks(() => undefined);
      const outcome = await apply(
        ...[...CHANGE, '*** Add File: n/fresh.txt', '+fresh'],
        ...['*** Update File: m.sh', '*** Move to: n/moved.sh', '@@', '-old', '+new'],
      );
      expect(outcome).toHaveProperty('written');
      expect([get('t.txt'), get('n/fresh.txt'), get('n/moved.sh')]).toEqual(['new\n', 'fresh\n', 'new\n']);
      expect([lstatSync(at('n/fresh.txt')).mode & 0o777, lstatSync(at('n/moved.sh')).mode & 0o777]).toEqual([
        0o644, 0o754,
      ]);
      expect(leftOver()).toEqual([]);
    });

    test('nothing is replaced, and a link is not written through', async () => {
      refuseLinks(() => symlinkSync(join(outside, 'made'), at('fresh.txt')));
      const outcome = await apply('*** Add File: fresh.txt', '+fresh');
      expect(outcome).toMatchObject({ problem: expect.stringContaining('has appeared since it was shown') });
      expect([existsSync(join(outside, 'made')), leftOver()]).toEqual([false, []]);
    });

    test('who writes into the old file while it is replaced gets it back', async () => {
      refuseLinks(() => undefined);
      program.behind = once(
        (step, [, to = '']) => step === 'rename' && basename(to) === 't.txt',
        () => writeFileSync(at('same'), 'late\n'),
      );
      linkSync(at('t.txt'), at('same'));
      const outcome = await apply(...CHANGE);
      expect(outcome).toMatchObject({ problem: expect.stringContaining('has changed since it was shown') });
      expect([get('t.txt'), get('same')]).toEqual(['old\n', 'late\n']);
    });
  });

  test('a new file that was exchanged for a link goes again, and what it leads to stays', async () => {
    program.before = once(
      (step, [from = '']) => step === 'link' && from.endsWith('.new'),
      () => {
        const beside = readdirSync(cwd).find((name) => name.endsWith('.new')) ?? '';
        rmSync(at(beside));
        symlinkSync(join(outside, 'key'), at(beside));
      },
    );
    const outcome = await apply('*** Add File: fresh.txt', '+fresh');
    expect(outcome).toMatchObject({ problem: expect.stringContaining('was changed while it was written') });
    expect([readdirSync(cwd), readdirSync(outside)]).toEqual([['t.txt'], ['key']]);
  });

  test('the undo of a new file leaves what another has put in its place', async () => {
    writeFileSync(at('u.txt'), 'old\n');
    const files = await plan(patch('*** Add File: fresh.txt', '+fresh'));
    program.behind = once(
      (step, [path = '']) => step === 'open' && basename(path) === 'fresh.txt',
      () => {
        renameSync(at('u.txt'), at('fresh.txt'));
      },
    );
    const [file] = files;
    if (file === undefined) throw new Error('nothing was planned');
    const outcome = await applyEdits([file, file], { umask: 0o022, isWalled: true });
    expect(outcome).toHaveProperty('problem');
    expect(get('fresh.txt')).toBe('old\n');
  });

  test('of a file outside only the one that was looked at is written', async () => {
    const beside = join(outside, 'b.txt');
    writeFileSync(beside, 'old\n');
    const files = await plan(patch(`*** Update File: ${beside}`, '@@', '-old', '+new'));
    // Behind every look at it, as it is opened to be written.
    program.before = (step, [path = ''], flags) => {
      if (
        step !== 'open' ||
        basename(path) !== 'b.txt' ||
        (flags & (constants.O_WRONLY | constants.O_RDWR)) === 0
      )
        return;
      renameSync(beside, join(outside, 'moved'));
      linkSync(join(outside, 'key'), beside);
    };
    const outcome = await applyEdits(files, { umask: 0o022, isWalled: true });
    expect(outcome).toMatchObject({ problem: expect.stringContaining('has changed since it was shown') });
    expect(readFileSync(join(outside, 'key'), 'utf8')).toBe(SECRET);
    expect(leftOver(outside)).toEqual([]);
  });

  test('a file that grows while it is read is read to the bound only', async () => {
    const { open } = await import('node:fs/promises');
    const handle = await open(at('t.txt'));
    const prototype: object = Object.getPrototypeOf(handle);
    await handle.close();
    const grow = vi.spyOn(prototype as { stat(): Promise<unknown> }, 'stat');
    const plain = lstatSync(at('t.txt'));
    grow.mockImplementation(() => {
      truncateSync(at('t.txt'), 64 * MAX_FILE_BYTES);
      return Promise.resolve(plain);
    });
    try {
      await expect(readTarget(at('t.txt'))).rejects.toThrow('larger than 8 MiB');
    } finally {
      grow.mockRestore();
    }
  });
});
