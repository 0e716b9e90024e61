import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type CliPlace, createCliPlace } from '../support/terminal.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

let place: CliPlace;
beforeEach(() => {
  place = createCliPlace();
  mkdirSync(join(place.home, 'rules'), { recursive: true });
});
afterEach(() => place.close());

function writeRules(lines: readonly string[]): string {
  const file = join(place.home, 'rules', 'own.rules');
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

describe.skipIf(process.platform !== 'linux')('rules while a script runs (Linux: real gate and wall)', () => {
  it('forbid a command behind its launchers, with place and justification', async () => {
    const file = writeRules([
      'prefix_rule(["touch"], decision="forbidden", justification="nothing is made here")',
    ]);
    const done = await place.run([
      'exec',
      '--no-input',
      'echo one; env A=1 timeout 9 touch made; echo status $?; ls',
    ]);
    expect(done.stdout).toBe('one\nstatus 126\n');
    expect(done.stderr).toContain(`The rule at ${file}:1 forbids \`touch\`: nothing is made here.`);
  });

  it('forbid a launcher in a script file, and let the shell of the script be', async () => {
    writeRules([
      'prefix_rule(["timeout"], decision="forbidden")',
      'prefix_rule(["bash"], decision="forbidden")',
    ]);
    const lines = [
      '#!/bin/sh',
      'nice true; echo nice $?',
      'timeout 9 true; echo timeout $?',
      'bash -c true; echo bash $?',
    ];
    writeFileSync(join(place.folder, 'start.sh'), `${lines.join('\n')}\n`, { mode: 0o755 });
    const done = await place.run(['exec', '--no-input', './start.sh']);
    expect(done.stdout).toBe('nice 0\ntimeout 126\nbash 126\n');
  });

  it.each([
    ['a login shell', "bash -lc 'tee x'"],
    ['a shell with options that are not understood', "bash --rcfile /dev/null -ic 'tee x'"],
    ['a login shell script', './login.sh'],
    ['an interactive shell that reads ENV', "ENV=./start sh -i -c 'true'"],
  ])('forbid what %s starts', async (_, script) => {
    writeRules(['prefix_rule(pattern=["tee"], decision="forbidden")']);
    writeFileSync(join(place.folder, 'login.sh'), '#!/bin/bash -l\ntee x\n', { mode: 0o755 });
    writeFileSync(join(place.folder, 'start'), 'tee x\n');
    const done = await place.run(['exec', '--no-input', `${script} < /dev/null`]);
    expect(done.stderr).toContain('forbids `tee`');
    expect(existsSync(join(place.folder, 'x'))).toBe(false);
  });

  it('allow nothing that a launcher gives other code by words of the shell', async () => {
    writeRules(['prefix_rule(["ls"], decision="allow")']);
    mkdirSync(join(place.folder, 'bin'));
    writeFileSync(join(place.folder, 'bin', 'ls'), '#!/usr/bin/perl\nprint "other";\n', { mode: 0o755 });
    const script = 'env PATH=$PWD/bin:$PATH ls x; echo status $?; ls bin';
    const done = await place.run(['exec', '--no-input', '-a', 'untrusted', script]);
    expect(done.stdout).toBe('status 126\nls\n');
  });

  it.each([
    "env -iS 'tee x'",
    './split',
    './tee-script',
    'strace -o /dev/null sh -c "tee x"',
    'prlimit --nofile=99 tee x',
    'setpriv --no-new-privs tee x',
    "script -qc 'tee x' /dev/null",
    "setpriv --no-new-privs sh -c 'tee x'",
    'flock lock ./start',
    '/lib*/ld-linux*.so.* /usr/bin/tee x',
    'taskset 1 sh -lc "tee x"',
  ])('forbid it behind `%s`', async (script) => {
    writeRules(['prefix_rule(pattern=["tee"], decision="forbidden")']);
    writeFileSync(join(place.folder, 'split'), '#!/usr/bin/env -S tee\n', { mode: 0o755 });
    writeFileSync(join(place.folder, 'tee-script'), '#!/usr/bin/tee x\n', { mode: 0o755 });
    writeFileSync(join(place.folder, 'start'), '#!/bin/sh\ntee x\n', { mode: 0o755 });
    const done = await place.run(['exec', '--no-input', `${script} < /dev/null`]);
    // `script` shows what its terminal says.
    expect(done.stdout + done.stderr).toContain('forbids `tee`');
    expect(existsSync(join(place.folder, 'x'))).toBe(false);
  });

  it('allow without a question what the policy would ask about, and open nothing', async () => {
    writeRules(['prefix_rule(["touch"], decision="allow")']);
    const words = ['exec', '--no-input', '-a', 'untrusted'];
    const done = await place.run([...words, 'touch made; ls; touch /etc/never; echo status $?']);
    expect(done.stdout).toBe('made\nstatus 126\n');
    writeRules(['prefix_rule(["touch"], decision="prompt")']);
    const asked = await place.run(['exec', '--no-input', 'touch other; echo status $?; ls']);
    expect(asked.stdout).toBe('status 126\nmade\n');
  });

  it('hold where everything else is switched off', async () => {
    const file = writeRules(['prefix_rule(["touch"], decision="forbidden")']);
    const done = await place.run(['exec', '--no-input', '--yolo', 'touch made; echo status $?; ls']);
    expect(done.stdout).toBe('status 126\n');
    expect(done.stderr).toContain(`The rule at ${file}:1 forbids \`touch\`.`);
  });
});
