/** The examples of README, as they stand in it: typed, answered, and what they print compared. */
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Approval } from '../../src/protocol/index.ts';
import { listLines, listTyped, takeExample } from './docs-examples.ts';
import { createDocsPlace, type DocsPlace } from './docs-place.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 90_000 });

const ROOT = resolve(import.meta.dirname, '../..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

let place: DocsPlace;
beforeAll(async () => {
  place = await createDocsPlace();
});
afterAll(() => place.close());

describe.skipIf(process.platform !== 'linux')('README (Linux)', () => {
  it('without a display the page is served, and the lines say why and where', async () => {
    const child = place.start([]);
    let printed = '';
    const isWhole = (): boolean => /#token=\S+\n/.test(printed) && printed.includes('listens at');
    for (const stream of [child.stderr, child.stdout]) stream?.on('data', (bytes) => (printed += bytes));
    while (!isWhole() && child.exitCode === null) await delay(20);
    const shown = takeExample('README.md#two-commands/2');
    const lines = place.mask(printed).split('\n');
    for (const line of place.mask(shown).split('\n')) expect(lines).toContain(line);
    const ended = once(child, 'exit');
    child.kill('SIGINT');
    await ended;
  });

  it('doctor, with the program of the clone on the PATH', async () => {
    const lines = listLines(takeExample('README.md#putting-sallyport-on-your-path/1'));
    expect(lines).toHaveLength(2);
    const done = await place.type(lines.join(' && '), ROOT);
    const told = new Map(done.stdout.split('\n').map((line) => [line.slice(9).split(':')[0], line]));
    const [head = '', ...rest] = takeExample('README.md#putting-sallyport-on-your-path/2').split('\n');
    const version = (line: string): string => line.replaceAll(/\d+(\.\d+)+/g, 'VERSION');
    expect(version(done.stdout).split('\n')[0]).toBe(version(head));
    for (const line of rest.filter((each) => each !== '...')) {
      const found = told.get(line.slice(9).split(':')[0]);
      expect(found, line).toBeDefined();
      // what this machine has less of, it says in other words
      if (found?.startsWith('ok ')) expect(version(found)).toBe(version(line));
    }
  });

  it('the demo, by the keys that stand there', async () => {
    const terminal = place.openShell('sallyport demo');
    const folders: string[] = [];
    try {
      for (const keys of ['a\r', 'r\rit is being served\r', 'a\r', 'r\rno hooks\r', 's\r']) {
        await terminal.see(/Your answer to [a-z]+-\w{8}: /);
        terminal.type(keys);
      }
      expect(await terminal.ended).toBe(0);
    } finally {
      const screen = terminal.screen();
      const made = [/A scratch project: (\S+)/, /cp GREETING\.txt (\S+)\/notes\.txt/];
      folders.push(...made.flatMap((pattern) => pattern.exec(screen)?.[1] ?? []));
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    }
    for (const shown of [
      takeExample('README.md#the-same-in-a-terminal/1'),
      takeExample('README.md#the-same-in-a-terminal/2'),
      takeExample('README.md#the-same-in-a-terminal/3'),
    ])
      place.shows(terminal.screen(), shown);
  });

  it('a folder of one’s own, answered from a second terminal, and what happened', async () => {
    const [first] = listTyped(takeExample('README.md#the-same-in-a-terminal/4'));
    const terminal = place.openShell(`cd ~/shop && ${first?.command}`);
    const earlier: Approval[] = [];
    let named = '';
    for (const { command, shown } of listTyped(takeExample('README.md#the-same-in-a-terminal/5'))) {
      if (command === 'sallyport approvals') {
        earlier.push(await place.nextQuestion(earlier));
        named = /^[a-z]+-\w{8}/m.exec(shown)?.[0] ?? '';
      }
      const id = earlier.at(-1)?.approvalId ?? '';
      const line = command.replace(/\b[a-z]+-\w+/, (typed) => {
        expect(named.startsWith(typed)).toBe(true);
        return id.slice(0, typed.length);
      });
      const done = await place.type(line);
      expect([line, done.status]).toEqual([line, 0]);
      place.shows(done.stdout, shown);
    }
    expect(earlier).toHaveLength(3);
    await terminal.ended;
    place.shows(terminal.screen(), takeExample('README.md#the-same-in-a-terminal/6'));
    const [list, show, verify] = listTyped(takeExample('README.md#the-same-in-a-terminal/7'));
    const listed = await place.type(list?.command ?? '');
    place.shows(listed.stdout, list?.shown ?? 'nothing');
    const sessionId = /^\S{36}/m.exec(listed.stdout)?.[0] ?? '';
    const typed = show?.command.split(' ').at(-1) ?? '';
    const seen = await place.type(show?.command.replace(typed, sessionId.slice(0, typed.length)) ?? '');
    place.shows(seen.stdout, show?.shown ?? 'nothing');
    const verified = await place.type(verify?.command ?? '');
    expect([verified.status, verified.stdout.trim()]).toEqual([0, verify?.shown]);
  });

  it('modes and policies: exec runs, check says why and what would change it', async () => {
    place.addProgram('npm', ['echo "npm $*"']);
    const [exec = '', check = ''] = listLines(takeExample('README.md#the-approval-framework/1'));
    expect(await place.type(exec)).toMatchObject({ status: 0, stdout: 'npm ci\nnpm test\n' });
    const checked = await place.type(check);
    expect(checked.status).toBe(10);
    for (const step of ['npm ci', 'npm test'])
      expect(checked.stdout).toMatch(new RegExp(`^ask +${step}$`, 'm'));
    for (const said of ['because: ', 'would run with ']) expect(checked.stdout).toContain(said);
  });

  it('the table of the framework', async () => {
    mkdirSync(join(place.user, 'project'));
    mkdirSync(join(place.user, '.codex'));
    writeFileSync(join(place.user, '.codex', 'config.toml'), 'approval_policy = "never"\n');
    place.configure('[profiles.strict]\nsandbox_mode = "read-only"\n');
    place.addProgram('npm', ['echo "npm $*"']);
    writeFileSync(join(place.shop, 'release.sh'), '#!/bin/bash\necho released\n', { mode: 0o755 });
    const table = README.slice(README.indexOf('| presets |'), README.indexOf('## Exit statuses'));
    const lines = [...table.matchAll(/`(sallyport [^`]+)`/g)]
      .map(([, line = '']) => line)
      // an ID stands for that of a question; the server of tools has a test of its own
      .filter((line) => !/ ID\b| mcp$/.test(line));
    expect(lines).toHaveLength(6);
    for (const line of lines)
      expect({ line, ...(await place.type(line)) }).toMatchObject({ line, status: 0 });
    expect(readFileSync(join(place.home, 'config.toml'), 'utf8')).toContain('approval_policy = "never"');
    expect((await place.type('sallyport rules check -- git push --force')).stdout).toContain('forbidden');
  });

  it('names scripts of the package that are there', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const named = [...README.matchAll(/`npm run ([a-z:]+)/g)].map(([, name = '']) => name);
    expect(named.length).toBeGreaterThan(8);
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });
});
