import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type EventOf, Fault, type SessionId } from '../../src/protocol/index.ts';
import { allowOnce } from '../support/real-engine.ts';
import { SessionDriver } from '../support/session-driver.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
const PATIENCE = { timeout: 20_000, interval: 20 };

let page: SessionDriver;
beforeEach(async () => {
  page = await SessionDriver.start();
  execFileSync('mkfifo', [join(page.folder.path, 'go')]);
});
afterEach(() => page.stop());

/** A session whose script waits inside `cat go`. */
async function startWaiting(script = 'cat go; touch one'): Promise<SessionId> {
  const { sessionId } = await page.start(script);
  // The script itself, and the program that waits.
  await vi.waitFor(() => expect(page.eventsOf('step/started', sessionId)).toHaveLength(2), PATIENCE);
  return sessionId;
}

const goOn = (): Promise<void> => appendFile(join(page.folder.path, 'go'), '');
const hasMade = (name: string): boolean => existsSync(join(page.folder.path, name));
const set = (sessionId: string, key: string, value?: string) =>
  page.real.engine.setSession({ sessionId, key, by: 'cli:1', ...(value !== undefined && { value }) });

function snapshots(sessionId: SessionId): EventOf<'config/snapshot'>[] {
  return page.eventsOf('config/snapshot', sessionId);
}

/** Puts a file of the configuration in its place as editors do. */
function replace(name: string, text: string): void {
  const file = join(page.real.home, name);
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

/** The digests of the judgements on the program in words, in their order. */
function digestsOf(sessionId: SessionId, word: string): string[] {
  const judged = page.eventsOf('step/judged', sessionId);
  return judged.filter(({ argv }) => argv?.[0] === word).map(({ snapshot }) => snapshot);
}

describe('session set', () => {
  it('holds from the next step on, by its digest; what was judged before keeps its own', async () => {
    const sessionId = await startWaiting();
    const changed = await set(sessionId, 'approval_policy', 'untrusted');
    await goOn();
    const asked = await page.question(sessionId);
    expect(asked.text).toContain('touch one');
    await page.answer(asked, allowOnce);
    await page.closed(sessionId);
    const [first, second] = snapshots(sessionId);
    expect(second).toMatchObject({ by: 'cli:1', digest: changed.digest });
    expect(second?.content.approvalPolicy).toBe('untrusted');
    expect(digestsOf(sessionId, 'cat')).toEqual([first?.digest]);
    expect(digestsOf(sessionId, 'touch')).toEqual([changed.digest]);
    expect(hasMade('one')).toBe(true);
  });

  it('is taken back, and then the configuration holds as it was', async () => {
    const sessionId = await startWaiting();
    const opened = snapshots(sessionId)[0]?.digest;
    const changed = await set(sessionId, 'approval_policy', 'never');
    expect(changed.digest).not.toBe(opened);
    expect((await set(sessionId, 'approval_policy')).digest).toBe(opened);
    await goOn();
    await page.closed(sessionId);
    expect(hasMade('one')).toBe(true);
    expect(page.eventsOf('approval/asked', sessionId)).toEqual([]);
  });

  it('leaves a question that stands as it was asked', async () => {
    const { sessionId } = await page.start('touch one', { askForApproval: 'untrusted' });
    const asked = await page.question(sessionId);
    await set(sessionId, 'ask_on_risk', 'off');
    expect(await page.answer(asked, allowOnce)).toMatchObject({ result: 'accepted' });
    await page.closed(sessionId);
    expect(hasMade('one')).toBe(true);
  });

  it.each([
    ['sandbox_mode', 'read-only', 'session-key-fixed', 'Open a new session with -c sandbox_mode=VALUE'],
    ['limits.max_time', '1h', 'session-key-fixed', 'sallyport config set limits.max_time VALUE'],
    ['model', 'other', 'session-key-fixed', 'config set'],
    ['aproval_policy', 'never', 'config-unknown-key', 'lists all keys'],
    ['approval_policy', 'sometimes', 'config-invalid', 'untrusted'],
  ])('refuses %s = %s and names the way out', async (key, value, code, hint) => {
    const sessionId = await startWaiting();
    const refusal: unknown = await set(sessionId, key, value).catch((thrown: unknown) => thrown);
    expect(refusal).toBeInstanceOf(Fault);
    expect(refusal).toMatchObject({ code });
    expect(refusal instanceof Fault ? refusal.hint : '').toContain(hint);
    expect(snapshots(sessionId)).toHaveLength(1);
    await goOn();
    await page.closed(sessionId);
  });

  it('takes hosts and parts of sections', async () => {
    const sessionId = await startWaiting();
    await set(sessionId, 'permission_profile.network.deny', '["example.com"]');
    await set(sessionId, 'mcp_servers.docs.trust_hints', 'true');
    const { content } = snapshots(sessionId).at(-1) ?? {};
    expect(content?.network.deny).toEqual(['example.com']);
    expect(content?.trustedMcpServers).toEqual(['docs']);
    await goOn();
    await page.closed(sessionId);
  });

  it('finds a session by the beginning of its id, and no other', async () => {
    const sessionId = await startWaiting();
    expect(await set(sessionId.slice(0, 20), 'ask_on_risk', 'off')).toMatchObject({ sessionId });
    await expect(set('ffff', 'ask_on_risk', 'off')).rejects.toMatchObject({ code: 'no-such-session' });
    await expect(set('', 'ask_on_risk', 'off')).rejects.toMatchObject({ code: 'no-such-session' });
    await goOn();
    await page.closed(sessionId);
  });
});

describe('a file that changes while a session runs', () => {
  const changedBy = (sessionId: SessionId, count: number) =>
    vi.waitFor(() => {
      expect(snapshots(sessionId).length).toBeGreaterThanOrEqual(count);
      const last = snapshots(sessionId).at(-1);
      if (last === undefined) throw new Error('there is none');
      return last;
    }, PATIENCE);

  it('is in force for the next step, though there was no file before', async () => {
    const sessionId = await startWaiting();
    replace('config.toml', 'approval_policy = "untrusted"\n');
    const changed = await changedBy(sessionId, 2);
    expect(changed.by).toContain('config.toml');
    await goOn();
    const asked = await page.question(sessionId);
    await page.answer(asked, allowOnce);
    await page.closed(sessionId);
    expect(digestsOf(sessionId, 'touch')).toEqual([changed.digest]);
  });

  it('changes nothing while it is broken, and says so; what held before still holds', async () => {
    replace('config.toml', 'approval_policy = "untrusted"\n');
    const sessionId = await startWaiting();
    const opened = snapshots(sessionId)[0]?.digest;
    replace('config.toml', 'approval_policy = "never\n');
    const broken = await changedBy(sessionId, 2);
    expect(broken.digest).toBe(opened);
    expect(broken.warnings.join()).toMatch(
      /config\.toml:1:\d+: not valid TOML.*what held before still holds/,
    );
    await goOn();
    const asked = await page.question(sessionId);
    replace('config.toml', 'approval_policy = "on-request"\n');
    expect((await changedBy(sessionId, 3)).content.approvalPolicy).toBe('on-request');
    await page.answer(asked, allowOnce);
    await page.closed(sessionId);
    expect(digestsOf(sessionId, 'touch')).toEqual([opened]);
  });

  it('does not keep rules from being followed while it is broken', async () => {
    const sessionId = await startWaiting('cat go; touch one; mkdir -p two');
    replace('config.toml', 'approval_policy = "never\n');
    await changedBy(sessionId, 2);
    mkdirSync(join(page.real.home, 'rules'));
    replace('rules/own.rules', 'prefix_rule(pattern=["touch"], decision="forbidden")\n');
    const { content, warnings } = await changedBy(sessionId, 3);
    expect(content.rules.prefix.map(({ pattern }) => pattern)).toEqual([['touch']]);
    expect(content.approvalPolicy).toBe('on-request');
    expect(warnings).toEqual([]);
    replace('rules/own.rules', 'prefix_rule(pattern=["mkdir"\n');
    const broken = await changedBy(sessionId, 4);
    expect(broken.warnings.join(' ')).toContain('own.rules:');
    expect(broken.content.rules.prefix.map(({ pattern }) => pattern)).toEqual([['touch']]);
    replace('rules/own.rules', 'prefix_rule(pattern=["mkdir"], decision="forbidden")\n');
    expect((await changedBy(sessionId, 5)).content.rules.prefix.map(({ pattern }) => pattern)).toEqual([
      ['mkdir'],
    ]);
    replace('rules/own.rules', 'prefix_rule(pattern=["mkdir"\n');
    expect((await changedBy(sessionId, 6)).warnings.join(' ')).toContain('own.rules:');
    replace('config.toml', 'approval_policy = "untrusted"\n');
    expect((await changedBy(sessionId, 7)).content.approvalPolicy).toBe('untrusted');
    await goOn();
    await page.answer(await page.question(sessionId), allowOnce);
    await page.closed(sessionId);
    expect([hasMade('one'), hasMade('two')]).toEqual([true, false]);
  });

  it('leaves the wall of the session as it was opened, and names what new sessions get', async () => {
    const sessionId = await startWaiting();
    replace('config.toml', 'sandbox_mode = "read-only"\ntmp = "shared"\n');
    const { warnings, content, digest } = await changedBy(sessionId, 2);
    expect(warnings.join('\n')).toMatch(
      /config\.toml:1:\d+: sandbox_mode has changed; this session keeps its wall/,
    );
    expect(warnings.join('\n')).toContain('tmp has changed');
    expect(content.sandboxMode).toBe('workspace-write');
    expect(digest).toBe(snapshots(sessionId)[0]?.digest);
    await goOn();
    await page.closed(sessionId);
    expect(hasMade('one')).toBe(true);
    const next = await page.start('touch two');
    await page.answer(await page.question(next.sessionId), { outcome: 'rejected', feedback: '' });
    await page.closed(next.sessionId);
    expect(hasMade('two')).toBe(false);
  });

  it('keeps what was set for this session alone', async () => {
    const sessionId = await startWaiting();
    await set(sessionId, 'approval_policy', 'untrusted');
    replace('config.toml', 'approval_policy = "never"\nask_on_risk = "off"\n');
    const { content } = await changedBy(sessionId, 3);
    expect(content).toMatchObject({ approvalPolicy: 'untrusted', askOnRisk: 'off' });
    await goOn();
    await page.answer(await page.question(sessionId), allowOnce);
    await page.closed(sessionId);
  });

  it('forbids the next step by a rule in a folder that did not exist', async () => {
    const sessionId = await startWaiting();
    mkdirSync(join(page.real.home, 'rules'));
    replace('rules/default.rules', 'prefix_rule(pattern = ["touch"], decision = "forbidden")\n');
    const changed = await changedBy(sessionId, 2);
    await goOn();
    await page.closed(sessionId);
    expect(hasMade('one')).toBe(false);
    expect(digestsOf(sessionId, 'touch')).toEqual([changed.digest]);
    const ended = page.eventsOf('step/finished', sessionId).map(({ outcome }) => outcome);
    expect(ended).toContain('refused');
  });
});

describe('a file of rules that breaks while a session is open', () => {
  it('still forbids what it forbade, and allows nothing', async () => {
    mkdirSync(join(page.real.home, 'rules'), { recursive: true });
    const allow = 'prefix_rule(pattern=["ln"], decision="allow")\n';
    replace('rules/own.rules', `prefix_rule(pattern=["touch"], decision="forbidden")\n${allow}`);
    const sessionId = await startWaiting('cat go; touch one; echo over');
    replace('rules/own.rules', 'prefix_rule(pattern=["touch"\n');
    await vi.waitFor(() => expect(snapshots(sessionId).length).toBeGreaterThan(1), PATIENCE);
    const { content, warnings } = snapshots(sessionId).at(-1) ?? {};
    expect(warnings?.join(' ')).toContain('own.rules:');
    expect(content?.rules.prefix.map(({ pattern, decision }) => [pattern, decision])).toEqual([
      [['touch'], 'forbidden'],
    ]);
    await goOn();
    await page.closed(sessionId);
    expect(hasMade('one')).toBe(false);
  });
});
