import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { toFault } from '../../protocol/index.ts';
import { exitStatusOf } from '../base/index.ts';
import { chooseSandbox } from './choose-sandbox.ts';
import type { ProbeFinding } from './judge-machine.ts';
import { plainSettings } from './run-bare.ts';

/** A program that every such system has, and that ends with 42. */
const PROBES: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ['/bin/sh', '-c', 'exit 42'],
  win32: ['cmd.exe', '/d', '/c', 'exit 42'],
};

/** What can be said where Linux' parts are not: a whole wall is built and a program run in it. Never throws. */
export async function probeOtherPlatform(
  platform: NodeJS.Platform,
  sallyportHome: string,
): Promise<ProbeFinding[]> {
  const argv = PROBES[platform];
  if (argv === undefined) {
    return [
      {
        name: 'platform',
        status: 'missing',
        detail: `Programs cannot be confined on ${platform}.`,
        why: 'Nothing is ever run without the wall.',
        repair: 'Use Linux, macOS, Windows, or a Linux virtual machine.',
      },
    ];
  }
  const wall = await tryWall(platform, argv, sallyportHome);
  const gate: ProbeFinding = {
    name: 'gate',
    status: 'limited',
    detail: 'This kernel cannot hold programs.',
    why: 'Questions come from the rewritten script, which a program can get around; the wall stays the boundary.',
  };
  return [wall, gate];
}

async function tryWall(
  platform: NodeJS.Platform,
  argv: readonly [string, ...string[]],
  sallyportHome: string,
): Promise<ProbeFinding> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-probe-'));
  const work = join(folder, 'work');
  const missing = (detail: string, repair: string | undefined): ProbeFinding => ({
    name: 'wall',
    status: 'missing',
    detail,
    why: 'Nothing is ever run without the wall.',
    ...(repair !== undefined && { repair }),
  });
  try {
    mkdirSync(work);
    const settings = plainSettings({ mode: 'workspace-write', cwd: work, env: process.env, home: homedir() });
    const folders = { sallyportHome, runtimeDir: join(folder, 'run') };
    const session = await chooseSandbox('workspace-write', { platform }).openSession({ settings, folders });
    try {
      const environment = { PATH: process.env['PATH'] ?? '' };
      const spec = { launchId: 'probe', argv, cwd: settings.workspace, environment, gate: 'none' } as const;
      const launched = await session.launch({ ...spec, stdio: { kind: 'pipes' } });
      launched.pipes?.stdout.resume();
      launched.pipes?.stderr.resume();
      const status = exitStatusOf(await launched.finished);
      if (status === 42) return { name: 'wall', status: 'ok', detail: 'A program ran behind it.' };
      return missing(`A program behind it ended with ${status} instead of 42.`, undefined);
    } finally {
      await session.close();
    }
  } catch (thrown) {
    const { message, hint } = toFault(thrown);
    return missing(message, hint);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
