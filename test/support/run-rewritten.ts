import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a script left behind. */
export type ScriptResult = {
  status: number | null;
  stdout: string;
  stderr: string;
  /** Content of every file below the script's folder, by relative path. */
  files: Record<string, string>;
  /** The questions that were put: the words of each call of the ask program, in order. */
  asked: string[];
};

// Files of one script that is asked about; the ask program keeps its log outside the script's own folder.
const ASK = `#!/bin/sh
printf '%s\\n' "$*" >> "$ASK_LOG"
case " $ASK_REJECT " in *" $1 "*) exit 126;; esac
exit 0
`;
const STUB = `#!/bin/sh
cat > /dev/null
echo "\${0##*/} $*"
case "$*" in *[37]) exit 3;; esac
`;

/**
 * A place with an ask program that rejects the indexes it is told and allows the rest, and with stub programs that say
 * how they were called; some of their calls fail.
 */
export function openScriptBox(programs: readonly string[] = []): {
  ask: (index: number) => string;
  run: (script: string, reject?: readonly number[]) => ScriptResult;
  close: () => void;
} {
  const root = mkdtempSync(join(tmpdir(), 'rewrite-'));
  const ask = join(root, 'ask');
  writeFileSync(ask, ASK, { mode: 0o755 });
  const bin = join(root, 'bin');
  mkdirSync(bin);
  for (const name of programs) writeFileSync(join(bin, name), STUB, { mode: 0o755 });
  let runs = 0;
  return {
    ask: (index) => `${ask} ${index}`,
    run: (script, reject = []) => {
      runs += 1;
      const base = join(root, String(runs));
      const folder = join(base, 'work');
      mkdirSync(folder, { recursive: true });
      const log = join(base, 'asked');
      writeFileSync(log, '');
      const child = spawnSync('/bin/bash', ['--norc', '--noprofile', '-c', script], {
        cwd: folder,
        encoding: 'utf8',
        timeout: 15_000,
        env: {
          PATH: `${bin}:/usr/bin:/bin`,
          HOME: folder,
          LC_ALL: 'C',
          ASK_LOG: log,
          ASK_REJECT: reject.join(' '),
        },
        // Not a pipe: node's are sockets, and a bash with a socket for input reads ~/.bashrc.
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const asked = readFileSync(log, 'utf8').split('\n').filter(Boolean);
      return {
        status: child.status,
        stdout: child.stdout,
        stderr: child.stderr,
        files: readTree(folder, ''),
        asked,
      };
    },
    close: () => rmSync(root, { recursive: true, force: true }),
  };
}

function readTree(folder: string, prefix: string): Record<string, string> {
  const files: Record<string, string> = {};
  for (const entry of readdirSync(join(folder, prefix), { withFileTypes: true })) {
    const path = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
    if (entry.isDirectory()) Object.assign(files, { [`${path}/`]: '' }, readTree(folder, path));
    else if (entry.isFile()) files[path] = readFileSync(join(folder, path), 'utf8');
  }
  return files;
}
