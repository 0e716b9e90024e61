import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { makeFolder, type RealEngine, startRealEngine } from '../support/real-engine.ts';
import { openToolSession, type ToolSession } from '../support/tool-session.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

describe.skipIf(process.platform !== 'linux')('the ask socket of a session (Linux)', () => {
  let real: RealEngine;
  let folder: ReturnType<typeof makeFolder>;
  let tools: ToolSession;

  beforeAll(async () => {
    real = await startRealEngine();
  });
  afterAll(() => real.stop());
  beforeEach(async () => {
    folder = makeFolder('sallyport-ask', '/var/tmp');
    tools = await openToolSession(real, { cwd: folder.path, policy: 'on-request' });
  });
  afterEach(async () => {
    await tools.close();
    folder.remove();
  });

  const socketPath = (): string => {
    const run = join(real.home, 'run');
    const name = readdirSync(run).find((each) => each.startsWith('ask-'));
    if (name === undefined) throw new Error('there is no ask socket');
    return join(run, name);
  };

  /** What comes back for these bytes until the other end closes, or so many lines have come. */
  const speak = (bytes: string, lines = 1): Promise<string> =>
    new Promise((settle, fail) => {
      let received = '';
      const socket = connect(socketPath(), () => socket.write(bytes));
      const end = (): void => {
        socket.destroy();
        settle(received);
      };
      socket.setEncoding('utf8');
      socket.on('data', (text: string) => {
        received += text;
        if (received.split('\n').length > lines) end();
      });
      socket.on('close', end);
      socket.on('error', fail);
    });
  const rpc = (message: Record<string, unknown>): string =>
    `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`;
  const codeOf = (answer: string): unknown =>
    (JSON.parse(answer) as { error?: { code: number } }).error?.code;

  test.each([
    ['no JSON', 'hello\n'],
    ['a list', '[]\n'],
    ['a question without a folder', '{"step":"0","words":[]}\n'],
    ['a question with an odd step', '{"step":"0.0.0","cwd":"/","words":[]}\n'],
    ['a question of no script', '{"step":"0","cwd":"/","words":[]}\n'],
    ['a question of another script', '{"step":"99.0","cwd":"/","words":[]}\n'],
    ['a line without end', 'x'.repeat(5 * 1024 * 1024)],
  ])('denies %s', async (_name, bytes) => {
    expect(await speak(bytes)).toMatch(/^deny /);
  });

  test.each([
    ['a method that answers', { id: 1, method: 'approval/answer', params: {} }, -32601],
    ['a method of the control socket', { id: 1, method: 'session/open', params: {} }, -32601],
    ['a tool that is none', { id: 1, method: 'propose/exec', params: {} }, -32601],
    ['a shape that is none', { id: 1, method: 'propose/shell', params: { script: 1 } }, -32602],
    [
      'a field that is not known',
      { id: 1, method: 'propose/shell', params: { script: 'a', as: 'root' } },
      -32602,
    ],
    [
      'arguments that would not be shown as they are',
      { id: 1, method: 'propose/mcp_call', params: { server: 's', tool: 't', arguments: { a: 2 ** 60 } } },
      -32602,
    ],
    [
      'a call with a name that is too long',
      { id: 1, method: 'propose/mcp_call', params: { server: 's'.repeat(129), tool: 't' } },
      -32602,
    ],
    ['no id', { method: 'propose/shell', params: { script: 'true' } }, -32600],
  ])('answers %s with an error and does nothing', async (_name, message, code) => {
    expect(codeOf(await speak(rpc(message)))).toBe(code);
    expect(tools.eventsOf('step/proposed')).toEqual([]);
  });

  test('has nothing to propose to while nothing runs in the session', async () => {
    const answer = await speak(rpc({ id: 7, method: 'propose/shell', params: { script: 'true' } }));
    expect(JSON.parse(answer)).toMatchObject({ id: 7, result: { outcome: 'fault' } });
    expect(tools.eventsOf('step/proposed')).toEqual([]);
  });

  test('takes proposals of several connections while a turn runs, each with its own answer', async () => {
    expect(await tools.propose('shell', { script: 'true' })).toMatchObject({ outcome: 'ran' });
    const answers = await Promise.all(
      ['a', 'b', 'c'].map((word) =>
        speak(
          rpc({
            id: word,
            method: 'propose/shell',
            params: { script: `echo ${word}; echo ${word} > ${word}` },
          }),
        ),
      ),
    );
    expect(answers.map((answer) => JSON.parse(answer))).toMatchObject(
      ['a', 'b', 'c'].map((word) => ({ id: word, result: { outcome: 'ran', output: `${word}\n` } })),
    );
  });

  test('takes a call of a tool, which a person answers for the program that asked', async () => {
    await tools.propose('shell', { script: 'true' });
    const params = { server: 'github', tool: 'search', arguments: { q: 'x' }, agent_name: 'helper' };
    const answering = speak(rpc({ id: 5, method: 'propose/mcp_call', params }));
    const asked = await tools.asked();
    expect(asked).toMatchObject({ kind: 'mcp', agentName: 'exec › helper' });
    await tools.answer(asked, { outcome: 'rejected', feedback: 'search here first' });
    expect(JSON.parse(await answering)).toMatchObject({
      id: 5,
      result: { tool: 'mcp_call', outcome: 'rejected', feedback: 'search here first' },
    });
  });

  test('cuts off who sends nothing but nonsense, and goes on for others', async () => {
    const answer = await speak(rpc({ id: 1, method: 'x' }) + 'nonsense\n'.repeat(500), 1000);
    expect(answer.split('\n').length).toBeLessThan(150);
    expect(await tools.propose('shell', { script: 'echo on' })).toMatchObject({ output: 'on\n' });
  });

  test('a proposal ends with the connection that made it', async () => {
    await tools.propose('shell', { script: 'true' });
    const socket = connect(socketPath());
    socket.write(
      rpc({ id: 1, method: 'propose/shell', params: { script: 'touch /var/tmp/never-made-by-sallyport' } }),
    );
    await tools.asked();
    socket.destroy();
    await vi.waitFor(() => expect(tools.eventsOf('approval/withdrawn')).toHaveLength(1), { timeout: 20_000 });
  });
});
