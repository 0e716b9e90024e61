import { spawn } from 'node:child_process';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { buildHelpers, encodeField, makeFolder, removeFolders } from './support/helper-files.ts';

const helpers = buildHelpers();
afterAll(removeFolders);

interface Asked {
  readonly code: number | null;
  readonly stderr: string;
  readonly question: string;
}

/** Runs the helper against an engine that answers the first line by `answer`. */
async function ask(words: readonly string[], answer: (socket: Socket) => void): Promise<Asked> {
  const path = join(makeFolder(), 'socket');
  let question = '';
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      question += chunk.toString();
      if (question.endsWith('\n')) answer(socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const result = await run([path, ...words]);
  server.close();
  return { ...result, question };
}

function run(words: readonly string[]): Promise<{ code: number | null; stderr: string }> {
  const child = spawn(helpers.path('ask'), words, { cwd: '/usr', stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stderr })));
}

const gone = 'sallyport: refused: the engine is gone\n';

test('allow is 0, and the question has the words as they are', async () => {
  const words = ['step-1', 'cd', '', 'a "b"\n', 'ü', '>', '$HOME'];
  const asked = await ask(words, (socket) => socket.write('allow\n'));
  expect(asked).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(asked.question)).toMatchObject({ step: 'step-1', cwd: '/usr', words: words.slice(1) });
});

test('deny is 126 with the reason', async () => {
  const asked = await ask(['s', 'cd'], (socket) =>
    socket.write(`deny ${encodeField('sallyport: rejected cmd-1: über\nnever')}\n`),
  );
  expect(asked).toMatchObject({ code: 126, stderr: 'sallyport: rejected cmd-1: über\nnever\n' });
});

test('an answer that comes in pieces is put together', async () => {
  const asked = await ask(['s'], (socket) => {
    socket.write('al');
    setTimeout(() => socket.write('low\n'), 20);
  });
  expect(asked.code).toBe(0);
});

test.each([
  '',
  '\n',
  'yes\n',
  'allow now\n',
  'allowed\n',
  'allow',
  'deny\n',
  'allow%\n',
  'allow\0\n',
  'deny a b\n',
])('anything else is refused: %j', async (answer) => {
  expect(await ask(['s'], (socket) => socket.end(answer))).toMatchObject({ code: 126, stderr: gone });
});

test('no engine is refused', async () => {
  expect(await run(['/nowhere/socket', 's'])).toEqual({ code: 126, stderr: gone });
  expect(await run([`/${'x'.repeat(300)}`, 's'])).toEqual({ code: 126, stderr: gone });
});

test('too many words are refused with the reason', async () => {
  const asked = await ask(['s', 'x'.repeat(70_000)], (socket) => socket.write('allow\n'));
  expect(asked.code).toBe(126);
  expect(asked.stderr).toContain('too long');
  expect(asked.question).toBe('');
});

test('missing arguments are a failure of its own', async () => {
  expect(await run([])).toMatchObject({ code: 125 });
});
