// Builds the native Linux helpers into build/helpers/linux-<x64|arm64>/; on Windows its own, see build-windows.mjs.
// Static with musl where musl-gcc is installed (smallest, runs in any sandbox view), else static
// with the system's C library, else dynamic. Does nothing when every output is newer than every source.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildMacos } from './build-macos.mjs';
import { buildForWindows } from './build-windows.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const machine = { x64: 'x64', arm64: 'arm64' }[process.arch];
const outDir = join(here, '..', 'build', 'helpers', `linux-${machine}`);

const shared = ['common/fail.c', 'common/json-line.c', 'common/command-line.c', 'common/expect-folder.c'];
const programs = {
  holder: [
    'holder.c',
    'holder-view.c',
    'holder-grant.c',
    'holder-compose.c',
    'holder-paths.c',
    'holder-cover.c',
    'holder-reveal.c',
    'holder-bridge.c',
    'holder-guard.c',
    'holder-places.c',
    'holder-watch.c',
  ],
  'exec-gate': [
    'gate-main.c',
    'gate-run.c',
    'gate-filter.c',
    'gate-start.c',
    'gate-pipes.c',
    'gate-tell.c',
    'gate-supervise.c',
    'gate-signals.c',
    'gate-rpc.c',
    'gate-answer.c',
    'gate-exec.c',
    'gate-program.c',
    'gate-memory.c',
    'gate-environment.c',
    'gate-sharing.c',
    'gate-compare.c',
    'gate-digest.c',
    'gate-write.c',
    'gate-calls.c',
    'gate-change.c',
    'gate-perform.c',
    'gate-reach.c',
    'gate-connect.c',
    'gate-path.c',
    'gate-caller.c',
    'gate-image.c',
    'gate-capture.c',
    'gate-watch.c',
    'gate-kill.c',
    'gate-group.c',
    'gate-open.c',
    'gate-rights.c',
    'gate-refusals.c',
    'gate-limits.c',
    'gate-control-group.c',
    'gate-usage.c',
  ],
  'net-bridge': [
    'net-bridge.c',
    'bridge-doors.c',
    'bridge-copy.c',
    'bridge-flow.c',
    'bridge-hand.c',
    'bridge-channel.c',
    'bridge-watch.c',
  ],
  dial: ['dial.c'],
  ask: ['ask.c'],
  janitor: ['janitor.c'],
  bare: ['bare.c', 'bare-plan.c'],
};

const flags = [
  '-std=gnu11',
  '-O2',
  '-g0',
  '-Wall',
  '-Wextra',
  '-Werror',
  '-D_GNU_SOURCE',
  '-fstack-protector-strong',
  '-ffunction-sections',
  '-fdata-sections',
  '-pthread',
  '-Wl,--gc-sections',
  '-s',
];

/** Runs a program to its end; its text goes to ours. Throws when it fails. */
function run(command, args, options = {}) {
  const done = spawnSync(command, args, { stdio: ['ignore', 'pipe', 'inherit'], ...options });
  if (done.error) throw done.error;
  if (done.status !== 0) throw new Error(`${command} ended with ${done.status ?? done.signal}`);
  return done.stdout;
}

function works(command, args, scratch) {
  const source = join(scratch, 'probe.c');
  writeFileSync(
    source,
    '#include <linux/seccomp.h>\n#include <stdio.h>\nint main(void){return puts("")<0;}\n',
  );
  return (
    spawnSync(command, [...args, '-o', join(scratch, 'probe'), source], { stdio: 'ignore' }).status === 0
  );
}

/** The first compiler line that can build a program with kernel headers. */
function chooseCompiler(scratch) {
  const triple = machine === 'x64' ? 'x86_64-linux-gnu' : 'aarch64-linux-gnu';
  // musl-gcc hides the system's headers; the kernel's are needed and come last so that they hide nothing.
  const kernelHeaders = ['-idirafter', '/usr/include', '-idirafter', `/usr/include/${triple}`];
  const candidates = [
    ['musl-gcc', ['-static', ...kernelHeaders]],
    ['cc', ['-static']],
    ['cc', []],
  ];
  const found = candidates.find(([command, args]) => works(command, args, scratch));
  if (!found)
    throw new Error('no C compiler: install gcc and musl-tools (Debian, Ubuntu) or gcc and glibc headers');
  return found;
}

function newest(paths) {
  return Math.max(...paths.map((path) => statSync(path).mtimeMs));
}

function isFresh(outputs) {
  const sources = ['common', 'linux'].flatMap((dir) =>
    readdirSync(join(here, dir))
      .filter((name) => /\.[ch]$/.test(name))
      .map((name) => join(here, dir, name)),
  );
  const built = newest([...sources, fileURLToPath(import.meta.url)]);
  try {
    return outputs.every((path) => statSync(path).mtimeMs > built);
  } catch {
    return false;
  }
}

/** Compiles beside its place and renames: a running helper keeps its file, two builds do not mix. */
function build() {
  if (process.platform !== 'linux' || !machine)
    throw new Error(`no native helpers for ${process.platform} ${process.arch}`);
  const outputs = [...Object.keys(programs), 'wall.bpf'].map((name) => join(outDir, name));
  if (isFresh(outputs)) return;
  mkdirSync(outDir, { recursive: true });
  const scratch = mkdtempSync(join(outDir, '.building-'));
  try {
    const [command, args] = chooseCompiler(scratch);
    const compile = (name, sources) => {
      const files = [...shared, ...sources.map((source) => join('linux', source))].map((path) =>
        join(here, path),
      );
      run(command, [...flags, ...args, '-o', join(scratch, name), ...files]);
      return join(scratch, name);
    };
    const rules = run(compile('seccomp-rules', ['seccomp-rules.c']), []);
    for (const [name, sources] of Object.entries(programs)) {
      compile(name, sources);
      renameSync(join(scratch, name), join(outDir, name));
    }
    writeFileSync(join(scratch, 'wall.bpf'), rules);
    renameSync(join(scratch, 'wall.bpf'), join(outDir, 'wall.bpf'));
    console.log(
      `helpers built with ${command} ${args.includes('-static') ? 'static' : 'dynamic'} in ${outDir}`,
    );
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

if (process.platform === 'darwin') buildMacos();
else if (process.platform === 'win32') buildForWindows();
else build();
