import { spawnSync } from 'node:child_process';
import { accessSync, chmodSync, constants, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';

/** What is measured against; not dependencies of this project, and installed on request only. */
export const PEERS = { '@openai/codex': '0.169.0', '@anthropic-ai/sandbox-runtime': '0.0.78' } as const;

export interface Peers {
  /** Its native program, without the start script of the package, which would add a start of Node. */
  readonly codex: string;
  /** The script of srt, for Node; null where the socat that it needs is not to be had. */
  readonly srt: string | null;
  /** A folder for the front of PATH: programs that srt needs. */
  readonly tools: string;
}

/**
 * Installs them, where they are missing, into a folder of their own that every user can read.
 * @throws Error when the registry cannot be reached.
 */
export function installPeers(root: string): Peers {
  const folder = join(root, 'node_modules', '.cache', 'peers');
  mkdirSync(folder, { recursive: true });
  const wanted = Object.entries(PEERS).map(([name, version]) => `${name}@${version}`);
  const scope = join(folder, wanted.join('+').replaceAll('/', '-'));
  if (!existsSync(join(scope, 'node_modules', '@openai', 'codex'))) {
    mkdirSync(scope, { recursive: true });
    writeFileSync(join(scope, 'package.json'), '{"private":true}\n');
    run(
      'npm',
      ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error', ...wanted],
      scope,
    );
  }
  const vendor = findVendor(scope);
  const tools = join(scope, 'tools');
  mkdirSync(tools, { recursive: true });
  const hasSocat = hasProgram('socat') || unpackSocat(scope, tools);
  // It looks for rg by this name; codex brings one.
  writeWrapper(join(tools, 'rg'), join(vendor, 'codex-path', 'rg'));
  run('chmod', ['-R', 'a+rX', scope], scope);
  const srt = join(scope, 'node_modules', '@anthropic-ai', 'sandbox-runtime', 'dist', 'cli.js');
  return { codex: join(vendor, 'bin', 'codex'), srt: hasSocat ? srt : null, tools };
}

/** The native part of codex is a package of its own for each system. */
function findVendor(scope: string): string {
  const from = createRequire(join(scope, 'node_modules', '@openai', 'codex', 'package.json'));
  const part = from.resolve(`@openai/codex-${process.platform}-${process.arch}/package.json`);
  const vendor = join(part, '..', 'vendor');
  const [triple] = readdirSync(vendor);
  if (triple === undefined) throw new Error(`${vendor} is empty`);
  return join(vendor, triple);
}

/** Where socat is not installed: from the system's own packages, unpacked beside the peers and not installed. */
function unpackSocat(scope: string, tools: string): boolean {
  if (!hasProgram('apt-get') || !hasProgram('dpkg')) return false;
  const folder = join(scope, 'socat');
  const program = join(folder, 'usr', 'bin', 'socat');
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true });
    const got = spawnSync('apt-get', ['download', '-q', 'socat', 'libwrap0'], {
      cwd: folder,
      stdio: 'ignore',
    });
    if (got.status !== 0) return false;
    for (const name of readdirSync(folder).filter((each) => each.endsWith('.deb'))) {
      run('dpkg', ['-x', name, '.'], folder);
    }
  }
  const libraries = ['lib', 'usr/lib'].flatMap((top) => listFolders(join(folder, top)));
  writeWrapper(join(tools, 'socat'), program, `LD_LIBRARY_PATH='${libraries.join(':')}' `);
  return true;
}

function listFolders(top: string): string[] {
  return existsSync(top) ? readdirSync(top).map((name) => join(top, name)) : [];
}

function writeWrapper(path: string, program: string, before = ''): void {
  writeFileSync(path, `#!/bin/sh\n${before}exec '${program}' "$@"\n`);
  chmodSync(path, 0o755);
}

function hasProgram(name: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function run(program: string, argv: readonly string[], cwd: string): void {
  const { status, error } = spawnSync(program, argv, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`${program} ${argv.join(' ')} failed: ${error?.message ?? status}`);
}
