import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type CliPlace, createCliPlace } from '../support/terminal.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let place: CliPlace;
beforeEach(() => {
  place = createCliPlace();
});
afterEach(() => place.close());

it('a reader that is slower than the program gets everything that was printed', async () => {
  // a pipe takes 64 KiB by itself
  const script = Array.from({ length: 150 }, (_, step) => `true ${step} ${'x'.repeat(500)}`).join('\n');
  expect((await place.run(['exec', '-a', 'never', script])).status).toBe(0);
  const shown = `${place.cli} history show $(${place.cli} history list --json | sed 's/.*sessionId":"\\([^"]*\\).*/\\1/') --json`;
  const { stdout } = await promisify(execFile)('/bin/sh', ['-c', `${shown} | (sleep 1; tail -n 1)`], {
    env: place.env,
    cwd: place.folder,
  });
  expect(JSON.parse(stdout)).toMatchObject({ type: 'session/closed' });
});
