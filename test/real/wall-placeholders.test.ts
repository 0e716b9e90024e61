/** What a session leaves behind: nothing, however it ends. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { giveTo, listTestUsers, makeUserFolder, shareHelpers } from '../support/as-user.ts';
import { type DriverRun, type DriverSpec, describeSession, startSteps } from '../support/sandbox-steps.ts';

const PLACEHOLDERS = ['.agents', '.codex', '.git', '.sallyport'];

/** Command lines of all processes of the host that mention `mark`. */
function findProcesses(mark: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      } catch {
        return [];
      }
    })
    .filter((line) => line.includes(mark));
}

async function until(isSo: () => boolean): Promise<boolean> {
  for (let tries = 0; tries < 100 && !isSo(); tries++)
    await new Promise((resolve) => setTimeout(resolve, 50));
  return isSo();
}

describe.skipIf(process.platform !== 'linux').each(listTestUsers())(
  'the end of a session as $name',
  (user) => {
    const folder = makeUserFolder(user);
    const ws = join(folder.path, 'ws');
    const runs: DriverRun[] = [];
    let session: Omit<DriverSpec, 'steps'>;

    /** A session with one launch that stays for as long as it is let; the mark is in every command line of it. */
    const start = (mark: string): DriverRun => {
      const run = startSteps({
        ...session,
        steps: [
          {
            kind: 'launch',
            id: 'stay',
            argv: [
              '/bin/bash',
              '--norc',
              '--noprofile',
              '-c',
              `setsid sleep 300 & echo ready; while [ ! -e stop-${mark} ]; do sleep 0.05; done`,
              mark,
            ],
          },
        ],
      });
      runs.push(run);
      return run;
    };
    const placeholders = (): string[] => readdirSync(ws).filter((name) => PLACEHOLDERS.includes(name));

    beforeAll(() => {
      mkdirSync(ws);
      mkdirSync(join(folder.path, 'home'));
      session = describeSession(user, folder.path, shareHelpers(folder.path));
      giveTo(user, folder.path);
    });
    afterAll(async () => {
      // Only those of a failed test are still there.
      for (const run of runs) run.kill();
      await Promise.all(runs.map((run) => run.ended));
      folder.remove();
    });

    it('removes placeholders when it ends by itself', async () => {
      const run = start('by-itself');
      await run.row('stay ready');
      expect(placeholders()).toEqual(PLACEHOLDERS);
      writeFileSync(join(ws, 'stop-by-itself'), '');
      await run.ended;
      expect(placeholders()).toEqual([]);
    });

    it('keeps those that another session in the folder needs', async () => {
      const [first, second] = [start('first'), start('second')];
      await Promise.all([first.row('stay ready'), second.row('stay ready')]);
      writeFileSync(join(ws, 'stop-first'), '');
      await first.ended;
      expect(placeholders()).toEqual(PLACEHOLDERS);
      expect(findProcesses('second')).not.toEqual([]);
      writeFileSync(join(ws, 'stop-second'), '');
      await second.ended;
      expect(placeholders()).toEqual([]);
    });

    it('leaves no process and no placeholder when it is killed', async () => {
      const mark = `killed-${user.uid}`;
      const run = start(mark);
      await run.row('stay ready');
      const engine = `stop-${mark}`;
      expect(findProcesses(engine)).not.toEqual([]);
      run.kill();
      expect(await until(() => findProcesses(engine).length === 0)).toBe(true);
      expect(await until(() => placeholders().length === 0)).toBe(true);
      expect(existsSync(join(ws, '.git'))).toBe(false);
    });

    it('keeps a folder that the host made something of meanwhile', async () => {
      const run = start('filled');
      await run.row('stay ready');
      writeFileSync(join(ws, '.agents', 'mine'), 'kept');
      writeFileSync(join(ws, 'stop-filled'), '');
      await run.ended;
      expect(placeholders()).toEqual(['.agents']);
      expect(readFileSync(join(ws, '.agents/mine'), 'utf8')).toBe('kept');
    });
  },
);
