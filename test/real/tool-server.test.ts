import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Approval, ApprovalAnswer, ProposalResult } from '../../src/protocol/index.ts';
import { eventsOf } from '../support/events-of.ts';
import type { McpCall } from '../support/mcp-client.ts';
import { PROGRAM } from '../support/program.ts';
import {
  allowOnce,
  makeFolder,
  type RealEngine,
  rejectWith,
  startRealEngine,
} from '../support/real-engine.ts';
import { startProgram } from '../support/run-program.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const CLIENT = join(import.meta.dirname, '../support/mcp-client.ts');

interface Answer {
  readonly id: number;
  readonly result?: {
    readonly content?: readonly { readonly text: string }[];
    readonly structuredContent?: ProposalResult;
    readonly isError?: boolean;
    readonly tools?: readonly { readonly name: string; readonly inputSchema: unknown }[];
    readonly serverInfo?: unknown;
  };
  readonly error?: { readonly code: number; readonly message: string };
}

const tool = (name: string, input: unknown): McpCall => ({
  method: 'tools/call',
  params: { name, arguments: input },
});

describe.skipIf(process.platform !== 'linux')('the tool server inside a session (Linux)', () => {
  let real: RealEngine;
  let base: ReturnType<typeof makeFolder>;
  let cwd: string;
  let outside: string;

  beforeAll(async () => {
    real = await startRealEngine();
  });
  afterAll(() => real.stop());
  beforeEach(() => {
    base = makeFolder('sallyport-mcp', '/var/tmp');
    cwd = join(base.path, 'work');
    outside = join(base.path, 'outside');
    mkdirSync(cwd);
    mkdirSync(outside);
  });
  afterEach(() => base.remove());

  /** A program of the session that is an agent with our tool server. */
  async function runAgent(
    calls: readonly McpCall[],
    answer: (approval: Approval) => ApprovalAnswer | undefined = () => undefined,
  ) {
    const questions: Approval[] = [];
    const stop = real.engine.subscribe((batch) => {
      for (const event of batch) {
        if (event.type !== 'approval/asked') continue;
        questions.push(event);
        const given = answer(event);
        const { approvalId } = event;
        if (given)
          void real.engine.answerApproval({ approvalId, requestKey: approvalId, by: 'test', answer: given });
      }
    });
    const server = JSON.stringify([process.execPath, PROGRAM, 'mcp']);
    const program = await startProgram(real, [process.execPath, CLIENT, server, JSON.stringify(calls)], {
      cwd,
    });
    const { exitCode } = await program.result;
    await program.close();
    stop();
    const answers = program
      .stdout()
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Answer);
    return { exitCode, answers: answers.slice(1), hello: answers[0], questions, ...program };
  }

  test('says who it is, lists its tools, and refuses what it does not know', async () => {
    const { exitCode, hello, answers } = await runAgent([
      { method: 'tools/list' },
      { method: 'ping' },
      { method: 'resources/list' },
      tool('answer_approval', { id: 'cmd-00000000' }),
      tool('shell', { script: 'true', extra: 1 }),
      tool('shell', {}),
    ]);
    expect(exitCode).toBe(0);
    expect(hello?.result?.serverInfo).toMatchObject({ name: 'sallyport' });
    expect(answers[0]?.result?.tools?.map(({ name }) => name)).toEqual([
      'shell',
      'apply_patch',
      'request_permissions',
    ]);
    expect(answers[0]?.result?.tools?.[0]?.inputSchema).toMatchObject({
      type: 'object',
      required: ['script'],
      properties: { script: { type: 'string' }, additional_permissions: { type: 'object' } },
    });
    expect(answers[1]?.result).toEqual({});
    expect(answers.slice(2).map(({ error }) => error?.code)).toEqual([-32601, -32602, -32602, -32602]);
  });

  test('a script runs beside the program that proposed it, in its turn; its output goes to the asker only', async () => {
    const { answers, events, stdout } = await runAgent([
      tool('shell', { script: 'echo out; echo err >&2; mkdir -p sub' }),
      tool('shell', { script: 'pwd; exit 3', cwd: 'sub' }),
      tool('shell', { script: 'head -c 200000 /dev/zero | tr "\\0" x' }),
    ]);
    const [first, second, long] = answers.map(({ result }) => result?.structuredContent);
    expect(first).toMatchObject({ outcome: 'ran', exitCode: 0 });
    expect(first?.output?.split('\n').sort()).toEqual(['', 'err', 'out']);
    expect(second).toMatchObject({ outcome: 'ran', exitCode: 3, output: `${join(cwd, 'sub')}\n` });
    expect(answers[1]?.result).toMatchObject({ isError: false });
    expect(long?.output?.length).toBeLessThan(70_000);
    expect(long?.outputCutBytes).toBeGreaterThan(100_000);
    expect(stdout().toString()).not.toContain('\nerr');
    const proposed = eventsOf(events, 'step/proposed');
    const root = proposed.find(({ kind, parentId }) => kind === 'command' && parentId === undefined);
    const scripts = proposed.filter(({ kind }) => kind === 'script');
    expect(scripts.map(({ parentId }) => parentId)).toEqual([root?.stepId, root?.stepId, root?.stepId]);
    expect(new Set(scripts.map(({ turnId }) => turnId))).toEqual(new Set([root?.turnId]));
    expect(eventsOf(events, 'turn/started')).toHaveLength(1);
    expect(eventsOf(events, 'turn/ended')).toHaveLength(1);
    const inner = proposed.find(({ text }) => text.startsWith('mkdir'));
    expect(inner?.parentId).toBe(scripts[0]?.stepId);
    const finished = eventsOf(events, 'step/finished').filter(({ stepId }) => stepId === scripts[1]?.stepId);
    expect(finished).toMatchObject([{ outcome: 'ran', exitCode: 3 }]);
  });

  test('a no reaches the result of the call with its words, and the program goes on', async () => {
    const { answers, exitCode, questions } = await runAgent(
      [
        tool('shell', { script: `touch ${outside}/a && echo not reached`, reason: 'a marker' }),
        tool('shell', { script: 'echo on' }),
      ],
      () => rejectWith('write into the workspace'),
    );
    expect(exitCode).toBe(0);
    expect(questions).toMatchObject([{ agentReason: 'a marker' }]);
    expect(answers[0]?.result?.structuredContent).toMatchObject({ outcome: 'ran', exitCode: 126 });
    expect(answers[0]?.result?.content?.[0]?.text).toContain('write into the workspace');
    expect(answers[0]?.result?.content?.[0]?.text).not.toContain('not reached');
    expect(answers[1]?.result?.structuredContent).toMatchObject({ output: 'on\n' });
    expect(existsSync(join(outside, 'a'))).toBe(false);
  });

  test('of a request for more access a part is granted, and holds in the turn', async () => {
    const { answers, questions } = await runAgent(
      [
        tool('request_permissions', {
          reason: 'to write the report',
          permissions: { file_system: { write: [outside] }, network: { allow: ['example.com:8443'] } },
        }),
        tool('shell', { script: `echo report > ${outside}/report && cat ${outside}/report` }),
        tool('request_permissions', { reason: 'again', permissions: { file_system: { write: [outside] } } }),
      ],
      () => ({
        outcome: 'allowed',
        scope: 'turn',
        granted: { read: [], write: [outside], hosts: [], sockets: [] },
      }),
    );
    expect(questions).toHaveLength(1);
    expect(questions[0]?.approvalId).toMatch(/^perm-/);
    expect(questions[0]).toMatchObject({
      agentReason: 'to write the report',
      requested: { write: [outside], hosts: [{ host: 'example.com', port: 8443 }] },
    });
    const given = answers.map(({ result }) => result?.structuredContent);
    expect(given[0]).toMatchObject({
      outcome: 'ran',
      scope: 'turn',
      granted: { write: [outside], hosts: [] },
      notGranted: { write: [], hosts: [{ host: 'example.com', port: 8443 }] },
    });
    expect(given[1]).toMatchObject({ outcome: 'ran', exitCode: 0, output: 'report\n' });
    expect(given[2]).toMatchObject({ outcome: 'ran', granted: { write: [outside] } });
    expect(readFileSync(join(outside, 'report'), 'utf8')).toBe('report\n');
  });

  test('a request that is rejected, or names what is never opened, opens nothing', async () => {
    const permissions = { file_system: { write: [outside] } };
    const { answers, questions } = await runAgent(
      [
        tool('request_permissions', { reason: 'please', permissions }),
        tool('request_permissions', { reason: 'x', permissions: { file_system: { read: [real.home] } } }),
        tool('request_permissions', { reason: 'x', permissions: { file_system: { write: ['/proc'] } } }),
        tool('request_permissions', { reason: 'x', permissions: { network: { allow: ['*.example.com'] } } }),
        tool('request_permissions', { reason: 'x', permissions: {} }),
      ],
      () => rejectWith('work inside'),
    );
    expect(questions).toHaveLength(1);
    expect(answers[0]?.result).toMatchObject({
      isError: true,
      structuredContent: { outcome: 'rejected', feedback: 'work inside', notGranted: { write: [outside] } },
    });
    expect(answers.slice(1).map(({ result }) => result?.structuredContent?.outcome)).toEqual(
      Array(4).fill('fault'),
    );
  });

  test('additional permissions are open while the one command runs, and not after it', async () => {
    const write = `echo x >> ${outside}/log`;
    const { answers, questions } = await runAgent(
      [
        tool('shell', {
          script: `${write} && ${write}`,
          additional_permissions: { file_system: { write: [outside] } },
          reason: 'the log',
        }),
        tool('shell', { script: write }),
      ],
      ({ kind }) => (kind === 'perm' ? allowOnce : rejectWith('only once')),
    );
    expect(questions.map(({ kind }) => kind)).toEqual(['perm', expect.not.stringMatching('perm')]);
    expect(answers[0]?.result?.structuredContent).toMatchObject({
      exitCode: 0,
      granted: { write: [outside] },
    });
    expect(answers[1]?.result?.structuredContent?.output).toContain('only once');
    expect(readFileSync(join(outside, 'log'), 'utf8')).toBe('x\nx\n');
  });

  test('a call that is cancelled withdraws its question; what is left when the program ends goes with it', async () => {
    const asks = tool('shell', { script: `touch ${outside}/a` });
    const { events, exitCode, answers } = await runAgent([
      { ...asks, cancelAfterMs: 3000 },
      tool('apply_patch', { patch: '*** Begin Patch\n*** Add File: a.txt\n+a\n*** End Patch' }),
    ]);
    expect(exitCode).toBe(0);
    expect(answers[0]).toMatchObject({ cancelled: true });
    expect(readFileSync(join(cwd, 'a.txt'), 'utf8')).toBe('a\n');
    expect(existsSync(join(outside, 'a'))).toBe(false);
    const asked = eventsOf(events, 'approval/asked').map(({ approvalId }) => approvalId);
    expect(eventsOf(events, 'approval/withdrawn').map(({ approvalId }) => approvalId)).toEqual(asked);
    expect(eventsOf(events, 'turn/ended')).toHaveLength(1);
  });
});
