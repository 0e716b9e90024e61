/** Places that the wall stands on, taken away from outside while a session is open. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ProposalResult } from '../../src/protocol/index.ts';
import {
  allowSession,
  makeFolder,
  type RealEngine,
  rejectWith,
  startRealEngine,
} from '../support/real-engine.ts';
import { openToolSession, type ToolSession } from '../support/tool-session.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

describe.skipIf(process.platform !== 'linux')('what the wall stands on (Linux)', () => {
  let real: RealEngine;
  let folder: ReturnType<typeof makeFolder>;
  let cwd: string;
  let tools: ToolSession;

  beforeAll(async () => {
    real = await startRealEngine();
  });
  afterAll(() => real.stop());
  beforeEach(async () => {
    folder = makeFolder('lost', '/var/tmp');
    cwd = join(folder.path, 'work');
    mkdirSync(cwd);
    git('init', '-q', '--template=', '-b', 'main');
    git('config', 'user.name', 'a');
    git('config', 'user.email', 'a@example.com');
    git('commit', '-q', '--allow-empty', '-m', 'one');
    tools = await openToolSession(real, {
      cwd,
      policy: 'on-request',
      answer: ({ text }) => (text.startsWith('git ') ? allowSession : rejectWith('no')),
    });
  });
  afterEach(async () => {
    await tools.close();
    folder.remove();
  });

  const git = (...words: string[]): string =>
    execFileSync('git', ['-C', cwd, ...words], { encoding: 'utf8', stdio: 'pipe' });
  const run = (script: string): Promise<ProposalResult> => tools.propose('shell', { script });
  const commit = (): Promise<ProposalResult> => run('git commit -q --allow-empty -m more && echo done');
  const told = (): string =>
    tools
      .eventsOf('message/added')
      .flatMap(({ role, text }) => (role === 'system' ? [text] : []))
      .join('\n');
  const endedBy = (): string[] => tools.eventsOf('grant/ended').map(({ by }) => by);
  const at = (name: string): string => join(cwd, name);

  /** Within one run, in which `.git/hooks` goes away after the first commit. */
  const runWithoutHooks = async (...lines: readonly string[]): Promise<ProposalResult> => {
    const running = run(
      [
        'git commit -q --allow-empty -m more && touch first',
        'until [ -e go ]; do sleep 0.05; done',
        ...lines,
      ].join('\n'),
    );
    await vi.waitFor(() => expect(existsSync(at('first'))).toBe(true), { timeout: 20_000 });
    rmdirSync(at('.git/hooks'));
    writeFileSync(at('go'), '');
    return running;
  };
  const hook = '.git/hooks/pre-commit';
  const makeHook = `mkdir .git/hooks && printf '#!/bin/sh\\nexit 0\\n' > ${hook} && chmod +x ${hook}`;

  test('a placeholder of an open repository that goes ends what was granted, and is told', async () => {
    // Until the end of the run nobody knows.
    await runWithoutHooks(makeHook);
    expect(existsSync(at(hook))).toBe(true);
    expect(told()).toContain(`${at('.git/hooks')}: It was held empty in the session`);
    expect(told()).toContain(`mv -n -- ${at('.git/hooks')} ${at('.git/hooks')}.put-aside`);
    expect(endedBy()).toEqual(['wall']);

    const asked = tools.questions.length;
    const again = await commit();
    expect(tools.questions.slice(asked).map(({ grant }) => grant?.write)).toEqual([[at('.git')]]);
    expect(again.output ?? '').not.toContain('done');
    expect(git('log', '--format=%s')).toBe('more\none\n');

    renameSync(at('.git/hooks'), at('.git/hooks.put-aside'));
    expect((await commit()).output).toBe('done\n');
    expect((await run(`echo x > ${hook}`)).exitCode).not.toBe(0);
    expect(existsSync(at(hook))).toBe(false);
    expect(endedBy().filter((by) => by === 'wall')).toHaveLength(1);
  });

  test('it is looked at before another repository is opened, while a script runs', async () => {
    const ended = await runWithoutHooks(
      makeHook,
      'git init -q --template= other',
      'git -C other -c user.name=a -c user.email=b commit -q --allow-empty -m one',
      'git commit -q --allow-empty -m again && echo again',
    );
    expect(ended.output ?? '').not.toContain('again');
    expect(told()).toContain(`${at('.git/hooks')}: It was held empty in the session`);
    expect(git('log', '--format=%s')).toBe('more\none\n');
  });

  test('a run that begins after it has gone begins, without what was granted', async () => {
    expect((await commit()).output).toBe('done\n');
    rmdirSync(at('.git/hooks'));
    expect((await run(`echo on; mkdir .git/hooks`)).output).toContain('on\n');
    expect([existsSync(at('.git/hooks')), endedBy()]).toEqual([false, ['wall']]);
    expect(told()).not.toContain('To undo it');
  });

  test('a file that the person replaced is told, and opened after a new question', async () => {
    expect((await commit()).output).toBe('done\n');
    git('config', 'some.key', 'value');
    await run('true');
    expect(told()).toContain(`${at('.git/config')}: It was read-only in the session`);
    expect(endedBy()).toEqual(['wall']);
    expect((await commit()).output).toBe('done\n');
    expect(tools.questions).toHaveLength(2);
    expect((await run('echo x >> .git/config')).exitCode).not.toBe(0);
    expect(readFileSync(at('.git/config'), 'utf8')).toContain('some');
    // Told once, and the new grant stays.
    expect(endedBy()).toEqual(['wall']);
  });

  test('a placeholder of the workspace that goes is told', async () => {
    await run('true');
    rmdirSync(at('.agents'));
    await run('true');
    expect(told()).toContain(`${at('.agents')}: It was held empty in the session`);
    expect(told()).not.toContain('To undo it');
    expect((await run('echo x > .agents/x')).exitCode).not.toBe(0);
  });
});
