import { spawn } from 'node:child_process';
import type {
  GateMode,
  GrantMode,
  HelperPaths,
  OwnFolders,
  PlainSettings,
  WallSettings,
} from '../../src/engine/sandbox/index.ts';
import type { TestUser } from './as-user.ts';
import { findDriver } from './program.ts';

export interface LaunchStep {
  readonly kind: 'launch';
  readonly id: string;
  readonly argv: readonly [string, ...string[]];
  readonly cwd?: string;
  readonly gate?: GateMode;
  readonly stdin?: string;
  readonly terminal?: { readonly columns: number; readonly rows: number };
  /** Once it has written `ready`. */
  readonly signalWhenReady?: NodeJS.Signals;
  readonly typeWhenReady?: string;
  /** Granted when a write is held; else the write is denied. */
  readonly grantOnWrite?: string;
  /** The next step does not wait for this one. */
  readonly isTogether?: boolean;
}

export type DriverStep =
  | LaunchStep
  | { readonly kind: 'grant'; readonly id: string; readonly path: string; readonly mode: GrantMode }
  | { readonly kind: 'revoke'; readonly id: string; readonly path: string }
  /** A host socket that appears while the session is open. */
  | { readonly kind: 'listen'; readonly id: string; readonly path: string };

export interface DriverSpec {
  readonly uid: number;
  readonly gid: number;
  readonly env: Readonly<Record<string, string>>;
  readonly plain: Omit<PlainSettings, 'env'>;
  readonly settings?: Partial<WallSettings>;
  readonly folders: OwnFolders;
  readonly helpers: HelperPaths;
  readonly steps: readonly DriverStep[];
}

export interface StepResult {
  readonly id: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly bytes: number;
  readonly outcome: {
    readonly kind: string;
    readonly code?: number;
    readonly signal?: string;
    readonly errno?: string;
  };
  readonly path?: string;
  readonly notes?: readonly string[];
  readonly findings?: ReadonlyArray<{ readonly path: string; readonly reason: string }>;
}

export interface DriverRun {
  /** Ends the driver as `kill -9` does. */
  kill(): void;
  /** Resolves with the first row of that id; rejects when the driver ends without one. */
  row(id: string): Promise<StepResult>;
  /** All rows told so far. */
  readonly rows: ReadonlyMap<string, StepResult>;
  /** When the driver has ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly stderr: string }>;
}

const DRIVER = findDriver('sandbox-driver');

/** Starts the driver. `before` is put in front of its command line, e.g. to give it a keyring. */
export function startSteps(spec: DriverSpec, before: readonly string[] = []): DriverRun {
  const words = [...before, process.execPath, DRIVER, JSON.stringify(spec)];
  const child = spawn(words[0] ?? '', words.slice(1), {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...spec.env },
  });
  const rows = new Map<string, StepResult>();
  const waiting = new Map<string, (row: StepResult) => void>();
  let rest = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const row = JSON.parse(line) as StepResult;
      rows.set(row.id, row);
      waiting.get(row.id)?.(row);
    }
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  const ended = new Promise<{ code: number | null; stderr: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, stderr }));
  });
  return {
    kill: () => void child.kill('SIGKILL'),
    ended,
    rows,
    async row(id) {
      const known = rows.get(id);
      if (known !== undefined) return known;
      const coming = new Promise<StepResult>((resolve) => waiting.set(id, resolve));
      const over = ended.then((end) => {
        const row = rows.get(id);
        if (row === undefined) throw new Error(`The driver ended (${end.code}) without ${id}: ${end.stderr}`);
        return row;
      });
      return Promise.race([coming, over]);
    },
  };
}

/** A whole list of steps; results by id, undefined for what was never told. */
export async function runSteps(
  spec: DriverSpec,
  before: readonly string[] = [],
): Promise<(id: string) => StepResult | undefined> {
  const run = startSteps(spec, before);
  await run.row('closed');
  await run.ended;
  return (id) => run.rows.get(id);
}

/** The part of a spec that most tests share: a session of `user` in `base`/ws with `base`/home. */
export function describeSession(
  user: TestUser,
  base: string,
  helpers: HelperPaths,
): Omit<DriverSpec, 'steps'> {
  const home = `${base}/home`;
  return {
    uid: user.uid,
    gid: user.gid,
    helpers,
    env: { HOME: home, PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8' },
    plain: { mode: 'workspace-write', cwd: `${base}/ws`, home },
    folders: { sallyportHome: `${home}/.sallyport`, runtimeDir: `${home}/.sallyport/run` },
  };
}
