// Builds the Windows helper, build/helpers/win32-x64/appcontainer-run.exe: on Windows with the gcc of mingw-w64, elsewhere
// by its cross-compiler. Static: it needs only what every Windows has. Does nothing while it is newer than its sources.
//
// Usage: node sandbox-helpers/build-windows.mjs   (status 4 and one line where there is no compiler)
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const output = join(here, '..', 'build', 'helpers', 'win32-x64', 'appcontainer-run.exe');

const EXIT_NO_COMPILER = 4;
const COMPILERS =
  process.platform === 'win32' ? ['gcc', 'x86_64-w64-mingw32-gcc'] : ['x86_64-w64-mingw32-gcc'];

/** What every source of the helper, and every test program of it, is compiled with. */
const FLAGS = [
  '-std=gnu11',
  '-O2',
  '-g0',
  '-Wall',
  '-Wextra',
  '-Werror',
  '-municode',
  '-static',
  '-s',
  '-fstack-protector-strong',
  '-D_WIN32_WINNT=0x0A00',
  // Addresses differ from start to start, data is not run, calls only go where calls may go.
  '-Wl,--dynamicbase,--nxcompat,--high-entropy-va',
];
const LIBRARIES = ['-ladvapi32', '-lole32'];

const listSources = (folder) =>
  readdirSync(join(here, folder))
    .filter((name) => /\.[ch]$/.test(name))
    .map((name) => join(here, folder, name));

const SHARED = ['json-line.c', 'command-line.c'].map((name) => join(here, 'common', name));

/** The compiler that runs here, or nothing. */
export function findWindowsCompiler() {
  return COMPILERS.find((name) => {
    const said = spawnSync(name, ['-dumpmachine'], { encoding: 'utf8' });
    return said.status === 0 && said.stdout.trim() === 'x86_64-w64-mingw32';
  });
}

/** Compiles sources to one program; what the compiler says goes to standard error. Throws when it fails. */
export function compileForWindows(compiler, sources, program) {
  const done = spawnSync(compiler, [...FLAGS, '-o', program, ...sources, ...LIBRARIES], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (done.status !== 0) throw new Error(`${compiler} ended with ${done.status ?? done.signal}`);
}

/** Compiles one source, to be linked by `compileForWindows`. Rejects when it fails. */
export function compileObject(compiler, source, object) {
  const words = [
    ...FLAGS.filter((flag) => !flag.startsWith('-Wl,') && flag !== '-s'),
    '-c',
    '-o',
    object,
    source,
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(compiler, words, { stdio: ['ignore', 'inherit', 'inherit'] });
    child.once('error', reject);
    child.once('close', (status) => {
      if (status === 0) resolve(undefined);
      else reject(new Error(`${compiler} ended with ${status} for ${source}`));
    });
  });
}

/** The helper's sources; `main.c` has its entry. */
export function listWindowsSources() {
  return [...SHARED, ...listSources('windows').filter((path) => path.endsWith('.c'))];
}

function isFresh() {
  const sources = [...listSources('common'), ...listSources('windows'), fileURLToPath(import.meta.url)];
  try {
    const built = statSync(output).mtimeMs;
    return sources.every((path) => statSync(path).mtimeMs < built);
  } catch {
    return false;
  }
}

/** Compiles beside its place and renames. @returns {number} an exit status */
export function buildForWindows() {
  if (isFresh()) return 0;
  const compiler = findWindowsCompiler();
  if (compiler === undefined) {
    process.stderr.write(
      'sallyport: no gcc of mingw-w64 was found: without the helper that it builds nothing is confined on Windows.\n',
    );
    return EXIT_NO_COMPILER;
  }
  mkdirSync(dirname(output), { recursive: true });
  const scratch = mkdtempSync(join(dirname(output), '.building-'));
  try {
    const program = join(scratch, 'appcontainer-run.exe');
    compileForWindows(compiler, listWindowsSources(), program);
    renameSync(program, output);
    process.stdout.write(`helper built with ${compiler} in ${dirname(output)}\n`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = buildForWindows();
