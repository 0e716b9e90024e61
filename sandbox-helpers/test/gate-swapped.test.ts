import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import {
  buildHelpers,
  compileProgram,
  copyProgram,
  makeFolder,
  own,
  removeFolders,
  users,
} from './support/helper-files.ts';
import { allowAll, type GateSpec, type RunningGate, startGate } from './support/start-gate.ts';
import { type RunningHolder, startHolder } from './support/start-holder.ts';

const helpers = buildHelpers();
const swapper = compileProgram('swapper', makeFolder());
const racer = compileProgram('racing-execs', makeFolder());
afterAll(removeFolders);

const MESSAGE = 'sallyport: refused: another program than the one shown was started: killed\n';

describe.each(users)('what was started is compared with what was shown, as $name', (user) => {
  let holder: RunningHolder;
  let workspace: string;

  beforeEach(async () => {
    workspace = makeFolder(user);
    holder = await startHolder(helpers.path('holder'), [], user);
    return async () => {
      await holder.close();
    };
  });

  function start(argv: readonly string[], more: Partial<GateSpec> = {}): Promise<RunningGate> {
    return startGate({
      helpers: helpers.folder,
      user,
      anchorPid: holder.anchorPid,
      workspace,
      argv,
      decide: allowAll,
      ...more,
    });
  }

  function put(name: string, text: string, mode = 0o755): void {
    writeFileSync(join(workspace, name), text, { mode });
    own(join(workspace, name), user);
  }

  async function exists(name: string): Promise<void> {
    while (!existsSync(join(workspace, name))) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  /** Holds the swapper's exec, lets it swap, says yes to what was shown. */
  async function swap(what: string, who: string, verb = 'allow'): Promise<RunningGate> {
    copyProgram(swapper, join(workspace, 'swapper'));
    const gate = await start(['./swapper', what, who], { decide: () => undefined });
    const held = await gate.wait((event) => event.type === 'exec');
    put('go', '');
    await exists('swapped');
    gate.send(`${verb} ${held.slot} watch`);
    return gate;
  }

  test.each([
    ['arguments', 'thread'],
    ['more', 'thread'],
    ['program', 'thread'],
    ['environment', 'thread'],
    ['arguments', 'other-thread'],
    ['program', 'other-thread'],
    ['arguments', 'parent'],
    ['program', 'parent'],
    ['environment', 'parent'],
  ])('swapped %s by a %s: killed before it does anything', async (what, who) => {
    const gate = await swap(what, who);
    const result = await gate.finished;
    expect(result).toMatchObject({ code: 137, stderr: MESSAGE });
    const held = gate.events.find((event) => event.type === 'exec');
    expect(held).toMatchObject({
      threads: who === 'parent' ? 1 : 2,
      shared: who === 'parent',
      traced: false,
    });
    const told = gate.events.filter((event) => event.type === 'swapped');
    expect(told).toMatchObject([{ pid: held?.pid, what: what === 'more' ? 'arguments' : what }]);
    if (what === 'arguments') expect(told[0]?.argv).toEqual(['touch', 'ran']);
    expect([existsSync(join(workspace, 'ran')), existsSync(join(workspace, 'shown'))]).toEqual([
      false,
      false,
    ]);
  });

  test('a launcher that was swapped is killed too', async () => {
    const gate = await swap('arguments', 'thread', 'through');
    expect((await gate.finished).code).toBe(137);
    expect(existsSync(join(workspace, 'ran'))).toBe(false);
  });

  test.each(['thread', 'other-thread', 'parent'])('what was not swapped runs: %s', async (who) => {
    const gate = await swap('nothing', who);
    expect(await gate.finished).toMatchObject({ code: 0, stderr: '' });
    expect(gate.events.some((event) => event.type === 'swapped')).toBe(false);
    expect(existsSync(join(workspace, 'shown'))).toBe(true);
  });

  test.each(['allow', 'through'])(
    'threads that start programs at once do not stop the gate: %s',
    async (verb) => {
      copyProgram(racer, join(workspace, 'racer'));
      const decide = ({ type, slot }: { type: string; slot: number }) =>
        type === 'exec' ? `${verb} ${slot}` : undefined;
      const gate = await start(['./racer', '8', '40'], { decide });
      expect(await gate.finished).toMatchObject({ code: 0, stderr: '' });
      expect(gate.events.some((event) => event.type === 'swapped')).toBe(false);
      expect(gate.events.filter((event) => event.ok === false)).toEqual([]);
    },
  );

  test('a program file that was replaced while the question stood is not started', async () => {
    put('tool', '#!/bin/sh\n: > shown\n');
    copyProgram('/usr/bin/true', join(workspace, 'mine'));
    const gate = await start(['/bin/bash', '-c', './mine ran; echo $?'], { decide: () => undefined });
    const held = await gate.wait((event) => event.type === 'exec');
    copyProgram('/usr/bin/touch', join(workspace, 'other'));
    renameSync(join(workspace, 'other'), join(workspace, 'mine'));
    gate.send(`allow ${held.slot}`);
    expect((await gate.finished).stdout).toBe('137\n');
    expect(gate.events.find((event) => event.type === 'swapped')).toMatchObject({ what: 'program' });
    expect(existsSync(join(workspace, 'ran'))).toBe(false);
  });

  test('scripts of every kind are what they were shown to be', async () => {
    put('plain', '#!/bin/sh\necho "$0 $*"\n');
    put('with-word', '#! /bin/sh  -e \necho "$0 $*"\n');
    put('no-end', '#!/bin/echo one');
    put('through-env', '#!/usr/bin/env sh\necho "$0 $*"\n');
    put('nested', `#!${join(workspace, 'plain')} inner\n`);
    put('windows', '#!/bin/sh\r\necho no\n');
    put('no-line', 'echo bare "$@"\n');
    put('empty', '');
    put('relative', '#!plain word\n');
    const script = `./plain a b; PATH=.:$PATH with-word c; ./no-end; ./through-env d; ./nested e; ./relative f; ./windows; ./no-line g; ./empty; exec -a '' ./plain`;
    const gate = await start(['/bin/bash', '-c', script]);
    const result = await gate.finished;
    const plain = join(workspace, 'plain');
    expect(result.stdout.split('\n')).toEqual([
      './plain a b',
      './with-word c',
      'one ./no-end',
      './through-env d',
      `${plain} inner ./nested e`,
      'plain word ./relative f',
      'bare g',
      `${plain} `,
      '',
    ]);
    expect(gate.events.filter((event) => event.type === 'swapped')).toEqual([]);
  });

  test('a long command line and a long environment are compared as far as they were read', async () => {
    const script =
      'export LONG=$(printf %0100000d 7) MORE=$(printf %0100000d 8); for i in $(seq 300); do export "V$i=$i"; done; /bin/echo $(seq 20000) | wc -w; /usr/bin/env | wc -c';
    const gate = await start(['/bin/bash', '-c', script]);
    const result = await gate.finished;
    expect(result.stdout.startsWith('20000\n20')).toBe(true);
    expect(gate.events.filter((event) => event.type === 'swapped')).toEqual([]);
  });

  test("what differs from the launch's environment is told by name and value", async () => {
    const script =
      'uname; export LD_PRELOAD=./x.so; uname -s 2>/dev/null; unset LD_PRELOAD HOME; A=1 uname -r; cd /; PATH=/bin uname -m; exec -c /bin/uname';
    const gate = await start(['/bin/bash', '-c', script], { environment: { KEPT: 'as it was' } });
    await gate.finished;
    const told = gate.events.filter((event) => event.type === 'exec').map((event) => event.env?.toSorted());
    expect(told).toEqual([
      [],
      ['LD_PRELOAD=./x.so'],
      ['A=1', 'HOME'],
      ['HOME', 'PATH=/bin'],
      ['HOME', 'KEPT', 'LC_ALL', 'PATH'],
    ]);
    expect(gate.events.some((event) => event.envCut === true)).toBe(false);
  });

  test('an environment that is too large to tell is said to be', async () => {
    const gate = await start([
      '/bin/bash',
      '-c',
      'for i in $(seq 300); do export "V$i=$i"; done; uname; uname -s',
    ]);
    await gate.finished;
    const asked = gate.events.filter((event) => event.path === '/usr/bin/uname');
    expect(asked.map((event) => [event.envCut, event.env?.length])).toEqual([
      [true, 256],
      [true, 256],
    ]);
  });
});
