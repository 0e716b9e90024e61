import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { encodeField } from './support/helper-files.ts';
import { canRun, isWine, openBench, readLines, type WindowsBench } from './support/windows-programs.ts';

const LIMIT = 180_000;
const SID = 'S-1-15-2-11-22-33-44-55-66-77';

describe.skipIf(!canRun)('the Windows helper opens files (needs mingw-w64, and wine or Windows)', () => {
  let bench: WindowsBench;
  let grants: string;
  let work: string;
  let journals: string;
  beforeAll(() => {
    bench = openBench();
    grants = bench.compile('windows-grants', ['package.c', 'launch.c']);
  }, LIMIT);
  afterAll(() => bench.close(), LIMIT);
  beforeEach(() => {
    const folder = mkdtempSync(join(bench.folder, 'case-'));
    work = join(folder, 'work');
    journals = join(folder, 'journals');
    mkdirSync(join(work, '.git'), { recursive: true });
    mkdirSync(journals);
  });

  const readJournals = (): string =>
    readdirSync(journals)
      .map((name) => readFileSync(join(journals, name), 'utf8'))
      .join('');
  const plan = (): string[] => [
    'apply',
    bench.name(journals),
    'write',
    bench.name(work),
    'protect',
    bench.name(join(work, '.git')),
    'protect',
    bench.name(join(work, '.agents')),
  ];
  const field = (path: string): string => encodeField(bench.name(path));
  const startHolder = async () => {
    const child = bench.start(grants, plan());
    const next = readLines(child);
    expect([await next(), await next()]).toEqual(['create sallyport.test', 'held 5']);
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const tell = async (word: string): Promise<void> => {
      child.stdin.write(`${word}\n`);
      await ended;
    };
    return { child, next, ended, tell };
  };

  it(
    'writes down each change before it makes it, and takes all of it back',
    async () => {
      const holder = await startHolder();
      expect(readJournals().split('\n')).toEqual([
        `package ${SID} sallyport.test`,
        `entry protect ${SID} ${field(join(work, '.git'))}`,
        `folder ${field(join(work, '.agents'))}`,
        `entry protect ${SID} ${field(join(work, '.agents'))}`,
        `entry fence ${SID} ${field(work)}`,
        `entry write ${SID} ${field(work)}`,
        '',
      ]);
      expect(existsSync(join(work, '.agents'))).toBe(true);
      await holder.tell('undo');
      expect(readdirSync(journals)).toEqual([]);
      expect(readdirSync(work)).toEqual(['.git']);
    },
    LIMIT,
  );

  it(
    'has its journal cleaned up after it was killed, and not before',
    async () => {
      const holder = await startHolder();
      const [name = ''] = readdirSync(journals);
      const journal = bench.name(join(journals, name));
      expect(bench.run(grants, ['cleanup', journal]).status).toBe(1);
      expect(bench.run(grants, ['sweep', bench.name(journals)]).status).toBe(0);
      expect(existsSync(join(work, '.agents'))).toBe(true);
      await holder.tell('die');
      expect(readdirSync(journals)).toEqual([name]);
      const { status, stdout } = bench.run(grants, ['cleanup', journal]);
      expect({ status, stdout: stdout.trim() }).toEqual({ status: 0, stdout: 'delete sallyport.test' });
      expect(readdirSync(journals)).toEqual([]);
      expect(readdirSync(work)).toEqual(['.git']);
    },
    LIMIT,
  );

  it(
    'leaves what another holder still needs to that one',
    async () => {
      const first = await startHolder();
      const second = await startHolder();
      await first.tell('undo');
      expect(existsSync(join(work, '.agents'))).toBe(true);
      expect(readdirSync(journals)).toHaveLength(1);
      await second.tell('die');
      expect(bench.run(grants, ['sweep', bench.name(journals)]).status).toBe(0);
      expect(readdirSync(work)).toEqual(['.git']);
      expect(readdirSync(journals)).toEqual([]);
    },
    LIMIT,
  );

  it(
    'keeps a folder that was filled, and a journal that cannot be read',
    () => {
      writeFileSync(join(work, '.git', 'config'), '');
      const journal = join(journals, 'old.journal');
      writeFileSync(journal, `folder ${field(join(work, '.git'))}\nentry steal S-1-1-0 ${field(work)}\n`);
      const { status, stderr } = bench.run(bench.helper, ['cleanup', bench.name(journal)]);
      expect({ status, isSaid: stderr.includes('cannot be read') }).toEqual({ status: 125, isSaid: true });
      expect(existsSync(join(work, '.git', 'config'))).toBe(true);
      expect(existsSync(journal)).toBe(true);
    },
    LIMIT,
  );

  it(
    'cleans up by the helper itself; a line that was cut off announces nothing',
    () => {
      const journal = join(journals, 'old.journal');
      const kept = join(work, 'kept');
      mkdirSync(kept);
      const whole = `entry write ${SID} ${field(work)}\nfolder ${field(join(work, '.git'))}\n`;
      writeFileSync(journal, `${whole}folder ${field(kept)}`);
      expect(bench.run(bench.helper, ['cleanup', bench.name(journal)]).status).toBe(0);
      expect(readdirSync(work)).toEqual(['kept']);
      expect(existsSync(journal)).toBe(false);
    },
    LIMIT,
  );

  it(
    'never opens whole drives, profiles, Windows, networks, links or its own notes',
    () => {
      const link = join(bench.folder, `link-${Date.now()}`);
      symlinkSync(work, link, 'junction');
      const refused: ReadonlyArray<readonly [path: string, reason: string]> = [
        ['C:\\', 'whole drive'],
        ['C:\\users', 'whole profile'],
        ['C:\\windows\\system32', 'belongs to Windows'],
        ['\\\\server\\share', 'network or device path'],
        ['\\\\?\\C:\\x', 'network or device path'],
        ['work', 'not an absolute path'],
        [`${bench.name(work)}\\..`, 'a name that Windows reads otherwise'],
        [`${bench.name(work)}:stream`, 'a character that no name has'],
        [bench.name(journals), 'notes of what was changed'],
        [bench.name(join(work, 'missing')), 'error 2'],
        [bench.name(link), isWine ? 'leads elsewhere' : 'link'],
      ];
      for (const [path, reason] of refused) {
        const { status, stderr } = bench.run(grants, ['apply', bench.name(journals), 'write', path]);
        expect({ path, status, stderr }).toEqual({
          path,
          status: 125,
          stderr: expect.stringContaining(reason),
        });
      }
      expect(readdirSync(journals)).toEqual([]);
    },
    LIMIT,
  );

  it.skipIf(isWine)(
    'adds its own entries to the access list and leaves the others as they were',
    async () => {
      const { child, next, ended } = await startHolder();
      child.stdin.write(`list ${bench.name(work)}\n`);
      const held = await next();
      expect(held).toContain(SID);
      child.stdin.write('undo\n');
      await ended;
      const again = bench.start(grants, [
        'apply',
        bench.name(journals),
        'read',
        bench.name(join(work, '.git')),
      ]);
      const nextAgain = readLines(again);
      expect([await nextAgain(), await nextAgain()]).toEqual(['create sallyport.test', 'held 1']);
      again.stdin.write(`list ${bench.name(work)}\n`);
      expect(await nextAgain()).not.toContain(SID);
      again.stdin.write('undo\n');
    },
    LIMIT,
  );
});
