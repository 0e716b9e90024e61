import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type CliPlace, createCliPlace } from '../support/terminal.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let place: CliPlace;
beforeEach(() => {
  place = createCliPlace();
});
afterEach(() => place.close());

const ID = /[a-z]+-[0-9a-hjkmnp-tv-z]{8}/;

/** Waits for the prompt and tells which question it is for. */
async function seePrompt(terminal: ReturnType<CliPlace['openTerminal']>): Promise<string> {
  const prompt = await terminal.see(/Your answer to ([a-z]+-\w{8}): /);
  return prompt.match(ID)?.[0] ?? '';
}

describe('exec on a terminal', () => {
  it('asks each step when the shell gets there; rejecting reaches the script with feedback', async () => {
    const terminal = place.openTerminal([
      'exec',
      '-a',
      'untrusted',
      'touch one.txt; rm -f one.txt; echo rc=$?; pwd',
    ]);
    await terminal.see('touch one.txt');
    const first = await seePrompt(terminal);
    expect(existsSync(join(place.folder, 'one.txt'))).toBe(false);
    terminal.type('a\r');
    await terminal.see(`${first}: allowed (once)`);
    await terminal.see('rm -f one.txt');
    const second = await seePrompt(terminal);
    expect(second).not.toBe(first);
    expect(existsSync(join(place.folder, 'one.txt'))).toBe(true);
    terminal.type('r\r');
    await terminal.see('Feedback');
    terminal.type('keep it\r');
    await terminal.see(`rejected ${second}: keep it`);
    await terminal.see('rc=126');
    await terminal.see(place.folder);
    expect(await terminal.ended).toBe(0);
    expect(existsSync(join(place.folder, 'one.txt'))).toBe(true);
  });

  it('wants the ID typed where the risk is high, and nothing else allows', async () => {
    const terminal = place.openTerminal(['exec', '-a', 'untrusted', 'rm -rf ~/*']);
    const id = await seePrompt(terminal);
    for (const typed of ['y', 'yes', '']) {
      terminal.type(`${typed}\r`);
      await seePrompt(terminal);
    }
    terminal.type('a\r');
    await terminal.see(`Type ${id} to allow it`);
    terminal.type('a\r');
    await terminal.see('nothing was answered');
    await seePrompt(terminal);
    terminal.type('r\r\r');
    await terminal.see(`${id}: rejected`);
    expect(await terminal.ended).toBe(126);
  });

  it('s allows the same for the session, v shows everything', async () => {
    const terminal = place.openTerminal([
      'exec',
      '-a',
      'untrusted',
      'for n in 1 2 3; do touch same.txt; done; echo end',
    ]);
    await seePrompt(terminal);
    terminal.type('v\r');
    await terminal.see('digest:');
    await seePrompt(terminal);
    terminal.type('s\r');
    await terminal.see('end');
    expect(await terminal.ended).toBe(0);
    expect(terminal.screen().match(/Run a command\?/g)).toHaveLength(2);
  });

  it('output of the script does not fight with a question', async () => {
    const script = '(sleep 1; echo late-word) & touch x.txt; wait; echo end';
    const terminal = place.openTerminal(['exec', '-a', 'untrusted', script]);
    await seePrompt(terminal);
    await delay(2500);
    expect(terminal.screen()).not.toMatch(/\nlate-word/);
    terminal.type('a\r');
    await terminal.see(/\nlate-word/);
    expect(await terminal.ended).toBe(0);
  });

  it('gives the script a terminal: size, resize, keys and Ctrl-C', async () => {
    const script =
      'test -t 0 && echo is-a-tty; stty size; until [ "$(stty size)" = "44 99" ]; do sleep 0.1; done; echo resized; read -r line; echo "got $line"; cat';
    const terminal = place.openTerminal(['exec', script], { columns: 123 });
    await terminal.see('is-a-tty');
    await terminal.see('50 123');
    terminal.resize(99, 44);
    await terminal.see('resized');
    terminal.type('typed words\r');
    await terminal.see('got typed words');
    terminal.type('\x03');
    expect(await terminal.ended).toBe(130);
  });

  it('Ctrl-C at a question ends the script, and the question is taken back', async () => {
    const terminal = place.openTerminal(['exec', '-a', 'untrusted', 'touch never.txt']);
    const id = await seePrompt(terminal);
    terminal.type('\x03');
    expect(await terminal.ended).not.toBe(0);
    expect(existsSync(join(place.folder, 'never.txt'))).toBe(false);
    expect((await place.run(['approvals', 'list', '--json'])).stdout).not.toContain(id);
  });

  it('Ctrl-C at a question in front of the whole script ends it, although it has no terminal yet', async () => {
    const terminal = place.openTerminal(['exec', '-a', 'untrusted', 'if then; touch never.txt']);
    const id = await seePrompt(terminal);
    terminal.type('\x03');
    expect(await terminal.ended).toBe(125);
    expect(terminal.screen()).toContain('stopped by SIGINT before it began');
    expect((await place.run(['approvals', 'list', '--json'])).stdout).not.toContain(id);
  });

  it('with stdin from a pipe the question still comes to the terminal', async () => {
    const terminal = place.openShell(`echo piped | ${place.cli} exec -a untrusted 'tee got.txt' > out.txt`);
    await seePrompt(terminal);
    terminal.type('a\r');
    expect(await terminal.ended).toBe(0);
    expect(readFileSync(join(place.folder, 'got.txt'), 'utf8')).toBe('piped\n');
    expect(readFileSync(join(place.folder, 'out.txt'), 'utf8')).toBe('piped\n');
  });

  it('a terminal that goes away ends its session', async () => {
    const terminal = place.openTerminal(['exec', '-a', 'untrusted', 'touch never.txt']);
    await seePrompt(terminal);
    terminal.signal('SIGHUP');
    await terminal.ended;
    let state = '';
    for (let i = 0; i < 100 && state !== 'closed'; i++) {
      const { stdout } = await place.run(['history', 'list', '--json']);
      state = JSON.parse(stdout.split('\n')[0] ?? '').state;
    }
    expect(state).toBe('closed');
    expect(existsSync(join(place.folder, 'never.txt'))).toBe(false);
  });
});

describe('when the engine is killed', () => {
  it('exec says so, gives the terminal back, and nothing is allowed', async () => {
    const terminal = place.openShell(
      `${place.cli} exec -a untrusted 'touch never.txt'; echo "rc=$?"; stty -a`,
    );
    await seePrompt(terminal);
    process.kill(place.enginePid() ?? 0, 'SIGKILL');
    await terminal.see('the engine has ended');
    await terminal.see('rc=125');
    await terminal.see(/[^-]icanon/);
    await terminal.ended;
    expect(existsSync(join(place.folder, 'never.txt'))).toBe(false);
    const { stdout } = await place.run(['exec', 'true']);
    expect(stdout).toBe('');
    const states = (await place.run(['history', 'list', '--json'])).stdout.match(/"state":"\w+"/g);
    expect(states).toEqual(['"state":"closed"', '"state":"lost"']);
  });
});

describe('exec with only a part of a terminal', () => {
  it('typed lines and the end of input go to the script, keys of a question do not', async () => {
    const terminal = place.openShell(
      `${place.cli} exec -a untrusted 'cat > got.txt; tee x.txt < got.txt; echo end' > out.txt`,
    );
    await seePrompt(terminal);
    terminal.type('a\r');
    await terminal.see('allowed (once)');
    terminal.type('typed line\r');
    const got = join(place.folder, 'got.txt');
    await expect.poll(() => readFileSync(got, 'utf8'), { timeout: 20_000 }).toBe('typed line\n');
    terminal.type('\x04');
    await seePrompt(terminal);
    terminal.type('a\r');
    expect(await terminal.ended).toBe(0);
    expect(readFileSync(join(place.folder, 'out.txt'), 'utf8')).toBe('typed line\nend\n');
  });

  it('what is typed right behind an answer goes to the script, what is typed before a question is no answer', async () => {
    const terminal = place.openShell(
      `${place.cli} exec -a untrusted 'cat > got.txt; sleep 1; touch x.txt; cat >> got.txt; echo end' > out.txt`,
    );
    await seePrompt(terminal);
    terminal.type('a\rtyped line\r');
    const got = join(place.folder, 'got.txt');
    const poll = (): string => (existsSync(got) ? readFileSync(got, 'utf8') : '');
    await expect.poll(poll, { timeout: 20_000 }).toBe('typed line\n');
    // the end of the first input, and with it the end of all of it: nothing of this is read any more
    terminal.type('\x04a\r');
    await seePrompt(terminal);
    await delay(500);
    expect(existsSync(join(place.folder, 'x.txt'))).toBe(false);
    terminal.type('r\r\r');
    await seePrompt(terminal);
    terminal.type('a\r');
    expect(await terminal.ended).toBe(0);
    expect(existsSync(join(place.folder, 'x.txt'))).toBe(false);
  });

  it('--json on a terminal asks there and prints only JSON on stdout', async () => {
    const terminal = place.openShell(
      `${place.cli} exec --json -a untrusted 'touch x.txt' < /dev/null > out.txt`,
    );
    await seePrompt(terminal);
    terminal.type('a\r');
    expect(await terminal.ended).toBe(0);
    for (const line of readFileSync(join(place.folder, 'out.txt'), 'utf8').trim().split('\n')) {
      expect(JSON.parse(line)).toHaveProperty('type');
    }
    expect(existsSync(join(place.folder, 'x.txt'))).toBe(true);
  });
});
