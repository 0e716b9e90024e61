// Packs the terminal product and the page for the platform it runs on: out/dist/sallyport-<version>-<platform>-<arch>.tar.gz.
// Node is not in it (Node >= 22 on PATH runs it) unless --with-node is given.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { findOwnNode, root, runProgram } from './own-node.mjs';

const PLATFORM = `${process.platform}-${process.arch}`;

/** Files of the checkout that go in as they are; what is missing is left out. */
const COPIED = [
  'LICENSE',
  'README.md',
  'CHANGELOG.md',
  'resources',
  'build/bin',
  'build/own-node.mjs',
  `build/helpers/${PLATFORM}`,
];

/** The parts of a native package that run here: sources and other platforms' builds stay behind. */
const NATIVE_PARTS = {
  'better-sqlite3': [
    'package.json',
    'LICENSE',
    'lib',
    'build/Release/better_sqlite3.node',
    `prebuilds/${PLATFORM}.node`,
  ],
  'node-pty': [
    'package.json',
    'LICENSE',
    'lib',
    'build/Release/pty.node',
    'build/Release/spawn-helper',
    `prebuilds/${PLATFORM}`,
  ],
};

/** The packages that the native ones need at run time, found by their manifests. */
function listNeeded(names) {
  const needed = new Set();
  for (const queue = [...names]; queue.length > 0; ) {
    const name = queue.pop();
    const manifest = join(root, 'node_modules', name, 'package.json');
    if (needed.has(name) || !existsSync(manifest)) continue;
    needed.add(name);
    queue.push(...Object.keys(JSON.parse(readFileSync(manifest, 'utf8')).dependencies ?? {}));
  }
  return [...needed];
}

/** Packages that are only used while a native package is compiled. */
const COMPILE_ONLY = new Set(['node-addon-api', 'node-gyp', 'node-gyp-build', 'prebuild-install']);

function copyPackages(manifest, folder) {
  for (const name of listNeeded(Object.keys(manifest.dependencies)).filter(
    (needed) => !COMPILE_ONLY.has(needed),
  )) {
    const from = join(root, 'node_modules', name);
    for (const part of NATIVE_PARTS[name] ?? ['.'])
      copyIfPresent(join(from, part), join(folder, 'node_modules', name, part));
  }
}

/** Copies a file or folder; tests and source maps stay behind. */
function copyIfPresent(from, to) {
  if (existsSync(from))
    cpSync(from, to, {
      recursive: true,
      dereference: true,
      filter: (path) => !/\.(test\.js|map)$/.test(path),
    });
}

function copyNode(folder) {
  const node = findOwnNode();
  if (node === undefined) throw new Error('--with-node: node_modules holds no Node for this platform');
  copyIfPresent(
    node,
    join(folder, 'node_modules', '.bin', process.platform === 'win32' ? 'node.exe' : 'node'),
  );
}

/** The manifest of the packed product: what a person or a scanner asks for, and nothing that installs. */
function writeManifest(manifest, folder) {
  const { name, version, description, license, type, bin, dependencies } = manifest;
  const engines = { node: '>=22.12.0' };
  const packed = { name, version, private: true, description, license, type, bin, engines, dependencies };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(packed, null, 2)}\n`);
}

/**
 * Makes the archive and starts the program out of it once.
 * @param {string[]} argv `--with-node` adds the Node that came with node_modules
 * @returns {Promise<number>} the exit status
 */
export async function packProduct(argv) {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const title = `${manifest.name}-${manifest.version}-${PLATFORM}`;
  const dist = join(root, 'out', 'dist');
  const folder = join(dist, title);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const path of COPIED) copyIfPresent(join(root, path), join(folder, path));
  for (const name of readdirSync(join(root, 'out'))) {
    if (['cli', 'engine', 'chunks', 'renderer'].includes(name))
      copyIfPresent(join(root, 'out', name), join(folder, 'out', name));
  }
  copyPackages(manifest, folder);
  if (argv.includes('--with-node')) copyNode(folder);
  writeManifest(manifest, folder);
  if (process.platform !== 'win32') symlinkSync('build/bin/sallyport', join(folder, 'sallyport'));
  const archive = join(dist, `${title}.tar.gz`);
  if (spawnSync('tar', ['-czf', archive, '-C', dist, title], { stdio: 'inherit' }).status !== 0) return 1;
  const status = await runProgram(process.execPath, [
    join(folder, 'build', 'bin', 'sallyport.mjs'),
    '--version',
  ]);
  rmSync(folder, { recursive: true });
  process.stdout.write(`${archive}  ${(statSync(archive).size / 1e6).toFixed(1)} MB\n`);
  return status;
}
