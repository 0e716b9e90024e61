/** Real agents from the npm registry, installed on request into the cache of this checkout, in exact versions. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const CACHE = resolve(import.meta.dirname, '../../node_modules/.cache/agents');
const VERSIONS = { '@anthropic-ai/claude-code': '2.1.330', '@openai/codex': '0.169.0' };

/** Where the native program of each lies, or the script that starts it, below `node_modules`. */
const PROGRAMS: Readonly<Record<string, string>> = {
  // its own install script would put it in the place of a stub
  claude: `@anthropic-ai/claude-code-${process.platform}-${process.arch}/claude`,
  codex: '@openai/codex/bin/codex.js',
};

/** Installs what is missing (about 770 MB, once) and gives a folder that holds `claude` and `codex`. */
export function installAgents(): string {
  const wanted = Object.entries(VERSIONS).map(([name, version]) => `${name}@${version}`);
  const stamp = join(CACHE, `installed ${wanted.join(' ').replaceAll('/', '_')}`);
  const bin = join(CACHE, 'bin');
  if (!existsSync(stamp)) {
    rmSync(bin, { recursive: true, force: true });
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(CACHE, 'package.json'), '{"private":true}\n');
    const flags = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
    execFileSync('npm', ['install', ...flags, ...wanted], { cwd: CACHE, stdio: 'inherit' });
    for (const [name, path] of Object.entries(PROGRAMS)) {
      symlinkSync(join(CACHE, 'node_modules', path), join(bin, name));
    }
    writeFileSync(stamp, '');
  }
  return bin;
}
