import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Event } from '../../src/protocol/index.ts';
import { type CliPlace, createCliPlace } from '../support/terminal.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let place: CliPlace;
beforeEach(() => {
  place = createCliPlace();
});
afterEach(() => place.close());

/** Processes of this machine with these words in a row on their command line. */
function findProcesses(words: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(words);
    } catch {
      return false;
    }
  });
}

describe('exec without a terminal', () => {
  it('carries streams, status and folder', async () => {
    const script = 'read -r line; echo "out $line"; echo err >&2; pwd; umask; exit 42';
    const result = await place.run(['exec', script], { input: 'words\n' });
    const umask = process.umask().toString(8).padStart(4, '0');
    expect(result).toEqual({ status: 42, stdout: `out words\n${place.folder}\n${umask}\n`, stderr: 'err\n' });
  });

  it('carries 50 MB in and out without loss', async () => {
    const child = place.start(['exec', 'cat']);
    const [sent, received] = [createHash('sha256'), createHash('sha256')];
    let size = 0;
    child.stdout?.on('data', (bytes: Buffer) => {
      size += bytes.length;
      received.update(bytes);
    });
    child.stdin?.on('error', () => {});
    const ended = new Promise((resolve) => child.on('close', resolve));
    for (let i = 0; i < 50; i++) {
      const piece = randomBytes(1024 * 1024);
      sent.update(piece);
      if (child.stdin?.write(piece) === false)
        await Promise.race([ended, new Promise((resolve) => child.stdin?.once('drain', resolve))]);
    }
    child.stdin?.end();
    expect(await ended).toBe(0);
    expect(size).toBe(50 * 1024 * 1024);
    expect(received.digest('hex')).toBe(sent.digest('hex'));
  });

  it('takes the script from standard input', async () => {
    expect((await place.run(['exec', '-'], { input: 'echo one\necho two' })).stdout).toBe('one\ntwo\n');
  });

  it('refuses a script that is no text, and one that no shell can be given', async () => {
    const odd = await place.run(['exec', '-a', 'never', '-'], { input: Buffer.from('rm f\xe9\n', 'latin1') });
    expect([odd.status, odd.stdout]).toEqual([2, '']);
    expect(odd.stderr).toContain('not UTF-8');
    const nul = await place.run(['exec', '-'], { input: 'echo a\0b\n' });
    expect(nul.status).toBe(125);
    expect(nul.stderr).toContain('NUL');
  });

  it('refuses at once what nobody can answer', async () => {
    for (const flags of [[], ['--no-input']]) {
      const result = await place.run(['exec', ...flags, '-a', 'untrusted', 'touch x.txt; touch x.txt']);
      expect(result.status).toBe(126);
      expect(result.stderr).toContain('sallyport: refused');
      // who said --no-input wants no advice
      expect(result.stderr.match(/use --wait/g)?.length ?? 0).toBe(flags.length === 0 ? 1 : 0);
    }
    expect(existsSync(join(place.folder, 'x.txt'))).toBe(false);
  });

  it('says before anything runs what the session cannot promise; with --json the events do', async () => {
    const script = 'echo ran >&2';
    const plain = await place.run(['exec', '--yolo', script]);
    expect(plain.stderr).toMatch(/^sallyport: There is no wall.*\n(sallyport: .*\n)*ran\n$/);
    const json = await place.run(['exec', '--json', '--yolo', script]);
    expect([plain.status, json.status, json.stderr]).toEqual([0, 0, '']);
    expect((await place.run(['exec', script])).stderr).toBe('ran\n');
  });

  it('passes signals on, and ends with the script', async () => {
    const child = place.start([
      'exec',
      'trap "echo trapped; exit 9" TERM; echo ready; while :; do sleep 0.1; done',
    ]);
    let output = '';
    child.stdout?.on('data', (bytes: Buffer) => {
      output += bytes.toString();
    });
    while (!output.includes('ready')) await delay(20);
    child.kill('SIGTERM');
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(9);
    expect(output).toContain('trapped');
  });

  it('with --json prints every event once and in order, and nothing else', async () => {
    const result = await place.run([
      'exec',
      '--json',
      '-a',
      'untrusted',
      '--no-input',
      'echo hi; touch x.txt; exit 5',
    ]);
    expect([result.status, result.stderr]).toEqual([5, '']);
    const lines: { type: string; seq?: number; text?: string }[] = result.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const events = lines.filter((line) => line.type !== 'output').map((line) => Event.parse(line));
    expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
    expect(events[0]?.type).toBe('session/opened');
    expect(events.at(-1)?.type).toBe('session/closed');
    expect(events.some((event) => event.type === 'step/finished' && event.outcome === 'refused')).toBe(true);
    expect(lines.find((line) => line.type === 'output')?.text).toContain('hi');
    const stored = await place.run(['history', 'show', '--json', events[0]?.sessionId ?? '']);
    expect(stored.stdout).toBe(
      events.map((event) => `${JSON.stringify(lines.find((line) => line.seq === event.seq))}\n`).join(''),
    );
  });

  it('a reader that goes away ends the script', async () => {
    const child = place.start(['exec', 'yes; echo never']);
    await new Promise((resolve) => child.stdout?.once('data', resolve));
    child.stdout?.destroy();
    expect(await new Promise((resolve) => child.on('exit', resolve))).not.toBe(0);
  });

  it('a killed opener ends its session and what ran in it', async () => {
    const child = place.start(['exec', 'echo ready; sleep 31415.9265']);
    await new Promise((resolve) => child.stdout?.once('data', resolve));
    child.kill('SIGKILL');
    let state = '';
    while (state !== 'closed') {
      const { stdout } = await place.run(['history', 'list', '--json']);
      state = JSON.parse(stdout.split('\n')[0] ?? '').state;
    }
    expect(findProcesses('sleep\x0031415.9265')).toEqual([]);
  });
});

describe('mistakes', () => {
  it('on the command line: status 2, nothing runs', async () => {
    const rows: [string[], string][] = [
      [['exec'], 'which script'],
      [['exec', 'a', 'b'], 'put it in quotes'],
      [['exec', '--sandbox', 'open', 'touch x'], 'open'],
      [['exec', '-a', 'sometimes', 'touch x'], 'sometimes'],
      [['exec', '-c', 'sandbox_mod=read-only', 'touch x'], 'sandbox_mode'],
      [['exec', '-C', '/nowhere/at/all', 'touch x'], '/nowhere/at/all'],
      [['exec', '-p', 'mine', 'touch x'], 'there is no profile "mine"'],
      [['exec', '--preset', 'careful', 'touch x'], 'there is no such preset'],
      [['exce'], 'sallyport exec'],
    ];
    for (const [words, part] of rows) {
      const result = await place.run(words);
      expect([words.join(' '), result.status]).toEqual([words.join(' '), 2]);
      expect(result.stderr).toMatch(/^sallyport: /);
      expect(result.stderr).toContain(part);
    }
    expect(existsSync(join(place.folder, 'x'))).toBe(false);
  });

  it('in the configuration: one error with its place, status 2, nothing runs', async () => {
    mkdirSync(place.home, { recursive: true });
    const file = join(place.home, 'config.toml');
    for (const [text, where] of [
      ['sandbox_mode = "open"\n', '1:'],
      ['\napproval_policy = 5\n', '2:'],
      ['sandbox_mod = "read-only"\n', '1:1'],
      ['sandbox_mode = \n', '1:'],
    ] as const) {
      writeFileSync(file, text);
      const result = await place.run(['exec', 'touch x.txt']);
      expect([text, result.status]).toEqual([text, 2]);
      expect(result.stderr).toContain(`${file}:${where}`);
      expect((await place.run(['check', '--', 'true'])).status).toBe(2);
    }
    expect(existsSync(join(place.folder, 'x.txt'))).toBe(false);
  });
});
