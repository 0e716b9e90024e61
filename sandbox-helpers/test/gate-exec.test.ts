import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  buildHelpers,
  compileProgram,
  copyProgram,
  encodeField,
  makeFolder,
  own,
  removeFolders,
  users,
} from './support/helper-files.ts';
import {
  allowAll,
  askedOf,
  type GateEvent,
  type GateSpec,
  type RunningGate,
  startGate,
} from './support/start-gate.ts';
import { type RunningHolder, startHolder } from './support/start-holder.ts';

const helpers = buildHelpers();
afterAll(removeFolders);

function baseName(event: GateEvent): string {
  return (event.argv[0] ?? '').split('/').pop() ?? '';
}

function denying(name: string): (event: GateEvent) => string | undefined {
  return (event) =>
    event.type === 'exec' && baseName(event) === name
      ? `deny ${event.slot} ${encodeField(`sallyport: rejected cmd-1: not ${name}`)}`
      : allowAll(event);
}

describe.each(users)('the exec gate as $name', (user) => {
  let holder: RunningHolder;
  let workspace: string;

  beforeAll(async () => {
    workspace = makeFolder(user);
    holder = await startHolder(helpers.path('holder'), [], user);
    return async () => {
      await holder.close();
    };
  });

  function start(script: string | readonly string[], more: Partial<GateSpec> = {}): Promise<RunningGate> {
    const argv = typeof script === 'string' ? ['/bin/bash', '-c', script] : script;
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

  const lists: ReadonlyArray<readonly [script: string, asked: readonly string[], stdout: string]> = [
    ['uname && echo hi && uname -s', ['uname', 'uname -s'], 'Linux\nhi\nLinux\n'],
    ['true; /bin/true; exit 3', ['/bin/true'], ''],
    ['(uname; (uname -s))', ['uname', 'uname -s'], 'Linux\nLinux\n'],
    ['echo b | cat | tr b c', ['cat', 'tr b c'], 'c\n'],
    ['for i in 1 2 3; do uname; done', ['uname', 'uname', 'uname'], 'Linux\nLinux\nLinux\n'],
    ['x=$(uname); echo "$x"', ['uname'], 'Linux\n'],
    ['cat <(uname)', ['cat /dev/fd/63', 'uname'], 'Linux\n'],
    ['env A=1 uname', ['env A=1 uname', 'uname'], 'Linux\n'],
    ['echo a b | xargs -n1 echo', ['xargs -n1 echo', 'echo a', 'echo b'], 'a\nb\n'],
    ["sh -c 'uname; uname -s'", ['sh -c uname; uname -s', 'uname', 'uname -s'], 'Linux\nLinux\n'],
    ["sh -c ':'; uname", ['sh -c :', 'uname'], 'Linux\n'],
    ["sh -c '(uname) & wait'", ['sh -c (uname) & wait', 'uname'], 'Linux\n'],
    ['timeout 5 env uname', ['timeout 5 env uname', 'env uname', 'uname'], 'Linux\n'],
    ["exec bash -c 'uname; uname -s'", ['bash -c uname; uname -s', 'uname', 'uname -s'], 'Linux\nLinux\n'],
    ['sleep 0.05 & wait; uname', ['sleep 0.05', 'uname'], 'Linux\n'],
    ["setsid sh -c 'uname' | cat", ['setsid sh -c uname', 'sh -c uname', 'uname', 'cat'], 'Linux\n'],
    ["/proc/self/exe -c 'uname'", ['/proc/self/exe -c uname'], 'Linux\n'],
    ['d=/tmp; cd $d && ../usr/bin/uname', ['../usr/bin/uname'], 'Linux\n'],
  ];

  test.each(lists)('asks once per program: %s', async (script, asked, stdout) => {
    const gate = await start(script);
    const result = await gate.finished;
    expect(result.stderr).toBe('');
    expect(result.stdout).toBe(stdout);
    expect(askedOf(gate).toSorted()).toEqual([...asked].toSorted());
    expect(gate.events.filter((event) => event.type === 'captured' && event.ok !== true)).toEqual([]);
    expect(gate.events.filter((event) => event.type === 'swapped')).toEqual([]);
  });

  test('says hello first, then the root, and the exit codes of watched runs', async () => {
    const gate = await start('true; sh -c "exit 7"; /bin/false; bash -c "kill -9 \\$\\$"', {
      decide: (event) => (event.type === 'exec' ? `allow ${event.slot} watch` : undefined),
    });
    await gate.finished;
    expect(gate.events[0]).toMatchObject({ type: 'hello', launch: 'launch-1', gate: 'exec' });
    expect(gate.events[1]).toMatchObject({ type: 'root' });
    const ends = gate.events.filter((event) => event.type === 'exit');
    expect(ends.length).toBe(3);
    if (gate.events[0]?.exitCodes === true) {
      expect(ends.map(({ code, signal }) => code ?? `signal ${signal}`)).toEqual([7, 1, 'signal 9']);
    }
  });

  test('a denied program gives 126, its reason on stderr, and what follows goes on', async () => {
    const gate = await start('touch kept; rm kept; echo $?; ls kept', { decide: denying('rm') });
    const result = await gate.finished;
    expect(result.stdout).toBe('126\nkept\n');
    expect(result.stderr.split('\n')[0]).toBe('sallyport: rejected cmd-1: not rm');
    expect(result.code).toBe(0);
  });

  test('a denied program behind a launcher is denied too', async () => {
    const gate = await start('touch kept2; env rm kept2; sh -c "rm kept2"; echo kept2 | xargs rm; ls kept2', {
      decide: denying('rm'),
    });
    const result = await gate.finished;
    expect(result.stdout).toBe('kept2\n');
    expect(result.stderr.match(/not rm/g)?.length).toBe(3);
  });

  test('the last command of the root shell, which runs without a fork, ends with 126 when denied', async () => {
    const gate = await start('uname && rm x', { decide: denying('rm') });
    expect((await gate.finished).code).toBe(126);
  });

  test('execs of an allowed program pass unasked', async () => {
    const script =
      'import subprocess; subprocess.run(["uname"]); subprocess.run("uname -s; date >/dev/null", shell=True)';
    const gate = await start(`/usr/bin/python3 -c '${script}'`);
    expect((await gate.finished).stdout).toBe('Linux\nLinux\n');
    expect(askedOf(gate).length).toBe(1);
  });

  test('the probes of PATH are not asked, a missing command gives 127', async () => {
    const gate = await start('nosuchprogram; echo $?', {
      environment: { PATH: '/nowhere:/root/x:/etc:/usr/bin' },
    });
    expect((await gate.finished).stdout).toBe('127\n');
    expect(askedOf(gate)).toEqual([]);
  });

  test('a program reached through a link that only the caller can follow is asked', async () => {
    const gate = await start('ln -sf /proc/self/cwd here; ln -sf /proc/self/exe again; here/again -c uname');
    expect((await gate.finished).stdout).toBe('Linux\n');
    expect(askedOf(gate).slice(2)).toEqual(['here/again -c uname']);
  });

  test('a program in a removed directory is asked by its relative name', async () => {
    const gate = await start('mkdir -p gone/in; cp /bin/uname gone; cd gone/in; rmdir ../in; ../uname');
    await gate.finished;
    expect(askedOf(gate).slice(-1)).toEqual(['../uname']);
  });

  test('scripts come with their interpreter line', async () => {
    const script = join(workspace, 'tool');
    writeFileSync(script, '#! /bin/sh -e\nuname\n', { mode: 0o755 });
    own(script, user);
    const gate = await start('./tool');
    expect((await gate.finished).stdout).toBe('Linux\n');
    const asked = gate.events.find((event) => event.type === 'exec');
    expect(asked).toMatchObject({
      path: './tool',
      shebang: '/bin/sh -e',
      cwd: workspace,
      truncated: false,
      lossy: false,
      threads: 1,
    });
  });

  test('bytes that are no text are replaced and said to be', async () => {
    const gate = await start("echo -n; /bin/echo $'a\\xffb' $'quote\\042 and\\nline'");
    await gate.finished;
    const asked = gate.events.find((event) => event.type === 'exec');
    expect(asked).toMatchObject({ argv: ['/bin/echo', 'a\uFFFDb', 'quote" and\nline'], lossy: true });
  });

  test('a long command line is cut and said to be', async () => {
    const gate = await start(
      '/bin/echo $(seq 5000) >/dev/null; /bin/echo $(printf %0100000d 7) > /dev/null; uname',
    );
    expect((await gate.finished).stdout).toBe('Linux\n');
    const echoes = gate.events.filter((event) => event.type === 'exec' && event.path === '/bin/echo');
    expect(echoes.map((event) => event.truncated)).toEqual([true, true]);
    expect(echoes.map((event) => event.argv.length)).toEqual([1024, 2]);
    expect(Buffer.byteLength(echoes[1]?.argv.join('') ?? '')).toBeLessThanOrEqual(65536);
  });

  test.each(['spawn', 'vfork', 'clone', 'thread', 'execveat', 'fexecve', 'static'])(
    'a caller that uses %s is asked once when its image is gated',
    async (how) => {
      const flags = how === 'static' ? ['-static'] : [];
      const caller = compileProgram('caller', makeFolder(), flags);
      copyProgram(caller, join(workspace, 'caller'));
      const gate = await start(['./caller', how === 'static' ? 'spawn' : how]);
      expect(await gate.finished).toMatchObject({ code: 0, stdout: 'Linux\n', stderr: '' });
      expect(askedOf(gate)).toEqual(['uname']);
      expect(gate.events.find((event) => event.type === 'exec')?.path).toBe('/usr/bin/uname');
      expect(gate.events.find((event) => event.type === 'exec')?.shared).toBe(false);
      expect(gate.events.some((event) => event.type === 'swapped')).toBe(false);
    },
  );

  test('a launcher that somebody else traces is followed all the same', async () => {
    copyProgram(compileProgram('caller', makeFolder()), join(workspace, 'caller'));
    const gate = await start(['./caller', 'traced']);
    expect(await gate.finished).toMatchObject({ code: 7, stdout: 'Linux\n' });
    expect(askedOf(gate)).toEqual(['sh -c uname; exit 7', 'uname']);
    expect(gate.events.find((event) => event.type === 'captured')).toMatchObject({ ok: true });
  });

  test('arguments at the very end of mapped memory are read', async () => {
    copyProgram(compileProgram('caller', makeFolder()), join(workspace, 'caller'));
    const gate = await start(['./caller', 'edge']);
    expect(await gate.finished).toMatchObject({ code: 0, stdout: 'Linux\n' });
    expect(askedOf(gate)).toEqual(['uname']);
  });

  test('arguments that are not readable fail as the kernel would let them fail', async () => {
    copyProgram(compileProgram('caller', makeFolder()), join(workspace, 'caller'));
    const gate = await start(['./caller', 'badpath']);
    expect(await gate.finished).toMatchObject({ code: 14 });
    expect(askedOf(gate)).toEqual([]);
  });

  test('fifty held at once are answered each for itself', async () => {
    const gate = await start('for i in $(seq 50); do /bin/echo $i & done; wait', {
      decide: (event) => (event.type === 'exec' && baseName(event) !== 'echo' ? allowAll(event) : undefined),
    });
    await gate.wait((event) => event.type === 'exec' && baseName(event) === 'echo', 50);
    const held = gate.events.filter((event) => event.type === 'exec' && baseName(event) === 'echo');
    expect(new Set(held.map((event) => event.slot)).size).toBe(50);
    for (const event of held.toReversed()) {
      const isOdd = Number(event.argv[1]) % 2 === 1;
      gate.send(isOdd ? `allow ${event.slot}` : `deny ${event.slot} ${encodeField('no')}`);
    }
    const result = await gate.finished;
    const odd = Array.from({ length: 25 }, (_, index) => String(index * 2 + 1));
    expect(result.stdout.trim().split('\n').toSorted()).toEqual(odd.toSorted());
    expect(result.stderr.match(/^no$/gm)?.length).toBe(25);
  });

  test('the end of a held caller is told, and a late answer for it lets nothing pass', async () => {
    const holds = ['sleep', 'true'];
    const gate = await start('/bin/sleep 50 & /bin/true; kill %1; wait; uname; echo end', {
      decide: (event) =>
        event.type === 'exec' && holds.includes(baseName(event)) ? undefined : allowAll(event),
    });
    const held = await gate.wait((event) => event.path === '/bin/sleep');
    // Only now does the shell come to its "kill": the program in the background is held for sure.
    const barrier = await gate.wait((event) => event.path === '/bin/true');
    gate.send(`allow ${barrier.slot}`);
    await gate.wait((event) => event.type === 'exit' && event.slot === held.slot);
    gate.send(`allow ${held.slot}`);
    expect((await gate.finished).stdout).toBe('Linux\nend\n');
  });

  test('the ask helper on a read-only mount is not asked about', async () => {
    const folder = makeFolder(user);
    const ask = copyProgram(helpers.path('ask'), join(folder, 'ask'));
    const other = await startHolder(
      helpers.path('holder'),
      ['--tmpfs', '/run', '65536', '0755', '--ro-bind', ask, '/run/sallyport/ask'],
      user,
    );
    const gate = await start(
      '/run/sallyport/ask /nowhere step-1; echo $?; cp /run/sallyport/ask ask; ./ask /nowhere step-1',
      {
        anchorPid: other.anchorPid,
      },
    );
    const result = await gate.finished;
    expect(result.stdout).toBe('126\n');
    expect(askedOf(gate)).toEqual(['cp /run/sallyport/ask ask', './ask /nowhere step-1']);
    await other.close();
  });

  test('the inner half gives 127 and 126 like a shell', async () => {
    mkdirSync(join(workspace, 'dir'), { recursive: true });
    writeFileSync(join(workspace, 'plain'), 'x', { mode: 0o644 });
    expect((await (await start(['nosuchprogram'])).finished).code).toBe(127);
    expect((await (await start(['./nosuchprogram'])).finished).code).toBe(127);
    expect((await (await start(['./plain'])).finished).code).toBe(126);
    expect((await (await start(['./dir'])).finished).code).toBe(126);
  });
});
