// What the machine itself must have: found on PATH, else installed by apt when that needs no password,
// else named in one line to type. Nothing here is needed on macOS and Windows.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { findChromium } from './find-chromium.mjs';
import { EXIT_MISSING } from './own-node.mjs';

/**
 * Program or header, the Debian package that brings it, and why it is needed.
 * @typedef {{ needs: string, apt: string, others: string, why: string }} Need
 */

/** @type {Need[]} To install, build and run. */
const RUN_NEEDS = [
  { needs: 'bwrap', apt: 'bubblewrap', others: 'bubblewrap', why: 'the sandbox' },
  { needs: 'cc', apt: 'gcc', others: 'gcc', why: 'compiles the sandbox helpers' },
  {
    needs: '/usr/include/stdio.h',
    apt: 'libc6-dev',
    others: 'glibc-devel',
    why: 'compiles the sandbox helpers',
  },
  {
    needs: '/usr/include/linux/seccomp.h',
    apt: 'linux-libc-dev',
    others: 'kernel-headers',
    why: 'compiles the exec gate',
  },
  { needs: 'g++', apt: 'g++', others: 'gcc-c++', why: 'node-pty is compiled on Linux' },
  { needs: 'make', apt: 'make', others: 'make', why: 'node-pty is compiled on Linux' },
  { needs: 'python3', apt: 'python3', others: 'python3', why: 'node-pty is compiled on Linux' },
];

/** Goes by several names: see find-chromium.mjs. */
const CHROMIUM = 'chromium';

/** @type {Need[]} What the real tests run inside the sandbox, or look from outside with. */
const TEST_NEEDS = [
  { needs: 'bash', apt: 'bash', others: 'bash', why: 'runs the scripts under test' },
  { needs: 'git', apt: 'git', others: 'git', why: 'real repositories in tests' },
  { needs: CHROMIUM, apt: 'chromium', others: 'chromium', why: 'opens the page in tests' },
  { needs: 'setpriv', apt: 'util-linux', others: 'util-linux', why: 'tests as an ordinary user' },
];

/** @type {Need[]} Installed for tests where that asks nobody anything (100 MB); without them those tests are skipped by name. */
const WELCOME_IN_TESTS = [
  {
    needs: 'x86_64-w64-mingw32-gcc',
    apt: 'gcc-mingw-w64-x86-64',
    others: 'mingw64-gcc',
    why: 'compiles the helper of Windows',
  },
];

/** Whether a program is on PATH, or a file is there when an absolute path is given. */
function isPresent(needs) {
  if (needs === CHROMIUM) return findChromium() !== undefined;
  if (needs.startsWith('/')) return existsSync(needs);
  // an ordinary user's PATH may lack the folders where a distribution puts administration tools
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.some((folder) => {
    try {
      accessSync(join(folder, needs), constants.X_OK);
      return folder !== '';
    } catch {
      return false;
    }
  });
}

/** The words in front of apt-get that give it the right to install; undefined when a password would be asked. */
function findAuthority() {
  if (process.getuid?.() === 0) return [];
  return isPresent('sudo') && spawnSync('sudo', ['-n', 'true']).status === 0 ? ['sudo', '-n'] : undefined;
}

function runApt(authority, argv) {
  const [program = 'apt-get', ...rest] = [...authority, 'apt-get', ...argv];
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync(program, rest, { stdio: ['ignore', 'ignore', 'inherit'], env }).status === 0;
}

/** Tries once and goes on without: no failure here may keep the other tests from running. */
function installWelcome() {
  const missing = WELCOME_IN_TESTS.filter((need) => !isPresent(need.needs)).map((need) => need.apt);
  const authority = missing.length > 0 && isPresent('apt-get') ? findAuthority() : undefined;
  if (authority === undefined) return;
  process.stderr.write(`set-up: installing ${missing.join(' ')} (100 MB, for tests only)\n`);
  const quick = ['-o', 'Acquire::Retries=0', '-o', 'Acquire::http::Timeout=20'];
  const isDone = runApt(authority, [...quick, 'install', '-y', '-qq', '--no-install-recommends', ...missing]);
  if (!isDone) process.stderr.write('set-up: not installed; the tests that need it are skipped\n');
}

/** The line a person types to get the packages, in the words of the package manager that is there. */
function describeInstall(missing) {
  const names = (key) => [...new Set(missing.map((need) => need[key]))].join(' ');
  const sudo = process.getuid?.() === 0 ? '' : 'sudo ';
  if (isPresent('apt-get')) return `${sudo}apt-get update && ${sudo}apt-get install -y ${names('apt')}`;
  if (isPresent('dnf')) return `${sudo}dnf install -y ${names('others')}`;
  if (isPresent('zypper')) return `${sudo}zypper install -y ${names('others')}`;
  if (isPresent('pacman')) return `${sudo}pacman -S --needed bubblewrap base-devel python git`;
  return `(your package manager) install ${names('others')}`;
}

/**
 * Makes sure that the machine has what is needed; ends the process with status 3 when it cannot.
 * @param {{ isForTests: boolean }} purpose
 */
export function requireSystemPackages({ isForTests }) {
  if (process.platform !== 'linux') return;
  const findMissing = () =>
    [...RUN_NEEDS, ...(isForTests ? TEST_NEEDS : [])].filter((need) => !isPresent(need.needs));
  const missing = findMissing();
  if (missing.length === 0) {
    if (isForTests) installWelcome();
    return;
  }
  const authority = isPresent('apt-get') ? findAuthority() : undefined;
  if (authority !== undefined) {
    const packages = [...new Set(missing.map((need) => need.apt))];
    process.stderr.write(`set-up: installing ${packages.join(' ')}\n`);
    const install = ['install', '-y', '-qq', '--no-install-recommends', ...packages];
    // lists may be empty (a container image) or old; a first try without the update is the quick case
    const isInstalled =
      runApt(authority, install) || (runApt(authority, ['update', '-qq']) && runApt(authority, install));
    if (isInstalled && findMissing().length === 0) {
      if (isForTests) installWelcome();
      return;
    }
  }
  const still = findMissing();
  const lines = still.map((need) => `  ${need.needs}: ${need.why}`);
  process.stderr.write(`sallyport: missing on this machine:\n${lines.join('\n')}\n`);
  process.stderr.write(`Type this, then run the same command again:\n\n  ${describeInstall(still)}\n\n`);
  process.exit(EXIT_MISSING);
}
