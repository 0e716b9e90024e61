import { homedir } from 'node:os';
import type { BareBound } from '../engine/index.ts';
import type { BareNetwork } from '../engine/network/index.ts';
import {
  hasRequirements,
  PROXY_PORT,
  plainEnvironment,
  plainSettings,
  runBare,
} from '../engine/sandbox/index.ts';
import { Fault } from '../protocol/index.ts';
import { showLine } from '../timeline/index.ts';
import { loadBound, narrowSettings, narrowWords } from './bound-wall.ts';
import { prepareOwnFolders } from './own-folders.ts';
import { describeFault } from './report-fault.ts';
import type { WallReport } from './wall-report.ts';
import {
  readWallWords,
  skipPlatformName,
  WALL_FLAGS_HELP,
  type WallWords,
  warnOfMissing,
} from './wall-words.ts';

const HELP = `Usage: sallyport sandbox [linux|macos|windows] [flags] -- COMMAND [WORD...]

Run one command behind the bare wall: no questions, no history, no configuration but
what the requirements of this machine close.

${WALL_FLAGS_HELP}  --allow-domain HOST[:PORT]  a host that is reached; without it there is no network (may be repeated)
  --deny-domain HOST[:PORT]   a host that is not, although one above it is (may be repeated)
  --publish [PORT:]PORT       open a port of a server inside at 127.0.0.1 (may be repeated)
  --report FILE        write what the wall stopped into this file, as JSON lines

Examples:
  sallyport sandbox -- npm test
  sallyport sandbox -s read-only -- cat /etc/passwd     works
  sallyport sandbox -- cat /etc/shadow                  fails, for root too

Exit status: that of the command; 125 it did not start, 2 wrong usage, 3 this system cannot.
`;

/** `sallyport sandbox`. Gives the exit status of the command. */
export async function runSandbox(words: readonly string[]): Promise<number> {
  const rest = ownPlatformWords(words);
  if (rest === undefined) return 3;
  const read = readWallWords(rest);
  if (read === 'help') {
    process.stdout.write(HELP);
    return 0;
  }
  return runWords(read, hasRequirements() ? await loadBound(read) : undefined);
}

async function runWords(typed: WallWords, bound: BareBound | undefined): Promise<number> {
  const bounds = bound?.warnings.map((warning) => showLine(warning)) ?? [];
  const said = [...warnOfMissing(typed.denyRead), ...bounds];
  for (const line of said) process.stderr.write(`sallyport: warning: ${line}\n`);
  const read = bound === undefined ? typed : narrowWords(typed, bound);
  const plain = plainSettings({ ...read, env: process.env, home: homedir() });
  const settings = bound === undefined ? plain : narrowSettings(plain, bound);
  const report = read.report === undefined ? undefined : await openReport(read.report, read.cwd);
  const folders = prepareOwnFolders();
  const tell = report && ((denial: Denial) => report.tell({ ...denial, at: Date.now() }));
  const network = await openHosts(read, folders.runtimeDir, tell);
  const environment = plainEnvironment(process.env, settings);
  const status = await runBare({
    ...{ argv: read.argv, cwd: read.cwd, settings, folders, environment, network },
    report: tell,
  }).finally(() => network?.close());
  const end = report?.finish();
  if (end !== undefined) process.stderr.write(`sallyport: ${end}\n`);
  return status;
}

type Denial = Parameters<NonNullable<Parameters<typeof runBare>[0]['report']>>[0];

/** Loaded only where a host or port was typed. */
async function openHosts(
  { mode, hosts }: WallWords,
  runtimeDir: string,
  tell: ((denial: Denial) => void) | undefined,
): Promise<BareNetwork | undefined> {
  const isTyped = hosts.allow.length + hosts.deny.length + hosts.publish.length > 0;
  if (!isTyped || mode === 'danger-full-access') return undefined;
  const { openBareNetwork } = await import('../engine/network/index.ts');
  return openBareNetwork({
    ...hosts,
    runtimeDir,
    proxyPort: PROXY_PORT,
    onRefused: (host, port, rule) => tell?.({ op: 'connect', host: `${host}:${port}`, rule }),
    say: (line) => void process.stderr.write(`sallyport: ${line}\n`),
  });
}

/** Loaded only where it is asked for: the start is felt. */
async function openReport(typed: string, workspace: string): Promise<WallReport> {
  const { WallReport: Report } = await import('./wall-report.ts');
  return new Report(typed, workspace);
}

/** `undefined`, said on stderr, when another system's wall was asked for. */
function ownPlatformWords(words: readonly string[]): readonly string[] | undefined {
  try {
    return skipPlatformName(words);
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown;
    process.stderr.write(describeFault(thrown));
    return undefined;
  }
}
