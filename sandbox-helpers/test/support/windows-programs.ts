import {
  type ChildProcess,
  type ChildProcessWithoutNullStreams,
  execFileSync,
  spawn,
  spawnSync,
} from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { compileForWindows, findWindowsCompiler, listWindowsSources } from '../../build-windows.mjs';

const programs = fileURLToPath(new URL('../programs', import.meta.url));
const isNative = process.platform === 'win32';

export const compiler: string | undefined = findWindowsCompiler();

/** Whether Windows programs can be built and run here: on Windows itself, or under wine. */
export const canRun: boolean =
  compiler !== undefined &&
  (isNative || (process.platform === 'linux' && spawnSync('wine', ['--version']).status === 0));

/** Whether that is wine, which has no AppContainers and keeps access lists as mode bits only. */
export const isWine: boolean = canRun && !isNative;

/** Under which name the runner hands on the folder of what it has compiled, see `compile-windows-objects.ts`. */
export const OBJECTS_VARIABLE = 'VITEST_SALLYPORT_WINDOWS';

/** How the object of a source is called. */
export const nameObject = (source: string): string =>
  `${basename(dirname(source))}-${basename(source, '.c')}.o`;

/** What of these sources is compiled already in its place. */
function withObjects(sources: readonly string[]): string[] {
  const folder = process.env[OBJECTS_VARIABLE];
  const known = new Set(folder === undefined ? [] : listWindowsSources());
  return sources.map((source) => (known.has(source) ? join(folder ?? '', nameObject(source)) : source));
}

export interface WindowsRun {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** One test file's folder and programs and, under wine, its whole machine. */
export interface WindowsBench {
  readonly folder: string;
  /** The helper. */
  readonly helper: string;
  /** A path as Windows programs name it. */
  name(path: string): string;
  /** Compiles a test program with the helper's sources, but for those named. */
  compile(program: string, without: readonly string[]): string;
  start(program: string, words: readonly string[]): ChildProcessWithoutNullStreams;
  run(program: string, words: readonly string[], input?: string): WindowsRun;
  close(): void;
}

/** Links the helper from the sources as they are. Under wine the first start takes several seconds. */
export function openBench(): WindowsBench {
  const folder = realpathSync.native(mkdtempSync(join(tmpdir(), 'windows-')));
  const env = isNative
    ? process.env
    : { ...process.env, WINEPREFIX: join(folder, 'wine'), WINEDEBUG: '-all', DISPLAY: '', LC_ALL: 'C.UTF-8' };
  const commandOf = (program: string, words: readonly string[]): [string, string[]] =>
    isNative ? [program, [...words]] : ['wine', [program, ...words]];
  const build = (program: string, sources: readonly string[]): string => {
    const output = join(folder, `${program}.exe`);
    compileForWindows(compiler ?? '', withObjects(sources), output);
    return output;
  };
  const helper = build('appcontainer-run', listWindowsSources());
  let keeper: ChildProcess | null = null;
  if (isWine) {
    mkdirSync(join(folder, 'wine'));
    execFileSync('wine', ['wineboot', '-i'], { env, stdio: 'ignore', timeout: 120_000 });
    // While something runs, the machine of wine stays up: else every start waits for a new one.
    keeper = spawn('wine', ['cmd', '/k'], { env, stdio: ['pipe', 'ignore', 'ignore'] });
  }
  return {
    folder,
    helper,
    name: (path) => (isNative ? path : `Z:${path.replaceAll('/', '\\')}`),
    compile(program, without) {
      const left = ['main.c', ...without];
      const sources = listWindowsSources().filter((path) => !left.includes(basename(path)));
      return build(program, [join(programs, `${program}.c`), ...sources]);
    },
    start: (program, words) => spawn(...commandOf(program, words), { env, cwd: folder }),
    run(program, words, input = '') {
      const [command, argv] = commandOf(program, words);
      const done = spawnSync(command, argv, { env, cwd: folder, input, encoding: 'utf8', timeout: 60_000 });
      return { status: done.status, stdout: done.stdout, stderr: done.stderr };
    },
    close() {
      keeper?.stdin?.end();
      if (isWine) spawnSync('wineserver', ['-k', '-w'], { env, timeout: 30_000 });
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

/** The lines of a child's output, one at a time, in order; null at its end. */
export function readLines(child: ChildProcessWithoutNullStreams): () => Promise<string | null> {
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return async () => {
    const next = await lines.next();
    return next.done === true ? null : next.value.trimEnd();
  };
}
