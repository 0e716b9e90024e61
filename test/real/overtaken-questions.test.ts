import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Approval, ApprovalAnswer, SessionId } from '../../src/protocol/index.ts';
import { allowOnce, makeFolder, startRealEngine } from '../support/real-engine.ts';
import { SessionDriver } from '../support/session-driver.ts';
import { serveLocally } from '../support/small-registries.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
const PATIENCE = { timeout: 20_000, interval: 20 };

let page: SessionDriver;
beforeEach(async () => {
  page = await SessionDriver.start();
});
afterEach(() => page.stop());

const always: ApprovalAnswer = { outcome: 'allowed', scope: 'always' };
const neverAgain: ApprovalAnswer = { outcome: 'rejected', scope: 'always' };
const hasMade = (name: string): boolean => existsSync(join(page.folder.path, name));

/** A session of its own, with its question. */
async function asks(script: string): Promise<{ sessionId: SessionId; asked: Approval }> {
  const { sessionId } = await page.start(script, { askForApproval: 'untrusted' });
  return { sessionId, asked: await page.question(sessionId) };
}

function writeRules(name: string, text: string): void {
  mkdirSync(join(page.real.home, 'rules'), { recursive: true });
  writeFileSync(join(page.real.home, 'rules', name), text);
}

const answerOf = ({ approvalId }: Approval) =>
  page.eventsOf('approval/answered').find((event) => event.approvalId === approvalId);

describe('an open question that a new rule decides', () => {
  it('goes on in another session, allowed by the rule, and a late answer is told so', async () => {
    const first = await asks('mkdir -p one');
    const second = await asks('mkdir -p one && touch after');
    expect(await page.answer(first.asked, always)).toMatchObject({ result: 'accepted' });
    // The next question of the second script is about something that no rule speaks of.
    const next = await page.question(second.sessionId, 2);
    expect(next.text).toBe('touch after');
    const told = answerOf(second.asked);
    expect(told).toMatchObject({ outcome: 'allowed', by: 'rule' });
    expect(told?.feedback).toMatch(/^The rule at .*always\.rules:\d+ allows `mkdir/);
    expect(answerOf(first.asked)).toMatchObject({ outcome: 'allowed', by: 'page', scope: 'always' });
    expect(await page.answer(second.asked, allowOnce, 'late')).toMatchObject({
      result: 'already-settled',
      outcome: 'allowed',
      by: 'rule',
    });
    const judged = page.eventsOf('step/judged', second.sessionId);
    const { runId } = second.asked;
    const ofRun = judged.filter((event) => event.runId === runId);
    expect(ofRun.map(({ verdict }) => verdict)).toEqual(['ask', 'allow']);
    const [before, after] = ofRun.map(({ snapshot }) => snapshot);
    expect(after).not.toBe(before);
    const known = page.eventsOf('config/snapshot', second.sessionId).map(({ digest }) => digest);
    expect(known).toContain(after);
    await page.answer(next, allowOnce);
    await page.closed(second.sessionId);
    expect([hasMade('one'), hasMade('after')]).toEqual([true, true]);
  });

  it('goes on in the same session', async () => {
    const { sessionId, asked } = await asks('mkdir -p one & mkdir -p one & wait');
    await vi.waitFor(() => expect(page.eventsOf('approval/asked', sessionId)).toHaveLength(2), PATIENCE);
    await page.answer(asked, always);
    await page.closed(sessionId);
    const answered = page.eventsOf('approval/answered', sessionId);
    expect(answered.map(({ by }) => by).sort()).toEqual(['page', 'rule']);
  });

  it('is withdrawn and refused by a rule that forbids', async () => {
    const first = await asks('mkdir -p one');
    const second = await asks('mkdir -p one; touch $?');
    await page.answer(first.asked, neverAgain);
    const next = await page.question(second.sessionId, 2);
    await page.answer(next, allowOnce);
    await page.closed(second.sessionId);
    expect([hasMade('one'), hasMade('126')]).toEqual([false, true]);
    const [withdrawn] = page.eventsOf('approval/withdrawn', second.sessionId);
    expect(withdrawn?.approvalId).toBe(second.asked.approvalId);
    expect(withdrawn?.reason).toMatch(/^refused now: The rule at .*always\.rules:\d+ forbids `mkdir/);
    const finished = page.eventsOf('step/finished', second.sessionId);
    expect(finished.find(({ runId }) => runId === second.asked.runId)?.outcome).toBe('refused');
  });

  it('is decided by rules of a file too, and one that they say nothing of stays', async () => {
    const kept = await asks('touch kept');
    const { sessionId, asked } = await asks('mkdir -p one');
    writeRules('own.rules', 'prefix_rule(pattern=["mkdir", "-p"], decision="allow")\n');
    await page.closed(sessionId);
    expect(answerOf(asked)).toMatchObject({ by: 'rule' });
    await vi.waitFor(
      () => expect(page.eventsOf('config/snapshot', kept.sessionId)).toHaveLength(2),
      PATIENCE,
    );
    expect(await page.answer(kept.asked, allowOnce)).toMatchObject({ result: 'accepted' });
    await page.closed(kept.sessionId);
    expect(hasMade('kept')).toBe(true);
  });

  it('is decided by a rule that is saved while the configuration is broken', async () => {
    const first = await asks('mkdir -p one');
    const second = await asks('mkdir -p one');
    writeFileSync(join(page.real.home, 'config.toml'), 'approval_policy = "never\n');
    for (const { sessionId } of [first, second])
      await vi.waitFor(() => expect(page.eventsOf('config/snapshot', sessionId)).toHaveLength(2), PATIENCE);
    expect(await page.answer(first.asked, always)).toMatchObject({ result: 'accepted' });
    await page.closed(second.sessionId);
    expect(answerOf(second.asked)).toMatchObject({ by: 'rule' });
  });

  it('waits for a paused session all the same', async () => {
    const { sessionId, asked } = await asks('mkdir -p one');
    await page.pause(sessionId, true);
    writeRules('own.rules', 'prefix_rule(pattern=["mkdir"], decision="allow")\n');
    await vi.waitFor(() => expect(answerOf(asked)).toMatchObject({ by: 'rule' }), PATIENCE);
    expect(hasMade('one')).toBe(false);
    await page.pause(sessionId, false);
    await page.closed(sessionId);
    expect(hasMade('one')).toBe(true);
  });

  it('stays, when only another policy is in force', async () => {
    const { sessionId, asked } = await asks('mkdir -p one');
    const by = 'cli:1';
    await page.real.engine.setSession({ sessionId, key: 'approval_policy', value: 'never', by });
    writeRules('own.rules', 'prefix_rule(pattern=["ls"], decision="allow")\n');
    await vi.waitFor(() => expect(page.eventsOf('config/snapshot', sessionId)).toHaveLength(3), PATIENCE);
    expect(await page.answer(asked, allowOnce)).toMatchObject({ result: 'accepted' });
    await page.closed(sessionId);
    expect(hasMade('one')).toBe(true);
  });
});

it('a connection that waits goes on when a rule allows its host', async () => {
  const server = await serveLocally((_request, response) => response.end('served\n'));
  const real = await startRealEngine({ resolve: async () => ['127.0.0.1'] });
  const work = makeFolder('overtaken', '/var/tmp');
  try {
    const place = `127.0.0.1:${server.port}`;
    writeFileSync(join(real.home, 'config.toml'), `[permission_profile.network]\nallow = ["${place}"]\n`);
    mkdirSync(join(real.home, 'rules'));
    const rule = `network_rule("late.example:${server.port}", "http", "allow")\n`;
    const ran = await real.run(`curl -sS -K - <<< "url=http://late.example:${server.port}/"`, {
      cwd: work.path,
      answer: () => {
        writeFileSync(join(real.home, 'rules', 'own.rules'), rule);
        return undefined;
      },
    });
    expect(ran.stdout).toBe('served\n');
    expect(ran.questions).toHaveLength(1);
    const answered = ran.events.find((event) => event.type === 'approval/answered');
    expect(answered).toMatchObject({ by: 'rule', feedback: expect.stringContaining('a rule allows') });
  } finally {
    await real.stop();
    await server.close();
    work.remove();
  }
});
