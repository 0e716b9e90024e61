import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type CliPlace, createCliPlace } from '../support/terminal.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

let place: CliPlace;
beforeEach(() => {
  place = createCliPlace();
  mkdirSync(join(place.home, 'rules'), { recursive: true });
  writeFileSync(
    join(place.home, 'rules', 'own.rules'),
    'prefix_rule(["tee"], decision="forbidden")\nprefix_rule(["env"], decision="forbidden")\n',
  );
  symlinkSync('/usr/bin/tee', join(place.folder, 'mytee'));
  symlinkSync('mytee', join(place.folder, 'again'));
});
afterEach(() => place.close());

describe.skipIf(process.platform !== 'linux')('a forbidden program (Linux: real gate and wall)', () => {
  it.each([
    ['a link', './mytee x'],
    ['a link to a link', './again x'],
    ['a link on the search path', 'PATH=$PWD:$PATH mytee x'],
    ['a link in the private folder for temporary files', 'ln -s /usr/bin/tee /tmp/other; /tmp/other x'],
    ['a folder that is a link', 'ln -s /usr/bin b; b/tee x'],
    ['an open file', 'exec 5</usr/bin/tee; /proc/self/fd/5 x'],
    ['an open file by the name of devices', 'exec 5</usr/bin/tee; /dev/fd/5 x'],
    ['another name for itself', '(exec -a sort ./mytee x)'],
    ['a link to a launcher', 'ln -s /usr/bin/env e; ./e touch x'],
  ])('is not run by %s', async (_title, script) => {
    const done = await place.run(['exec', '--no-input', `{ ${script}; } < /dev/null; echo status $?`]);
    expect([done.stdout, existsSync(join(place.folder, 'x'))]).toEqual(['status 126\n', false]);
    expect(done.stderr).toMatch(/The rule at .* forbids `(?:tee|env)`/);
  });

  it.each([
    ['an open file of another process', 'exec 5</usr/bin/tee; /proc/$$/fd/5 x'],
    ['a link to an open file', 'exec 5</usr/bin/tee; ln -s /proc/self/fd/5 l; ./l x'],
    ['a folder of the process', '/proc/self/cwd/mytee x'],
  ])('is asked about, as any that cannot be found out, by %s', async (_title, script) => {
    const done = await place.run(['exec', '--no-input', `{ ${script}; } < /dev/null; echo status $?`]);
    expect([done.stdout, existsSync(join(place.folder, 'x'))]).toEqual(['status 126\n', false]);
    expect(done.stderr).toContain('nobody can answer the question');
  });

  it('is told from others behind links', async () => {
    const script = 'ln -s /usr/bin/sort s; echo a | ./s; exec 5</usr/bin/sort; echo b | /proc/self/fd/5';
    const done = await place.run(['exec', '--no-input', script]);
    expect(done.stdout).toBe('a\nb\n');
  });
});
