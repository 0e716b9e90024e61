/** What `sallyport doctor` says about walls: each answer comes from trying it, not from a version number alone. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toFault } from '../../protocol/index.ts';
import { createBubblewrap } from './bubblewrap.ts';
import { BUBBLEWRAP } from './bubblewrap-session.ts';
import { findHelpers } from './helper-paths.ts';
import { canHoldCalls, judgeMachine, type ProbeFinding } from './judge-machine.ts';
import { type MachineFacts, measureSystem, readWord } from './machine-facts.ts';
import { probeOtherPlatform } from './probe-other-platform.ts';
import { plainSettings } from './run-bare.ts';

/** Whether this kernel can hold the start of a program for an answer. */
export function probeKernelGate(): boolean {
  return canHoldCalls(readWord('/proc/sys/kernel/seccomp/actions_avail'));
}

/**
 * Tries everything a session needs. Never throws.
 * @param sallyportHome for the free space; it need not exist
 */
export async function probeMachine(sallyportHome: string): Promise<ProbeFinding[]> {
  if (process.platform !== 'linux') return await probeOtherPlatform(process.platform, sallyportHome);
  const [system, wall] = await Promise.all([measureSystem(sallyportHome, Date.now()), probeWall()]);
  return judgeMachine({ ...system, wall, helper: probeHelper() });
}

/** The wall's program and its version in two words, or nothing where there is none. */
export async function readWallVersion(): Promise<string> {
  if (process.platform !== 'linux') return '';
  const text = await new Promise<string>((resolve) => {
    execFile(BUBBLEWRAP, ['--version'], { timeout: 5000, env: {} }, (_error, stdout) => resolve(stdout));
  });
  return /^bubblewrap \d[\w.]*/.exec(text)?.[0] ?? '';
}

function probeHelper(): MachineFacts['helper'] {
  try {
    return { path: findHelpers().holder, problem: '', hint: '' };
  } catch (error) {
    const { message, hint } = toFault(error);
    return { path: '', problem: message, hint: hint ?? '' };
  }
}

/** Runs `true` behind a whole wall in a folder of its own. */
async function probeWall(): Promise<MachineFacts['wall']> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-probe-'));
  let hasExitCodes: boolean | undefined;
  try {
    mkdirSync(join(folder, 'work'));
    const settings = plainSettings({
      mode: 'workspace-write',
      cwd: join(folder, 'work'),
      env: {},
      home: folder,
    });
    const home = join(folder, 'home');
    const session = await createBubblewrap().openSession({
      settings,
      folders: { sallyportHome: home, runtimeDir: home },
    });
    try {
      const launched = await session.launch({
        launchId: 'probe',
        argv: ['/bin/sh', '-c', 'exit 42'],
        cwd: settings.workspace,
        environment: { PATH: '/usr/bin:/bin' },
        gate: probeKernelGate() ? 'exec' : 'none',
        handlers: {
          onHello: (hello) => {
            hasExitCodes = hello.exitCodes;
          },
        },
        stdio: { kind: 'pipes' },
      });
      let words = '';
      launched.pipes?.stderr.on('data', (chunk: Buffer) => {
        words += chunk.toString('utf8');
      });
      launched.pipes?.stdout.resume();
      const outcome = await launched.finished;
      const isGood = outcome.kind === 'exited' && outcome.code === 42;
      return {
        isGood,
        words: words.trim().slice(0, 300),
        hasExitCodes: isGood ? hasExitCodes === true : hasExitCodes,
      };
    } finally {
      await session.close();
    }
  } catch (error) {
    return { isGood: false, words: toFault(error).message, hasExitCodes };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
