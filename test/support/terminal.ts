import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type IPty, spawn as spawnPty } from 'node-pty';
import { isEngineLocked, readEngineNote } from '../../src/server/index.ts';
import { PROGRAM } from './program.ts';

const WAIT_MS = 30_000;

export interface CliResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A terminal of a person's: a real pseudo-terminal with the program in it. */
export interface PersonTerminal {
  screen(): string;
  /** Waits until the screen has the text after what was there at the last `see`. */
  see(text: string | RegExp): Promise<string>;
  type(text: string): void;
  resize(columns: number, rows: number): void;
  signal(name: NodeJS.Signals): void;
  readonly ended: Promise<number>;
}

/** A home of its own with a folder to work in; everything started from it is ended with it. */
export interface CliPlace {
  readonly home: string;
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  /** The program, as words of a shell. */
  readonly cli: string;
  run(
    words: readonly string[],
    options?: { readonly input?: string | Uint8Array; readonly cwd?: string },
  ): Promise<CliResult>;
  start(words: readonly string[]): ChildProcess;
  openTerminal(words: readonly string[], options?: { readonly columns?: number }): PersonTerminal;
  /** A terminal with a line of shell in it. */
  openShell(line: string): PersonTerminal;
  /** The pid of the engine that runs for this home. */
  enginePid(): number | undefined;
  close(): Promise<void>;
}

/** Below /var/tmp, because /tmp is another one inside the wall. */
export function createCliPlace(): CliPlace {
  const base = realpathSync(mkdtempSync('/var/tmp/sallyport-cli-'));
  const home = join(base, 'home');
  const folder = join(base, 'work');
  mkdirSync(folder);
  const env: NodeJS.ProcessEnv = { ...process.env, SALLYPORT_HOME: home };
  // without a display no browser is opened
  const unwanted = /^(?:VITEST.*|NODE_OPTIONS|NODE_ENV|FORCE_COLOR|DISPLAY|WAYLAND_DISPLAY)$/;
  for (const name of Object.keys(env)) if (unwanted.test(name)) delete env[name];
  const children = new Set<ChildProcess>();
  const terminals = new Set<IPty>();
  const lockFolder = join(home, 'run');

  function start(words: readonly string[], cwd = folder): ChildProcess {
    const child = spawn(process.execPath, [PROGRAM, ...words], {
      env,
      cwd,
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    children.add(child);
    child.on('exit', () => children.delete(child));
    return child;
  }

  function openPty(program: string, words: string[], columns: number): PersonTerminal {
    const pty = spawnPty(program, words, { env, cwd: folder, cols: columns, rows: 50 });
    terminals.add(pty);
    pty.onExit(() => terminals.delete(pty));
    return watchTerminal(pty);
  }

  const enginePid = (): number | undefined => readEngineNote(lockFolder)?.pid;

  return {
    home,
    folder,
    env,
    cli: `'${process.execPath}' '${PROGRAM}'`,
    start,
    run: (words, { input = '', cwd } = {}) => collect(start(words, cwd), input),
    openTerminal: (words, { columns = 200 } = {}) => openPty(process.execPath, [PROGRAM, ...words], columns),
    openShell: (line) => openPty('/bin/sh', ['-c', line], 200),
    enginePid,
    close: async () => {
      for (const child of children) child.kill('SIGKILL');
      for (const pty of terminals) pty.kill('SIGKILL');
      const pid = enginePid();
      try {
        if (pid !== undefined) process.kill(pid, 'SIGTERM');
      } catch {
        // it has ended already
      }
      const deadline = Date.now() + WAIT_MS;
      while (pid !== undefined && isEngineLocked(lockFolder) && Date.now() < deadline) await delay(20);
      rmSync(base, { recursive: true, force: true });
    },
  };
}

function collect(child: ChildProcess, input: string | Uint8Array): Promise<CliResult> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdin?.on('error', () => {});
  child.stdin?.end(input);
  return new Promise((resolvePromise) => {
    child.on('close', (status) => resolvePromise({ status, stdout, stderr }));
  });
}

function watchTerminal(pty: IPty): PersonTerminal {
  let screen = '';
  let seen = 0;
  let hasEnded = false;
  pty.onData((text) => {
    screen += text;
  });
  const ended = new Promise<number>((resolvePromise) => {
    pty.onExit(({ exitCode }) => {
      hasEnded = true;
      resolvePromise(exitCode);
    });
  });
  return {
    screen: () => screen,
    see: async (text) => {
      const deadline = Date.now() + WAIT_MS;
      for (;;) {
        const rest = screen.slice(seen);
        const match = findText(rest, text);
        if (match !== null) {
          seen += match.index + match[0].length;
          return match[0];
        }
        if (Date.now() > deadline || hasEnded) throw new Error(`did not see ${String(text)} in:\n${rest}`);
        await delay(10);
      }
    },
    type: (text) => pty.write(text),
    resize: (columns, rows) => pty.resize(columns, rows),
    signal: (name) => pty.kill(name),
    ended,
  };
}

function findText(screen: string, text: string | RegExp): { index: number; 0: string } | null {
  if (typeof text !== 'string') return text.exec(screen);
  const index = screen.indexOf(text);
  return index === -1 ? null : { index, 0: text };
}
