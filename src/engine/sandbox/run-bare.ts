/**
 * `sallyport sandbox`: one command behind the wall, without questions and history.
 *
 * Promises the same wall as a session has. Loads nothing but this room, because the start is felt.
 */
import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { delimiter, join, relative, resolve } from 'node:path';
import { Fault, type SandboxMode } from '../../protocol/index.ts';
import { type ChildOutcome, exitStatusOf, listLinkNames } from '../base/index.ts';
import { type Denial, reportingHandlers } from './bare-report.ts';
import { chooseSandbox } from './choose-sandbox.ts';
import { type ScrubbedEnvironment, scrubEnvironment } from './environment.ts';
import type { ExecGate } from './exec-gate.ts';
import { type NetworkAddress, networkEnvironment } from './network-environment.ts';
import { isInside } from './path-inside.ts';
import { plainLimits, type TypedLimits } from './plain-limits.ts';
import { resolveRoot } from './protect.ts';
import type { OwnFolders, SandboxProcess, SessionNetwork, WallSettings } from './sandbox.ts';
import { findSecrets } from './secrets.ts';

export interface BareSpec {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly settings: WallSettings;
  readonly folders: OwnFolders;
  readonly environment: Pick<ScrubbedEnvironment, 'passed' | 'inner'>;
  /** The hosts that it may reach; without it there is no way out. */
  readonly network?: (SessionNetwork & Pick<NetworkAddress, 'launchId' | 'secret' | 'ownNames'>) | undefined;
  /** Told of everything that the wall stopped; costs a look at every file that is opened. */
  readonly report?: ((denial: Denial) => void) | undefined;
}

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/**
 * Runs the command on the streams of this process and returns its exit status: 128 + n for a signal, 127 when there is no
 * such program, 126 when it cannot be run.
 * @throws Fault when the wall cannot be built; nothing was run then.
 */
export async function runBare(spec: BareSpec): Promise<number> {
  const lookup = findProgram(spec.argv[0], spec.cwd, spec.environment.passed['PATH'] ?? '');
  if (lookup !== 'found') {
    const why = lookup === 'missing' ? 'command not found' : 'not executable';
    process.stderr.write(`sallyport: ${JSON.stringify(spec.argv[0])}: ${why}\n`);
    return lookup === 'missing' ? 127 : 126;
  }
  const sandbox = chooseSandbox(spec.settings.sandboxMode);
  const { network } = spec;
  const session = await sandbox.openSession({ settings: spec.settings, folders: spec.folders, network });
  try {
    for (const note of session.notes) process.stderr.write(`sallyport: ${note}\n`);
    const gate = Promise.withResolvers<ExecGate | null>();
    const { settings, folders, report } = spec;
    const isReported = report !== undefined && settings.sandboxMode !== 'danger-full-access';
    const launched = await session.launch({
      launchId: 'bare',
      argv: spec.argv,
      cwd: spec.cwd,
      environment: network
        ? networkEnvironment(spec.environment.passed, { ...network, hasCertificates: false })
        : spec.environment.passed,
      innerEnvironment: spec.environment.inner,
      gate: isReported ? 'exec,write,read' : 'none',
      ...(isReported && { handlers: reportingHandlers({ settings, folders, tell: report }, gate.promise) }),
      stdio: { kind: 'inherit' },
    });
    gate.resolve(launched.gate);
    return exitStatusOf(await withSignals(launched));
  } finally {
    await session.close();
  }
}

export interface PlainSettings {
  readonly mode: SandboxMode;
  readonly cwd: string;
  /** Further writable roots, as typed. */
  readonly addDirs?: readonly string[];
  /** Further unreadable paths, as typed; missing ones are skipped. */
  readonly denyRead?: readonly string[];
  readonly hasNetwork?: boolean;
  /** By the names of the keys of `[limits]`, as typed. */
  readonly limits?: TypedLimits;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

/**
 * The default settings of a wall around `cwd`, without any configuration file.
 * @throws Fault `user` when a folder is missing or leads out of the workspace.
 */
export function plainSettings(plain: PlainSettings): WallSettings {
  const workspace = realFolder(plain.cwd);
  const added = (plain.addDirs ?? []).map((typed) => {
    realFolder(resolve(plain.cwd, typed));
    return resolveRoot(resolve(plain.cwd, typed), workspace);
  });
  const denied = (plain.denyRead ?? [])
    .map((typed) => resolve(plain.cwd, typed))
    .flatMap((path) => [...realOrNothing(path), ...listLinkNames(path)]);
  const temporary = plain.env['TMPDIR'];
  const mayWrite = plain.mode !== 'read-only';
  const ownTemporary = temporary === undefined || !mayWrite ? [] : findTemporary(temporary, workspace, plain);
  return {
    sandboxMode: plain.mode,
    workspace,
    writableRoots: mayWrite ? [...new Set([workspace, ...added, ...ownTemporary])] : [],
    tmp: 'private',
    tmpWritable: true,
    tmpSizeBytes: 2 ** 30,
    networkAccess: plain.hasNetwork ?? false,
    secretPaths: [...findSecrets(plain.home, plain.env).map((secret) => secret.path), ...denied],
    protectedNames: [],
    protectedPaths: [],
    limits: plainLimits(plain.limits ?? {}),
    home: plain.home,
  };
}

/** The environment of a bare run: scrubbed by the built-in rules. */
export function plainEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  settings: WallSettings,
): ScrubbedEnvironment {
  return scrubEnvironment(env, { include: [], exclude: [], set: {} }, settings);
}

async function withSignals(launched: SandboxProcess): Promise<ChildOutcome> {
  const forward = (signal: NodeJS.Signals): void => launched.signal(signal);
  for (const signal of FORWARDED) process.on(signal, forward);
  try {
    return await launched.finished;
  } finally {
    for (const signal of FORWARDED) process.off(signal, forward);
  }
}

/** @throws Fault `user` for one in the workspace that leads out of it */
function findTemporary(typed: string, workspace: string, { cwd, home }: PlainSettings): string[] {
  const found = realOrNothing(typed).filter((path) => isOwnFolder(path, home));
  // As it was typed, the folder may have another name than its real one.
  const inside = isInside(resolve(typed), resolve(cwd)) ? join(workspace, relative(cwd, typed)) : typed;
  return found.map(() => resolveRoot(inside, workspace));
}

/** A TMPDIR below the private /tmp does not exist inside; one that holds the home folder would open far too much. */
function isOwnFolder(path: string, home: string): boolean {
  return !isInside(path, '/tmp') && !isInside(home, path) && statSync(path).isDirectory();
}

type Lookup = 'found' | 'missing' | 'not-executable';

/** As a shell would look for it; the view inside differs only where a path is hidden. */
export function findProgram(name: string, cwd: string, searchPath: string): Lookup {
  // Windows has other rules, which its wall knows.
  if (process.platform === 'win32') return 'found';
  const places = name.includes('/')
    ? [resolve(cwd, name)]
    : searchPath.split(delimiter).map((dir) => join(dir, name));
  let result: Lookup = 'missing';
  for (const place of places) {
    const found = lookAt(place);
    if (found === 'found') return found;
    if (found === 'not-executable') result = found;
  }
  return result;
}

function lookAt(path: string): Lookup {
  try {
    if (!statSync(path).isFile()) return 'not-executable';
  } catch {
    return 'missing';
  }
  try {
    accessSync(path, constants.X_OK);
    return 'found';
  } catch {
    return 'not-executable';
  }
}

function realFolder(path: string): string {
  const [real] = realOrNothing(path);
  if (real !== undefined && statSync(real).isDirectory()) return real;
  throw new Fault({
    kind: 'user',
    code: 'no-such-folder',
    message: `${path} is not a folder.`,
    hint: 'Name a folder that exists.',
  });
}

function realOrNothing(path: string): string[] {
  try {
    return [realpathSync(path)];
  } catch {
    return [];
  }
}
