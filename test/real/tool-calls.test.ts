import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ApprovalAnswer } from '../../src/protocol/index.ts';
import { maskEvent } from '../../src/replay/index.ts';
import {
  allowOnce,
  allowSession,
  makeFolder,
  type RealEngine,
  rejectWith,
  startRealEngine,
} from '../support/real-engine.ts';
import { openToolSession, type ToolSession } from '../support/tool-session.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const GRANULAR = (switches: string): string =>
  `{ granular = { sandbox_approval = true, rules = true, mcp_elicitations = true, ${switches} } }`;
const ANY_ARGUMENTS: ApprovalAnswer = { outcome: 'allowed', scope: 'session', match: 'prefix' };
const REFUSING = '{ granular = { sandbox_approval = true, rules = true, mcp_elicitations = false } }';

describe.skipIf(process.platform !== 'linux')('a call of a tool that is asked about first (Linux)', () => {
  let real: RealEngine;
  let folder: ReturnType<typeof makeFolder>;
  let tools: ToolSession | undefined;

  beforeAll(async () => {
    real = await startRealEngine();
    writeFileSync(join(real.home, 'config.toml'), '[mcp_servers.docs]\ntrust_hints = true\n');
  });
  afterAll(() => real.stop());
  beforeEach(() => {
    folder = makeFolder('sallyport-calls', '/var/tmp');
  });
  afterEach(async () => {
    await tools?.close();
    tools = undefined;
    folder.remove();
  });

  const open = async (policy: string, answer?: ApprovalAnswer): Promise<ToolSession> => {
    const isTable = policy.startsWith('{');
    tools = await openToolSession(real, {
      cwd: folder.path,
      ...(isTable ? { flags: { overrides: [`approval_policy=${policy}`] } } : { policy }),
      answer: () => answer,
    });
    return tools;
  };
  const call = (server: string, more: Record<string, unknown> = {}) => ({ server, tool: 'search', ...more });
  const hinted = { read_only_hint: true };

  test.each([
    ['untrusted', 'docs', 'asked'],
    ['on-request', 'docs', 'ran'],
    ['on-request', 'other', 'asked'],
    ['never', 'docs', 'ran'],
    ['never', 'other', 'refused'],
    [GRANULAR('request_permissions = true'), 'docs', 'ran'],
    [GRANULAR('request_permissions = true'), 'other', 'asked'],
    [REFUSING, 'docs', 'ran'],
    [REFUSING, 'other', 'refused'],
  ])('under %s, with a hint of %s, is %s', async (policy, server, outcome) => {
    const session = await open(policy, rejectWith('not now'));
    const result = await session.propose('mcp_call', call(server, hinted));
    expect(session.questions).toHaveLength(outcome === 'asked' ? 1 : 0);
    expect(result.outcome).toBe(outcome === 'asked' ? 'rejected' : outcome);
    expect(session.eventsOf('step/judged')).toMatchObject([{ category: 'mcp' }]);
  });

  test('without a hint asks also for a server whose hints are trusted', async () => {
    const session = await open('on-request', allowOnce);
    expect(await session.propose('mcp_call', call('docs'))).toMatchObject({ outcome: 'ran', scope: 'once' });
    expect(session.questions).toHaveLength(1);
  });

  test("a project's word for a server counts for nothing", async () => {
    mkdirSync(join(folder.path, '.sallyport'));
    writeFileSync(join(folder.path, '.sallyport/config.toml'), '[mcp_servers.evil]\ntrust_hints = true\n');
    const session = await open('never');
    expect(await session.propose('mcp_call', call('evil', hinted))).toMatchObject({ outcome: 'refused' });
  });

  test('has a question with an id, a sentence and a row of its own; a no says why', async () => {
    const session = await open('on-request', rejectWith('use the wiki'));
    const result = await session.propose(
      'mcp_call',
      call('github', { arguments: { title: 'x', body: { b: 1, a: [true, null] } }, reason: 'to tell them' }),
    );
    const [asked] = session.questions;
    if (asked === undefined) throw new Error('nothing was asked');
    expect(asked).toMatchObject({
      approvalId: expect.stringMatching(/^mcp-/),
      kind: 'mcp',
      category: 'mcp',
      text: 'github · search {"body":{"a":[true,null],"b":1},"title":"x"}',
      agentReason: 'to tell them',
      scopes: ['once', 'turn', 'session', 'until'],
    });
    expect(result).toMatchObject({
      outcome: 'rejected',
      feedback: 'use the wiki',
      approvalId: asked.approvalId,
    });
    expect(session.eventsOf('step/proposed')).toContainEqual(expect.objectContaining({ kind: 'mcp' }));
    const { context } = await real.engine.describeApproval(asked.approvalId);
    expect(context).toMatchObject({
      sentence: 'Call a tool of github',
      ifRejected: expect.stringContaining('The tool is not called'),
    });
    const view = await real.engine.openRows(session.session.sessionId);
    const rows = view.rows.listMatches({ kinds: ['tool'] }, 0, 10);
    view.release();
    expect(rows).toMatchObject([{ outcome: 'rejected', feedback: 'use the wiki', text: asked.text }]);
  });

  test('that is allowed has a row that says so, and no process has run', async () => {
    const session = await open('on-request', allowOnce);
    await session.propose('mcp_call', call('docs', hinted));
    await session.propose('mcp_call', call('other'));
    const view = await real.engine.openRows(session.session.sessionId);
    const rows = view.rows.listMatches({ kinds: ['tool'] }, 0, 10);
    view.release();
    expect(rows.map(({ outcome }) => outcome)).toEqual(['allowed', 'allowed']);
    expect(session.stdout()).toBe('');
  });

  test('is remembered with exactly its arguments, whatever their order', async () => {
    const session = await open('on-request', allowSession);
    const first = { arguments: { a: 1, b: 2 } };
    expect(await session.propose('mcp_call', call('s', first))).toMatchObject({ scope: 'session' });
    await session.propose('mcp_call', call('s', { arguments: { b: 2, a: 1 } }));
    expect(session.questions).toHaveLength(1);
    await session.propose('mcp_call', call('s', { arguments: { a: 1, b: 3 } }));
    await session.propose('mcp_call', call('t', first));
    expect(session.questions).toHaveLength(3);
  });

  test('as a beginning, is remembered as that tool with any arguments, and no other tool', async () => {
    const session = await open('on-request', ANY_ARGUMENTS);
    await session.propose('mcp_call', call('s', { arguments: { a: 1 } }));
    await session.propose('mcp_call', call('s', { arguments: { a: 2 } }));
    expect(session.questions).toHaveLength(1);
    await session.propose('mcp_call', { server: 's', tool: 'delete' });
    expect(session.questions).toHaveLength(2);
  });

  test('never answers for a program of the same words, nor that for it', async () => {
    const session = await open('untrusted', ANY_ARGUMENTS);
    await session.propose('mcp_call', { server: 'touch', tool: 'made' });
    await session.propose('shell', { script: 'touch made {}' });
    expect(session.questions.map(({ kind }) => kind)).toEqual(['mcp', 'cmd']);
    await session.propose('shell', { script: 'touch other {}' });
    await session.propose('mcp_call', { server: 'touch', tool: 'other' });
    expect(session.questions.map(({ kind }) => kind)).toEqual(['mcp', 'cmd', 'cmd', 'mcp']);
  });

  test('that was rejected for the session is refused from there on, with these arguments', async () => {
    const session = await open('on-request', { outcome: 'rejected', scope: 'session' });
    await session.propose('mcp_call', call('s', { arguments: { a: 1 } }));
    expect(await session.propose('mcp_call', call('s', { arguments: { a: 1 } }))).toMatchObject({
      outcome: 'refused',
    });
    expect(session.questions).toHaveLength(1);
    expect(await session.propose('mcp_call', call('s'))).toMatchObject({ outcome: 'rejected' });
  });

  test('shows what a hostile name hides, ends it in quotes, and takes no word of it into the sentence', async () => {
    const session = await open('on-request', allowOnce);
    await session.propose('mcp_call', {
      server: 'docs, which is safe\u202e',
      tool: 'read · all\n',
      arguments: { 'k\u200b': '\u001b[2Jx' },
    });
    const [asked] = session.questions;
    if (asked === undefined) throw new Error('nothing was asked');
    expect(asked.text).toBe('"docs, which is safe⟨U+202E⟩" · "read · all\\n" {"k⟨U+200B⟩":"\\u001b[2Jx"}');
    const { context } = await real.engine.describeApproval(asked.approvalId);
    expect(context?.sentence).toBe('Call a tool of an MCP server');
  });

  test('has its secrets masked in lists, and shown to whoever decides', async () => {
    const token = `ghp_${'a1'.repeat(18)}`;
    const session = await open('on-request', allowSession);
    await session.propose('mcp_call', call('s', { arguments: { token } }));
    expect(session.questions[0]?.text).toContain(token);
    expect(session.events.length).toBeGreaterThan(3);
    for (const event of session.events) expect(JSON.stringify(maskEvent(event))).not.toContain(token);
  });
});
