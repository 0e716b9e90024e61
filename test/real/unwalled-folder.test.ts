import { existsSync, mkdirSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../../src/engine/config/index.ts';
import { chooseSandbox, type FolderMark, markFolder } from '../../src/engine/sandbox/index.ts';
import { NO_FLAGS } from '../../src/protocol/index.ts';
import type { RealEngine } from '../support/real-engine.ts';
import { openToolSession } from '../support/tool-session.ts';
import { openUnwalledPlace, type UnwalledPlace } from '../support/unwalled-place.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

let place: UnwalledPlace;
let engine: RealEngine;
let base: string;
let workspace: string;
let outside: string;
beforeEach(async () => {
  place = await openUnwalledPlace();
  ({ engine, base, workspace, outside } = place);
  place.writeRules('prefix_rule(["touch"], sandbox="none")');
});
afterEach(() => place.close());

describe.skipIf(process.platform !== 'linux')('the folder of a launch without the wall (Linux: real)', () => {
  it('has nothing started in it where it is another one than was decided about', async () => {
    for (const start of ['script', 'program'] as const) {
      const tools = await openToolSession(engine, { cwd: workspace, env: place.env(), answers: 'nobody' });
      const { session } = tools;
      await engine.engine.pauseSession(session.sessionId, true, 'test');
      const running = start === 'script' ? session.exec('touch made') : session.run(['touch', 'made']);
      await vi.waitFor(() => expect(tools.eventsOf('step/judged')).toHaveLength(1), { timeout: 20_000 });
      expect(tools.eventsOf('step/judged')[0]?.facts.isUnwalled).toBe(true);
      // No link: the decision right before the start has nothing against it.
      renameSync(workspace, join(base, `old-${start}`));
      mkdirSync(workspace);
      await engine.engine.pauseSession(session.sessionId, false, 'test');
      const result = await running;
      expect(result).toMatchObject({ outcome: 'refused', exitCode: 126 });
      expect(result.message).toContain(`the folder ${workspace} was moved or replaced while it was decided`);
      expect(tools.eventsOf('message/added')).toHaveLength(1);
      expect(tools.eventsOf('step/finished').map(({ outcome }) => outcome)).not.toContain('ran');
      expect(existsSync(join(workspace, 'made'))).toBe(false);
      await tools.close();
    }
  });

  it.each([
    ['pipes', { kind: 'pipes' }],
    ['a terminal', { kind: 'terminal', columns: 80, rows: 24 }],
  ] as const)(
    'has nothing started in it where a link has its name by then, with %s',
    async (_name, stdio) => {
      const config = loadConfig({
        cwd: workspace,
        home: outside,
        env: { ...place.env(), SALLYPORT_HOME: engine.home },
        flags: NO_FLAGS,
        ports: { findSecrets: () => [] },
      });
      const folders = { sallyportHome: engine.home, runtimeDir: join(base, 'run') };
      const session = await chooseSandbox('danger-full-access').openSession({
        settings: config.snapshot,
        folders,
      });
      const launch = async (launchId: string, folder: FolderMark | undefined) =>
        session.launch({
          launchId,
          argv: ['touch', launchId],
          cwd: workspace,
          folder,
          environment: place.env(),
          gate: 'none',
          handlers: {},
          stdio,
        });
      const mark = await markFolder(workspace);
      const before = await launch('before', mark ?? undefined);
      expect(await before.finished).toEqual({ kind: 'exited', code: 0 });
      renameSync(workspace, join(base, 'away'));
      symlinkSync(outside, workspace);
      expect(await markFolder(workspace)).toBeNull();
      await expect(launch('behind', mark ?? undefined)).rejects.toMatchObject({
        code: 'folder-moved',
        message: `the folder ${workspace} was moved or replaced while it was decided; nothing was started`,
      });
      await session.close();
      const made = ['away/before', 'outside/before', 'outside/behind', 'away/behind'];
      expect(made.map((name) => existsSync(join(base, name)))).toEqual([true, false, false, false]);
    },
  );
});
