import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ApprovalAnswer } from '../../src/protocol/index.ts';
import {
  allowOnce,
  allowSession,
  makeFolder,
  type RealEngine,
  rejectWith,
  startRealEngine,
} from '../support/real-engine.ts';

let real: RealEngine;
let folder: ReturnType<typeof makeFolder>;
let work: string;
beforeAll(async () => {
  real = await startRealEngine();
});
afterAll(() => real.stop());
beforeEach(() => {
  folder = makeFolder('lasting', '/var/tmp');
  work = join(folder.path, 'work');
  mkdirSync(work);
});
afterEach(() => folder.remove());

const untrusted = { policy: 'untrusted' };
const always: ApprovalAnswer = { outcome: 'allowed', scope: 'always' };

describe('always', () => {
  test('the line is saved before the run goes on, and answers from the next run on', async () => {
    const script = 'mkdir -p made; mkdir -p made; ls';
    const ran = await real.run(script, { cwd: work, ...untrusted, answer: () => always });
    expect(ran.stdout).toBe('made\n');
    const [first, ...others] = ran.questions;
    expect(first?.scopes).toContain('always');
    expect(others).toEqual([]);
    const line = first?.always?.allow ?? '';
    expect(line).toContain('prefix_rule(pattern=["mkdir"');
    expect(readFileSync(join(real.home, 'rules/always.rules'), 'utf8')).toContain(line);
    const answered = ran.events.findIndex(({ type }) => type === 'approval/answered');
    expect(ran.events[answered]).toMatchObject({
      scope: 'always',
      saved: { line, file: first?.always?.file },
    });
    const again = await real.run('mkdir -p made', { cwd: work, ...untrusted });
    expect(again.questions).toEqual([]);
  });

  test('a no for always is a forbidden line that other sessions obey', async () => {
    const answer = (): ApprovalAnswer => ({ outcome: 'rejected', scope: 'always', feedback: 'never' });
    const ran = await real.run('touch a; touch a; echo $?', { cwd: work, ...untrusted, answer });
    expect(ran.questions).toHaveLength(1);
    expect(ran.stdout).toBe('126\n');
    const again = await real.run('touch a', { cwd: work, answer: () => allowOnce });
    expect(again.questions).toEqual([]);
    expect(again.result.exitCode).toBe(126);
  });

  test('is not offered for what lies beyond the wall, nor for what is critical', async () => {
    const outside = join(folder.path, 'outside');
    mkdirSync(outside);
    const asked = await real.run(`cp /etc/hostname ${outside}/x; rm -rf / --no-preserve-root`, {
      cwd: work,
      ...untrusted,
      answer: () => rejectWith('no'),
    });
    expect(asked.questions).toHaveLength(2);
    for (const question of asked.questions) expect(question.scopes).not.toContain('always');
  });

  test('a line that says more than the shown one answers nothing', async () => {
    const lines: string[] = [];
    const ran = await real.run('chmod 600 .; echo $?', {
      cwd: work,
      ...untrusted,
      answer: ({ always: offered }) => {
        lines.push(offered?.allow ?? '');
        return { outcome: 'allowed', scope: 'always', rule: 'prefix_rule(pattern=["ls"], decision="allow")' };
      },
      onEvent: (event) => {
        if (event.type !== 'approval/asked') return;
        const { approvalId } = event;
        const no = { approvalId, requestKey: 'later', by: 'test', answer: rejectWith('no') };
        setTimeout(() => void real.engine.answerApproval(no).catch(() => undefined), 200);
      },
    });
    expect(lines).toHaveLength(1);
    expect(ran.stdout).toBe('126\n');
    expect(
      ran.events.some((event) => event.type === 'approval/answered' && event.outcome === 'rejected'),
    ).toBe(true);
  });
});

describe('a no for the session', () => {
  const no: ApprovalAnswer = { outcome: 'rejected', scope: 'session' };

  test('refuses the same command, and asks about another one', async () => {
    const script = 'cp a b; cp a b; cp a c; cd sub; cp a b';
    mkdirSync(join(work, 'sub'));
    writeFileSync(join(work, 'a'), '');
    const ran = await real.run(script, {
      cwd: work,
      ...untrusted,
      answer: (_approval, earlier) => (earlier === 0 ? no : rejectWith('no')),
    });
    expect(ran.questions.map(({ text, cwd }) => [text, cwd])).toEqual([
      ['cp a b', work],
      ['cp a c', work],
      ['cp a b', join(work, 'sub')],
    ]);
    const added = ran.events.flatMap((event) => (event.type === 'grant/added' ? [event.grant] : []));
    expect(added).toMatchObject([{ refuses: true, scope: 'session', command: { argv: ['cp', 'a', 'b'] } }]);
  });

  test('refuses the same path, and asks about another one', async () => {
    const outside = join(folder.path, 'outside');
    mkdirSync(outside);
    for (const name of ['one', 'two']) writeFileSync(join(outside, name), 'as it was');
    const write = (name: string): string => `python3 -c "open('${outside}/${name}', 'w')" 2> /dev/null`;
    const ran = await real.run([write('one'), write('one'), write('two'), 'true'].join('\n'), {
      cwd: work,
      answer: (_approval, earlier) => (earlier === 0 ? no : allowSession),
    });
    expect(ran.questions.map(({ grant }) => grant?.write)).toEqual([
      [join(outside, 'one')],
      [join(outside, 'two')],
    ]);
    expect(readFileSync(join(outside, 'one'), 'utf8')).toBe('as it was');
    expect(readFileSync(join(outside, 'two'), 'utf8')).toBe('');
  });

  test('ends when it is taken back', async () => {
    const takeBack = async (approvalId: string): Promise<void> => {
      for (const { grantId } of real.engine.listGrants()) await real.engine.revokeGrant(grantId, 'test');
      await real.engine.answerApproval({ approvalId, requestKey: 'b', by: 'test', answer: rejectWith('no') });
    };
    const ran = await real.run('mkfifo x; mkfifo y; mkfifo x; true', {
      cwd: work,
      ...untrusted,
      answer: ({ approvalId }, earlier) => {
        if (earlier === 0) return no;
        void takeBack(approvalId);
        return undefined;
      },
    });
    expect(ran.questions.map(({ text }) => text)).toEqual(['mkfifo x', 'mkfifo y', 'mkfifo x']);
  });
});
