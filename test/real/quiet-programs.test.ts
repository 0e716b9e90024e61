import { existsSync, readdirSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { makeFolder, type RealEngine, startRealEngine } from '../support/real-engine.ts';
import { startProgram } from '../support/run-program.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const SIZE = { columns: 100, rows: 30 };

/** What is typed at the prompt, what is then seen, and what is typed to leave. */
const PROGRAMS = [
  ['/usr/bin/less', 'less /etc/services', 'tcpmux', 'q'],
  ['/usr/bin/man', 'man --pager=less ls', 'LS(1)', 'q'],
  ['/usr/bin/vim', 'vim -N -u NONE -i ~/.viminfo --cmd "set swapfile" /etc/services', 'tcpmux', ':q\r'],
  ['/usr/bin/top', 'top', 'Tasks', 'q'],
  ['/usr/bin/python3', 'python3 -q', '>>>', 'exit()\r'],
] as const;

describe.skipIf(process.platform !== 'linux')('what programs try by habit is no question', () => {
  let real: RealEngine;
  let workspace: ReturnType<typeof makeFolder>;
  let home: ReturnType<typeof makeFolder>;

  beforeAll(async () => {
    real = await startRealEngine();
  });
  afterAll(() => real.stop());
  beforeEach(() => {
    workspace = makeFolder('sallyport-quiet', '/var/tmp');
    home = makeFolder('sallyport-quiet-home', '/var/tmp');
  });
  afterEach(() => {
    workspace.remove();
    home.remove();
  });

  test.each(PROGRAMS.filter(([path]) => existsSync(path)))('%s', async (_path, line, shown, leave) => {
    const program = await startProgram(real, ['bash', '--norc', '--noprofile'], {
      cwd: workspace.path,
      policy: 'on-request',
      terminal: SIZE,
      env: {
        HOME: home.path,
        PATH: '/usr/bin:/bin',
        TERM: 'xterm',
        PS1: 'ready> ',
        HISTFILE: `${home.path}/.bash_history`,
        HISTFILESIZE: '1',
      },
    });
    await program.see('ready> ');
    program.type(`${line}\r`);
    await program.see(shown);
    program.type(leave);
    await program.see('ready> ');
    program.type('exit\r');
    expect((await program.result).exitCode).toBe(0);
    expect(program.events.flatMap((event) => (event.type === 'approval/asked' ? [event.text] : []))).toEqual(
      [],
    );
    const habits = program.events.filter((event) => event.type === 'wall/denied');
    expect(JSON.stringify(habits)).toContain('tried by habit');
    await program.close();
    expect(readdirSync(home.path)).toEqual([]);
  });
});
