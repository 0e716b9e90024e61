import { type ChildProcess, spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { waitForChild } from '../../../src/engine/base/index.ts';
import { signalUntilEnded, takeChild } from '../../../src/engine/sandbox/started-process.ts';

const startNode = (code: string): ChildProcess => spawn(process.execPath, ['-e', code], { stdio: 'pipe' });

it('keeps what a child printed for a reader who comes after its end', async () => {
  const { finished, pipes } = takeChild(startNode('console.log("out"); console.error("err")'));
  expect(await finished).toEqual({ kind: 'exited', code: 0 });
  expect(pipes && (await Promise.all([text(pipes.stdout), text(pipes.stderr)]))).toEqual(['out\n', 'err\n']);
});

it('takes it for no fault that a child does not read its input', async () => {
  const { finished, pipes } = takeChild(startNode('process.exit(3)'));
  pipes?.stdin.write('x'.repeat(1024 * 1024));
  expect(await finished).toEqual({ kind: 'exited', code: 3 });
});

it('has no pipes where the child has the streams of this process', async () => {
  const started = takeChild(spawn(process.execPath, ['-e', ''], { stdio: 'ignore' }));
  expect(await started.finished).toEqual({ kind: 'exited', code: 0 });
  expect(started.pipes).toBeNull();
});

it('signals a child until it has ended', async () => {
  const child = startNode('setTimeout(() => undefined, 60_000)');
  const ended = waitForChild(child);
  const over = Promise.resolve({ kind: 'exited', code: 0 } as const);
  const afterEnd = signalUntilEnded({ pid: child.pid ?? 0, finished: over });
  await over;
  afterEnd('SIGTERM');
  signalUntilEnded({ pid: child.pid ?? 0, finished: ended })('SIGKILL');
  expect(await ended).toEqual({ kind: 'signalled', signal: 'SIGKILL' });
});
