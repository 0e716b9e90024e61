// Completes package-lock.json after `npm install`, so that `npm ci` accepts it on every platform.
//
// A registry mirror may not carry the builds of a package for foreign platforms. npm then leaves those
// optional packages out of the lock, and `npm ci` refuses the lock as out of step with the manifests.
// This adds an entry for each: npm skips it by its `os` and `cpu`, and on the platform in question it is
// fetched by its exact version. Entries that npm knows are never touched, and download addresses are removed.
//
// Usage: node build/fill-lock.mjs [path of the lock]
import { readFileSync, writeFileSync } from 'node:fs';

const SYSTEMS = new Set([
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
]);
const PROCESSORS = new Set(['arm', 'arm64', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64']);
const EXACT_VERSION = /^\d+\.\d+\.\d+(?:-[\w.]+)?$/;

/** Whether `name`, required by the package installed at `from`, has an entry by the rule Node resolves with. */
function isResolved(packages, from, name) {
  const folders = from.split('/node_modules/');
  for (let depth = folders.length; depth >= 0; depth -= 1) {
    const folder = folders.slice(0, depth).join('/node_modules/');
    if (`${folder === '' ? '' : `${folder}/`}node_modules/${name}` in packages) return true;
  }
  return false;
}

/** The entry for a platform package, its platform read from its name; undefined when the name tells none. */
function describePlatformPackage(name, version, isDevelopment) {
  const words = name.split(/[-/@_]/);
  const os = words.find((word) => SYSTEMS.has(word));
  if (os === undefined || !EXACT_VERSION.test(version)) return undefined;
  // `arm` may carry its ABI, as in `arm-gnueabihf`; `wasm32` has no processor and is filtered by its own name
  const cpu = words.find((word) => PROCESSORS.has(word));
  const entry = { version };
  if (cpu !== undefined) entry.cpu = [cpu];
  if (isDevelopment) entry.dev = true;
  if (os === 'linux' && words.includes('musl')) entry.libc = ['musl'];
  if (os === 'linux' && words.includes('gnu')) entry.libc = ['glibc'];
  entry.optional = true;
  entry.os = [os];
  return entry;
}

const path = process.argv[2] ?? 'package-lock.json';
const lock = JSON.parse(readFileSync(path, 'utf8'));
let added = 0;
const unknown = [];
for (const [from, manifest] of Object.entries(lock.packages)) {
  delete manifest.resolved;
  for (const [name, version] of Object.entries(manifest.optionalDependencies ?? {})) {
    if (isResolved(lock.packages, from, name)) continue;
    const entry = describePlatformPackage(name, version, manifest.dev === true);
    if (entry === undefined) {
      unknown.push(`${name}@${version}`);
      continue;
    }
    lock.packages[`node_modules/${name}`] = entry;
    added += 1;
  }
}
const sorted = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1));
lock.packages = Object.fromEntries(sorted);
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
process.stdout.write(`${path}: ${added} platform packages added\n`);
if (unknown.length > 0) {
  process.stderr.write(`not understood, so \`npm ci\` will refuse this lock: ${unknown.join(', ')}\n`);
  process.exitCode = 1;
}
