import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { PROGRAM } from '../support/program.ts';
import { makeFolder } from '../support/real-engine.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

let folder: ReturnType<typeof makeFolder>;
beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => folder.remove());

it.each([
  ['its home', 'file/home', 'file/home'],
  ['the folder for what runs', 'home', 'home/run'],
])('sandbox says in one line which folder cannot be made, and how else: %s', (_title, home, named) => {
  mkdirSync(join(folder.path, 'home'));
  // A file in the way stops also those who may write everywhere.
  writeFileSync(join(folder.path, 'file'), '');
  writeFileSync(join(folder.path, 'home', 'run'), '');
  const env = { ...process.env, SALLYPORT_HOME: join(folder.path, home) };
  const done = spawnSync(process.execPath, [PROGRAM, 'sandbox', '--', 'true'], {
    cwd: folder.path,
    env,
    encoding: 'utf8',
  });
  const [said, hint, ...more] = done.stderr.split('\n');
  expect(said).toContain(`sallyport: the folder ${join(folder.path, named)} of sallyport cannot be made (E`);
  expect([hint?.includes('SALLYPORT_HOME'), more, done.status]).toEqual([true, [''], 125]);
});
