import { homedir } from 'node:os';
import {
  ALWAYS_PROTECTED,
  describeLimits,
  findSecrets,
  type LimitFacts,
  plainEnvironment,
  plainSettings,
  RUNS_CODE_LATER,
  runBare,
  type ScrubbedEnvironment,
  type WallSettings,
} from '../engine/sandbox/index.ts';
import { showLine } from '../timeline/index.ts';
import { prepareOwnFolders } from './own-folders.ts';
import { readWallWords, WALL_FLAGS_HELP } from './wall-words.ts';

const HELP = `Usage: sallyport debug [flags] -- COMMAND [WORD...]

Say what would be enforced around a command and why, then run it behind that wall.

${WALL_FLAGS_HELP}
Example:
  sallyport debug -s read-only -- true
`;

/** `sallyport debug`: the explanation goes to stderr, so that the command's output stays its own. */
export async function runDebug(words: readonly string[]): Promise<number> {
  const read = readWallWords('debug', words);
  if (read === 'help') {
    process.stdout.write(HELP);
    return 0;
  }
  const settings = plainSettings({ ...read, env: process.env, home: homedir() });
  const environment = plainEnvironment(process.env, settings);
  const folders = prepareOwnFolders();
  const lines = [
    `command: ${read.argv.map((word) => showLine(word)).join(' ')}`,
    ...explainWall(settings, read.denyRead),
    `hidden: ${folders.sallyportHome} (configuration and history of Sallyport)`,
    `hidden: ${folders.runtimeDir} (control socket of Sallyport)`,
    ...explainEnvironment(environment),
  ];
  process.stderr.write(`${lines.map((line) => `sallyport: ${line}`).join('\n')}\n`);
  return runBare({ argv: read.argv, cwd: read.cwd, settings, folders, environment });
}

function explainWall(settings: WallSettings, denyRead: readonly string[]): string[] {
  if (settings.sandboxMode === 'danger-full-access') {
    return ['mode: danger-full-access: there is no wall; files and network are as without Sallyport'];
  }
  const secrets = findSecrets(settings.home, process.env);
  const lines = [`mode: ${settings.sandboxMode}`];
  if (settings.writableRoots.length === 0) lines.push('write: nowhere but an own /tmp that vanishes');
  settings.writableRoots.forEach((root, index) => {
    lines.push(`write: ${showLine(root)} (${index === 0 ? 'the workspace' : 'asked for, or $TMPDIR'})`);
  });
  if (settings.writableRoots.length > 0) {
    for (const { name, reason } of ALWAYS_PROTECTED)
      lines.push(`read-only: ${name} in each of them (${reason})`);
    lines.push(
      `read-only: ${RUNS_CODE_LATER.length} more names where they exist (files that run code later)`,
    );
    lines.push(`write: /tmp (its own, at most ${settings.tmpSizeBytes / 2 ** 20} MiB, vanishes)`);
  }
  for (const { path, reason } of secrets) lines.push(`unreadable: ${showLine(path)} (${reason})`);
  for (const path of denyRead) lines.push(`unreadable: ${showLine(path)} (--deny-read)`);
  lines.push(...explainLimits(settings));
  lines.push(
    settings.networkAccess ? 'network: on' : 'network: off (a loopback of its own, host sockets unreachable)',
  );
  return lines;
}

function explainLimits({ limits }: WallSettings): string[] {
  const means = describeLimits();
  const { processes, memoryBytes, fileBytes, openFiles, wallTimeMs } = limits;
  const mebibytes = (bytes: number): string => `${Math.floor(bytes / 2 ** 20)} MiB`;
  return [
    processes !== null && `limit: ${processes} processes and threads (by ${MEANS[means.processes]})`,
    memoryBytes !== null && `limit: ${mebibytes(memoryBytes)} of memory (by ${MEANS[means.memory]})`,
    fileBytes !== null && `limit: files of ${mebibytes(fileBytes)}`,
    openFiles !== null && `limit: ${openFiles} open files in each process`,
    wallTimeMs !== null && `limit: ${wallTimeMs / 1000} s`,
  ].filter((line) => line !== false);
}

const MEANS: Readonly<Record<LimitFacts['memory'], string>> = {
  'control-group': 'a control group',
  'user-limit': 'a limit of its namespace, and watching',
  watching: 'watching',
  nothing: 'nothing: it will be refused',
};

function explainEnvironment(environment: ScrubbedEnvironment): string[] {
  const lines = environment.dropped.map(({ name, reason }) => `not passed: $${showLine(name)} (${reason})`);
  return [...lines, `passed: ${Object.keys(environment.passed).length} other variables`];
}
