import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDemoProject, noteDemo, removeNotedDemo } from '../../src/engine/demo-project.ts';
import { allowOnce } from '../support/real-engine.ts';
import { SessionDriver, type StartParams } from '../support/session-driver.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let page: SessionDriver;
beforeEach(async () => {
  page = await SessionDriver.start();
});
afterEach(() => page.stop());

describe('a session that a page starts', () => {
  it('runs its script with the login of the engine, writes its output into the history and closes', async () => {
    const seen: string[] = [];
    page.real.engine.subscribeOutput((notice) => seen.push(notice.text));
    const { sessionId } = await page.start(
      '# first line\npwd; umask; echo "home $HOME"; cat; echo done > made.txt',
    );
    expect(await page.closed(sessionId)).toMatchObject({ reason: 'finished' });
    expect(seen.join('')).toBe(`${page.folder.path}\n0022\nhome ${process.env['HOME'] ?? ''}\n`);
    expect(readFileSync(join(page.folder.path, 'made.txt'), 'utf8')).toBe('done\n');
    const [opened] = page.eventsOf('session/opened', sessionId);
    expect(opened).toMatchObject({
      origin: 'page',
      agentName: 'script',
      title: '# first line',
      hasTerminal: false,
    });
    const ends = page.eventsOf('step/finished', sessionId);
    expect(ends.at(-1)).toMatchObject({ outcome: 'ran', exitCode: 0 });
    expect(page.real.engine.openSessionCount()).toBe(0);
  });

  it('gives a program a terminal of its own', async () => {
    const seen: string[] = [];
    page.real.engine.subscribeOutput((notice) => seen.push(notice.text));
    const { sessionId } = await page.start('test -t 1 && stty size && echo "$TERM"', { kind: 'program' });
    await page.closed(sessionId);
    expect(seen.join('').trim().split(/\s*\n/)).toEqual(['32 120', 'xterm-256color']);
  });

  it('waits for an answer from anywhere', async () => {
    const { sessionId } = await page.start('touch a.txt', { askForApproval: 'untrusted' });
    const asked = await page.question(sessionId);
    expect(await page.answer(asked, allowOnce)).toMatchObject({ result: 'accepted' });
    await page.closed(sessionId);
    expect(existsSync(join(page.folder.path, 'a.txt'))).toBe(true);
  });

  it('says in the history why it could not run', async () => {
    // Each line is asked about, and with the questions in its text the script is too long for the shell.
    const { sessionId } = await page.start('echo x > y\n'.repeat(1900), { askForApproval: 'untrusted' });
    expect(await page.closed(sessionId)).toMatchObject({
      reason: 'fault',
      detail: expect.stringContaining('KiB'),
    });
  });

  it('cuts a long title and takes a given one', async () => {
    const long = await page.start(`: ${'y'.repeat(200)}`);
    const named = await page.start('true', { title: 'mine' });
    await Promise.all([page.closed(long.sessionId), page.closed(named.sessionId)]);
    expect(page.eventsOf('session/opened', long.sessionId)[0]?.title).toBe(`: ${'y'.repeat(78)}`);
    expect(page.eventsOf('session/opened', named.sessionId)[0]?.title).toBe('mine');
  });

  const faults: readonly [string, () => Partial<StartParams>, string][] = [
    ['a folder that is not whole', () => ({ folder: 'src' }), 'folder-not-absolute'],
    ["another person's home", () => ({ folder: '~root' }), 'folder-not-absolute'],
    ['a missing folder', () => ({ folder: join(page.folder.path, 'missing') }), 'no-such-folder'],
    ['a file', () => ({ folder: join(page.folder.path, 'file') }), 'not-a-folder'],
    ['nothing to run', () => ({ text: ' \n ' }), 'no-script'],
    ['a NUL', () => ({ text: 'echo \0' }), 'script-has-nul'],
    ['no wall without the word', () => ({ sandbox: 'danger-full-access' }), 'typed-word-needed'],
    [
      'no wall with another word',
      () => ({ sandbox: 'danger-full-access', typedWord: 'yes' }),
      'typed-word-needed',
    ],
    ['a further folder that is missing', () => ({ addDirs: ['/missing'] }), 'config-flag'],
  ];
  it.each(faults)('refuses %s', async (_name, changes, code) => {
    writeFileSync(join(page.folder.path, 'file'), '');
    const promise = page.real.engine.startSession(page.form('true', changes()));
    await expect(promise).rejects.toMatchObject({ kind: 'user', code, hint: expect.any(String) });
    expect(page.events).toEqual([]);
  });

  it('runs without a wall once the word is typed', async () => {
    const changes = { sandbox: 'danger-full-access' as const, typedWord: 'danger', network: false };
    const { sessionId, warnings } = await page.start('true', changes);
    await page.closed(sessionId);
    expect(warnings.join()).toContain('network');
  });
});

describe('a preview', () => {
  it('says what would be enforced and how the steps would be judged, and runs nothing', async () => {
    mkdirSync(join(page.folder.path, 'dist'));
    const preview = await page.real.engine.previewSession(
      page.form('ls && rm -rf dist && cp a /opt/b', { askForApproval: 'untrusted', network: true }),
    );
    expect(preview).toMatchObject({
      workspace: page.folder.path,
      sandboxMode: 'workspace-write',
      approvalPolicy: 'untrusted',
      write: [page.folder.path],
      network: 'on',
      wall: 'bubblewrap',
      stepCount: 3,
      warnings: [],
    });
    expect(preview.protected).toContain('.git');
    expect(preview.maskedCount).toBeGreaterThan(0);
    expect(preview.notices.join()).toContain('abstract unix sockets');
    expect(preview.steps.map(({ text, verdict, category }) => [text, verdict, category])).toEqual([
      ['ls', 'allow', 'harmless'],
      ['rm -rf dist', 'ask', 'inside'],
      ['cp a /opt/b', 'ask', 'outside'],
    ]);
    expect(existsSync(join(page.folder.path, 'dist'))).toBe(true);
    expect(page.events).toEqual([]);
  });

  it('is what a session then does', async () => {
    const preview = await page.real.engine.previewSession(page.form('true'));
    const { sessionId } = await page.start('true');
    await page.closed(sessionId);
    const [started] = page.eventsOf('step/started', sessionId);
    const access = started?.access;
    expect(access).toMatchObject({
      wall: preview.wall,
      gate: preview.gate,
      network: preview.network,
      write: preview.write,
      notices: preview.notices,
    });
  });

  it('wants no word, takes an empty script, and returns at most 200 steps', async () => {
    const bare = await page.real.engine.previewSession(page.form('', { sandbox: 'danger-full-access' }));
    expect(bare).toMatchObject({ steps: [], stepCount: 0, wall: 'none', maskedCount: 0 });
    expect(bare.notices.join()).toContain('There is no wall');
    const many = await page.real.engine.previewSession(page.form('true\n'.repeat(250)));
    expect([many.steps.length, many.stepCount]).toEqual([200, 250]);
    const opaque = await page.real.engine.previewSession(page.form('if then'));
    expect(opaque.opaque).toBeDefined();
    await expect(
      page.real.engine.previewSession(page.form('', { folder: '/missing' })),
    ).rejects.toMatchObject({
      code: 'no-such-folder',
    });
  });
});

describe('the demo', () => {
  it('is one at a time, and its project goes with the next one and with the engine', async () => {
    const [first, second] = await Promise.all([page.real.engine.startDemo(), page.real.engine.startDemo()]);
    expect(second).toEqual(first);
    expect(page.real.engine.openSessionCount()).toBe(1);
    expect(page.eventsOf('session/opened')[0]).toMatchObject({ origin: 'demo', title: 'demo' });
    await page.question(first.sessionId);
    await page.real.engine.findSession(first.sessionId)?.close('closed-by-opener');
    await vi.waitFor(async () => {
      const next = await page.real.engine.startDemo();
      expect(next.sessionId).not.toBe(first.sessionId);
    });
    const third = await page.real.engine.startDemo();
    expect(existsSync(first.folder)).toBe(false);
    await page.question(third.sessionId);
    const [script] = page.eventsOf('step/proposed', third.sessionId);
    const outside = /cp GREETING\.txt (\S+)/.exec(script?.text ?? '')?.[1] ?? '';
    expect([existsSync(third.folder), existsSync(dirname(outside))]).toEqual([true, true]);
    await page.real.engine.stop();
    expect([existsSync(third.folder), existsSync(dirname(outside))]).toEqual([false, false]);
  });

  it('takes away what a killed engine has left, and nothing else', async () => {
    const place = realpathSync(mkdtempSync('/var/tmp/sallyport-note-'));
    const noteFile = join(place, 'note.json');
    const project = await createDemoProject();
    await noteDemo(noteFile, project);
    await removeNotedDemo(noteFile);
    expect([project.folder, dirname(project.outsideFile), noteFile].map((path) => existsSync(path))).toEqual([
      false,
      false,
      false,
    ]);
    writeFileSync(noteFile, JSON.stringify([place, `${place}/../sallyport-demo-abc123/..`, 7]));
    await removeNotedDemo(noteFile);
    expect(existsSync(place)).toBe(true);
    writeFileSync(noteFile, 'no JSON');
    await removeNotedDemo(noteFile);
    expect(existsSync(noteFile)).toBe(false);
    rmSync(place, { recursive: true });
  });
});
