import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type CliPlace, createCliPlace, type PersonTerminal } from '../support/terminal.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let place: CliPlace;
beforeEach(() => {
  place = createCliPlace();
});
afterEach(() => place.close());

/** An interactive shell that asks nothing, with a prompt that is known. */
async function openBash(): Promise<PersonTerminal> {
  const terminal = place.openTerminal(['run', '-a', 'never', '--', 'bash', '--norc', '--noprofile'], {
    columns: 120,
  });
  await terminal.see(/[$#] /);
  terminal.type("PS1='ready> '; stty -echo\r");
  await terminal.see(/(?<!')ready> /);
  return terminal;
}

/** Lines of `/proc` that hold this word in their command line. */
function processesWith(word: string): string[] {
  return readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(word);
    } catch {
      return false;
    }
  });
}

describe('run on a terminal', () => {
  it('is a shell: colours, size, and the exit status of the program', async () => {
    const terminal = await openBash();
    terminal.type("printf '\\033[1;31mred\\033[0m-%s\\n' word\r");
    await terminal.see('\x1b[1;31mred\x1b[0m-word');
    terminal.type('stty size; echo "columns $COLUMNS"\r');
    await terminal.see('50 120');
    terminal.resize(99, 44);
    terminal.type('until [ "$(stty size)" = "44 99" ]; do sleep 0.1; done; echo resized-$((1+1))\r');
    await terminal.see('resized-2');
    terminal.type('exit 7\r');
    expect(await terminal.ended).toBe(7);
  });

  it('has job control: Ctrl-C ends a job and not the shell, Ctrl-Z stops it, fg takes it up again', async () => {
    const terminal = await openBash();
    terminal.type('cat; echo "ended $?"\r');
    terminal.type('echoed\r');
    await terminal.see('echoed');
    terminal.type('\x03');
    await terminal.see('ready> ');
    terminal.type('echo "shell-$((20+2))"\r');
    await terminal.see('shell-22');
    terminal.type('cat\r');
    terminal.type('before\r');
    await terminal.see('before');
    terminal.type('\x1a');
    await terminal.see('Stopped');
    terminal.type('jobs; echo "still $((40+2))"\r');
    await terminal.see('still 42');
    terminal.type('fg\r');
    terminal.type('behind\r');
    await terminal.see('behind');
    terminal.type('\x04');
    terminal.type('echo "over $?"\r');
    await terminal.see('over 0');
    terminal.type('exit\r');
    expect(await terminal.ended).toBe(0);
  });

  it.skipIf(!existsSync('/usr/bin/less'))('less takes the other screen and gives it back', async () => {
    writeFileSync(join(place.folder, 'long'), Array.from({ length: 500 }, (_, n) => `line-${n}`).join('\n'));
    const terminal = await openBash();
    terminal.type('less long\r');
    await terminal.see('\x1b[?1049h');
    await terminal.see('line-0');
    terminal.type('G');
    await terminal.see('line-499');
    terminal.type('q');
    await terminal.see('\x1b[?1049l');
    terminal.type('exit 3\r');
    expect(await terminal.ended).toBe(3);
  });

  it.skipIf(!existsSync('/usr/bin/vim'))('vim writes a file', async () => {
    const terminal = place.openTerminal(['run', '-a', 'never', '--', 'vim', '-u', 'NONE', '-n', 'new.txt'], {
      columns: 100,
    });
    await terminal.see('\x1b[?1049h');
    await terminal.see('new.txt');
    terminal.type('ityped in vim\x1b');
    await terminal.see('typed in vim');
    terminal.type(':wq\r');
    expect(await terminal.ended).toBe(0);
    expect(readFileSync(join(place.folder, 'new.txt'), 'utf8')).toBe('typed in vim\n');
  });

  it('50 MB come through, all of them', async () => {
    const line = `${'0123456789'.repeat(10)}\n`;
    const count = Math.ceil((50 * 1024 * 1024) / line.length);
    writeFileSync(join(place.folder, 'large'), line.repeat(count));
    const terminal = place.openTerminal(['run', '-a', 'never', '--', 'sh', '-c', 'stty -opost; cat large'], {
      columns: 120,
    });
    expect(await terminal.ended).toBe(0);
    const screen = terminal.screen();
    expect(screen.length - screen.indexOf('0123456789')).toBe(line.length * count);
  });

  it('asks inline at a prompt that takes lines, and the answer counts', async () => {
    const terminal = place.openTerminal([
      'run',
      '-a',
      'untrusted',
      '--',
      'sh',
      '-c',
      'touch a.txt; echo rc=$?',
    ]);
    await terminal.see('questions come here');
    await terminal.see(/Your answer to ([a-z]+-\w{8}): /);
    terminal.type('a\r');
    await terminal.see('rc=0');
    expect(await terminal.ended).toBe(0);
    expect(existsSync(join(place.folder, 'a.txt'))).toBe(true);
  });

  it('Ctrl-C at a question ends what asks and not the shell, Ctrl-Z stops it, and neither is an answer', async () => {
    const terminal = place.openTerminal([
      ...['run', '-a', 'untrusted', '--', 'bash', '--norc', '--noprofile', '--noediting'],
    ]);
    await terminal.see(/Your answer to ([a-z]+-\w{8}): /);
    terminal.type('a\r');
    await terminal.see(/[$#] /);
    terminal.type("PS1='ready> '\r");
    await terminal.see(/(?<!')ready> /);
    terminal.type('touch never.txt\r');
    await terminal.see(/Your answer to ([a-z]+-\w{8}): /);
    terminal.type('\x03');
    await terminal.see('withdrawn');
    await terminal.see('ready> ');
    terminal.type('echo "shell $((20+2)) rc=$?"\r');
    await terminal.see('shell 22 rc=130');
    terminal.type('touch later.txt\r');
    await terminal.see(/Your answer to ([a-z]+-\w{8}): /);
    terminal.type('\x1a');
    await terminal.see('Ctrl-Z was passed on');
    terminal.type('a\r');
    await terminal.see('Nothing was answered');
    expect(existsSync(join(place.folder, 'later.txt'))).toBe(false);
    terminal.type('\r');
    await terminal.see(/Your answer to ([a-z]+-\w{8}): /);
    terminal.type('a\r');
    await terminal.see('Stopped');
    terminal.type('fg; echo "back $((40+2))"\r');
    await terminal.see('back 42');
    expect(existsSync(join(place.folder, 'later.txt'))).toBe(true);
    expect(existsSync(join(place.folder, 'never.txt'))).toBe(false);
    terminal.type('exit\r');
    expect(await terminal.ended).toBe(0);
  });

  it('a question beside a whole screen waits for another terminal, with bell and title', async () => {
    const script = "printf '\\033[?1049h'; touch b.txt; printf '\\033[?1049l'; echo rc=$?";
    const terminal = place.openTerminal(['run', '-a', 'untrusted', '--', 'sh', '-c', script]);
    await terminal.see('\x1b[22;2t\x1b]2;sallyport: a question waits\x07\x07');
    const listed = await place.run(['approvals', 'list', '--json']);
    const { approvalId } = JSON.parse(listed.stdout.split('\n')[0] ?? '');
    expect((await place.run(['approvals', 'allow', approvalId])).status).toBe(0);
    await terminal.see('\x1b[23;2t');
    await terminal.see('rc=0');
    expect(await terminal.ended).toBe(0);
    expect(terminal.screen()).not.toContain('Your answer to');
  });

  it('leaves nothing behind: what became a daemon is gone', async () => {
    const word = `daemon-${process.pid}-${Date.now()}`;
    const terminal = await openBash();
    terminal.type(`(setsid sh -c 'trap "" HUP; while :; do sleep 1; : ${word}; done' &); echo up-$((1+1))\r`);
    await terminal.see('up-2');
    await vi.waitFor(() => expect(processesWith(word).length).toBeGreaterThan(0), { timeout: 20_000 });
    terminal.type('exit\r');
    expect(await terminal.ended).toBe(0);
    await vi.waitFor(() => expect(processesWith(word)).toEqual([]), { timeout: 20_000 });
  });

  it('without a terminal has pipes', async () => {
    const { status, stdout, stderr } = await place.run(
      ['run', '-a', 'never', '--', 'sh', '-c', 'cat; test -t 0 || echo no-terminal >&2; exit 5'],
      { input: 'piped' },
    );
    expect([status, stdout]).toEqual([5, 'piped']);
    expect(stderr).toContain('no-terminal');
  });

  it.each([
    [['run'], 2, 'missing required argument'],
    [['run', '--driver', 'acp', '--', 'true'], 2, '--driver acp does not exist in this version'],
    [['run', '--driver', 'what', '--', 'true'], 2, '--driver knows pty and script'],
    [['run', '--agent', 'codx', '--', 'true'], 2, 'there is no preset'],
    [['run', '--', 'sallyport-no-such-program'], 127, ''],
    [['run', '-C', '/nowhere-at-all', '--', 'true'], 2, 'no folder'],
    [['run', '-a', 'untrusted', '--no-input', '--', 'touch', 'x'], 126, 'sallyport: refused'],
  ])('%j ends with %i', async (words, status, said) => {
    const result = await place.run(words);
    expect([result.status, result.stdout]).toEqual([status, '']);
    expect(result.stderr).toContain(said);
  });

  it('agents are listed, and what their preset does is said before they run', async () => {
    const { status, stdout } = await place.run(['agents', '--json']);
    expect(status).toBe(0);
    const ids = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).id);
    expect(ids).toEqual(['claude-code', 'codex', 'gemini', 'opencode']);
    expect((await place.run(['agents'])).stdout).toContain('PRESET');
  });
});
