import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Fault } from '../../protocol/index.ts';

/** Absolute paths of the native helpers of this machine. */
export interface HelperPaths {
  readonly holder: string;
  readonly execGate: string;
  readonly ask: string;
  readonly janitor: string;
  /** Joins the network of a session with the proxy outside. */
  readonly netBridge: string;
  /** Reaches a host through the proxy for programs such as ssh; shown inside. */
  readonly dial: string;
  /** The system call filter of the wall, as bubblewrap reads it. */
  readonly wallFilter: string;
}

/**
 * Finds the native helpers below the package root, from the sources as from a bundle.
 * @throws Fault `host` naming what is missing and the command that builds it.
 */
export function findHelpers(from: string = fileURLToPath(import.meta.url)): HelperPaths {
  const root = findPackageRoot(dirname(from));
  const folder = join(root, 'build', 'helpers', `${process.platform}-${process.arch}`);
  const helpers: HelperPaths = {
    holder: join(folder, 'holder'),
    execGate: join(folder, 'exec-gate'),
    ask: join(folder, 'ask'),
    janitor: join(folder, 'janitor'),
    netBridge: join(folder, 'net-bridge'),
    dial: join(folder, 'dial'),
    wallFilter: join(folder, 'wall.bpf'),
  };
  for (const path of Object.values(helpers)) {
    requireHelper(path, path === helpers.wallFilter ? constants.R_OK : constants.X_OK, root);
  }
  return helpers;
}

/**
 * Finds the helper of Windows.
 * @throws Fault `host` as `findHelpers`.
 */
export function findContainerHelper(from: string = fileURLToPath(import.meta.url)): string {
  const root = findPackageRoot(dirname(from));
  const path = join(root, 'build', 'helpers', 'win32-x64', 'appcontainer-run.exe');
  requireHelper(path, constants.R_OK, root);
  return path;
}

function requireHelper(path: string, mode: number, root: string): void {
  if (isUsable(path, mode)) return;
  throw new Fault({
    kind: 'host',
    code: 'helpers-missing',
    message: `The native helper ${path} is missing or cannot be used.`,
    hint: `Build the helpers: (cd ${root} && node sandbox-helpers/build.mjs)`,
  });
}

/** The nearest folder upwards that is this package: a `package.json` next to `build` or `sandbox-helpers`. */
export function findPackageRoot(start: string = dirname(fileURLToPath(import.meta.url))): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json')) && existsSync(join(folder, 'build'))) return folder;
    if (dirname(folder) === folder) {
      throw new Fault({
        kind: 'host',
        code: 'package-root-missing',
        message: `No package folder with native helpers was found above ${start}.`,
        hint: 'Install Sallyport again: this installation is incomplete.',
      });
    }
  }
}

function isUsable(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
