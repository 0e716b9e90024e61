/** Starts a payload: in a session of ours, by our command line, or without a wall. */
import { spawn } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import {
  chooseSandbox,
  type HelperPaths,
  plainEnvironment,
  plainSettings,
  type SandboxSession,
} from '../../engine/sandbox/index.ts';
import type { CasePlace } from './case-place.ts';
import { composeScript } from './compose-script.ts';
import type { EscapeCase, RunningCase } from './escape-case.ts';

export interface RunOptions {
  /** An existing folder outside /tmp that the person may write. */
  readonly parent: string;
  /** The Node that payloads run. */
  readonly node: string;
  /** What starts this program, for cases in a process of their own. */
  readonly launcher: readonly string[];
  readonly isWalled: boolean;
  readonly helpers?: HelperPaths;
  /** A payload is cut off after this. */
  readonly limitMs: number;
}

/** What came of a payload. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly findings: readonly string[];
}

export interface Started {
  /** Resolves when the payload has ended. */
  readonly ended: Promise<Ended>;
  readonly running: RunningCase;
  kill(): void;
  close(): Promise<void>;
}

export const NOTHING = { status: null, stdout: '', findings: [] } as const;

export const SEARCH_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const MAX_KEPT = 256 * 1024;

function hostEnvironment(place: CasePlace, one: EscapeCase): Record<string, string> {
  const home = place.at('home');
  return {
    HOME: home,
    PATH: SEARCH_PATH,
    LANG: 'C.UTF-8',
    TERM: 'xterm',
    USER: 'somebody',
    SALLYPORT_HOME: join(home, '.sallyport'),
    ...one.environment?.(place),
  };
}

/** @throws Fault when the wall cannot be built */
export function startPayload(place: CasePlace, one: EscapeCase, options: RunOptions): Promise<Started> {
  const words = ['/bin/bash', '--norc', '--noprofile', '-c', composeScript(one, place)] as const;
  if (!options.isWalled) return Promise.resolve(startBeside(place, one, words));
  if (one.command !== undefined) {
    const mode = one.mode ?? 'workspace-write';
    const own = [...options.launcher, 'sandbox', '-s', mode, '-C', place.at(one.workspace ?? 'ws')];
    const added = (one.addDirs ?? []).flatMap((path) => ['--add-dir', place.at(path)]);
    return Promise.resolve(startBeside(place, one, [...own, ...added, '--', ...words]));
  }
  return startInSession(place, one, { options, words });
}

/** A plain process in a group of its own. */
function startBeside(place: CasePlace, one: EscapeCase, words: readonly string[]): Started {
  const open = (one.command?.inherited ?? []).map((path) => openSync(place.at(path), constants.O_RDONLY));
  const all = [...(one.command?.wrap ?? []), ...words];
  const child = spawn(all[0] ?? '', all.slice(1), {
    cwd: place.at(one.workspace ?? 'ws'),
    env: hostEnvironment(place, one),
    stdio: ['ignore', 'pipe', 'pipe', ...open],
    detached: true,
  });
  for (const descriptor of open) closeSync(descriptor);
  const stdout = keep(child.stdout);
  const stderr = keep(child.stderr);
  const killGroup = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
  };
  // Not `close`: what a payload leaves behind may hold the pipes.
  const ended = new Promise<Ended>((resolve) => {
    child.once('error', (error) => resolve({ ...NOTHING, stderr: error.message }));
    child.once('exit', (status) => {
      setTimeout(() => resolve({ status, stdout: stdout(), stderr: stderr(), findings: [] }), 20);
    });
  });
  return {
    ended,
    running: { killManager: () => void child.kill('SIGKILL'), runBeside: () => Promise.resolve() },
    kill: killGroup,
    close: () => {
      killGroup();
      for (const stream of [child.stdout, child.stderr]) stream?.destroy();
      return Promise.resolve();
    },
  };
}

interface SessionStart {
  readonly options: RunOptions;
  readonly words: readonly [string, ...string[]];
}

async function startInSession(place: CasePlace, one: EscapeCase, given: SessionStart): Promise<Started> {
  const sallyportHome = join(place.at('home'), '.sallyport');
  const env = hostEnvironment(place, one);
  const plain = plainSettings({
    mode: one.mode ?? 'workspace-write',
    cwd: place.at(one.workspace ?? 'ws'),
    addDirs: (one.addDirs ?? []).map(place.at),
    denyRead: (one.denyRead ?? []).map(place.at),
    hasNetwork: one.hasNetwork ?? false,
    env,
    home: place.at('home'),
  });
  const settings = { ...plain, ...one.settings };
  const { passed, inner } = plainEnvironment(env, settings);
  const { helpers } = given.options;
  const open = (): Promise<SandboxSession> =>
    chooseSandbox(settings.sandboxMode, helpers === undefined ? {} : { helpers }).openSession({
      settings,
      folders: { sallyportHome, runtimeDir: join(sallyportHome, 'run') },
    });
  const launch = (session: SandboxSession, argv: readonly [string, ...string[]]) =>
    session.launch({
      launchId: 'case',
      argv,
      cwd: settings.workspace,
      environment: passed,
      innerEnvironment: inner,
      gate: 'none',
      stdio: { kind: 'pipes' },
    });
  const session = await open();
  try {
    const launched = await launch(session, given.words);
    const stdout = keep(launched.pipes?.stdout);
    const stderr = keep(launched.pipes?.stderr);
    launched.pipes?.stdin.end();
    const ended = launched.finished.then(async (outcome): Promise<Ended> => {
      const found = await session.inspect();
      const status = outcome.kind === 'exited' ? outcome.code : null;
      return { status, stdout: stdout(), stderr: stderr(), findings: found.map(({ path }) => path) };
    });
    const runBeside = async (script: string): Promise<void> => {
      const other = await open();
      try {
        const process = await launch(other, ['/bin/bash', '-c', script]);
        process.pipes?.stdin.end();
        for (const stream of [process.pipes?.stdout, process.pipes?.stderr]) stream?.resume();
        await process.finished;
      } finally {
        await other.close();
      }
    };
    return {
      ended,
      running: { killManager: () => undefined, runBeside },
      kill: () => launched.kill(),
      close: () => session.close(),
    };
  } catch (error) {
    await session.close();
    throw error;
  }
}

function keep(stream: Readable | null | undefined): () => string {
  const chunks: Buffer[] = [];
  let kept = 0;
  stream?.on('data', (chunk: Buffer) => {
    if (kept < MAX_KEPT) chunks.push(chunk);
    kept += chunk.length;
  });
  return () => Buffer.concat(chunks).toString('utf8');
}
