import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../../src/engine/config/index.ts';
import { checkScript } from '../../src/engine/index.ts';
import { NO_FLAGS } from '../../src/protocol/index.ts';
import { eventsOf } from '../support/events-of.ts';
import type { RealEngine, ScriptResult } from '../support/real-engine.ts';
import { openToolSession } from '../support/tool-session.ts';
import { openUnwalledPlace, type UnwalledPlace, wallsOf } from '../support/unwalled-place.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

let place: UnwalledPlace;
let engine: RealEngine;
let workspace: string;
let outside: string;
beforeEach(async () => {
  place = await openUnwalledPlace();
  ({ engine, workspace, outside } = place);
});
afterEach(() => place.close());

const TOUCH = 'prefix_rule(["touch"], sandbox="none")';

function reasonsOf({ events }: ScriptResult): string {
  return eventsOf(events, 'step/judged')
    .flatMap(({ reasons }) => reasons.map(({ text }) => text))
    .join('\n');
}

async function whenGone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 400; tries += 1) {
    if (!isRunning(pid)) return true;
    await delay(25);
  }
  return false;
}

function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describe.skipIf(process.platform !== 'linux')('rules with sandbox="none" (Linux: real wall)', () => {
  it('let a script of such commands run outside, and say so everywhere', async () => {
    const file = place.writeRules(TOUCH);
    const done = await place.run('set -e; touch ~/one && true; touch made | touch ~/two');
    expect(done.result).toMatchObject({ outcome: 'ran', exitCode: 0 });
    expect(['one', 'two'].map((name) => existsSync(join(outside, name)))).toEqual([true, true]);
    expect(done.stderr).toBe(`sallyport: Runs without the wall: rule ${file}:1.\n`);
    expect(eventsOf(done.events, 'message/added').map(({ role, text }) => `${role} ${text}`)).toEqual([
      `system Runs without the wall: rule ${file}:1.`,
    ]);
    expect(wallsOf(done)).toEqual(['none']);
    const [started] = eventsOf(done.events, 'step/started');
    expect(started?.access).toMatchObject({ write: ['/'], masked: [], network: 'on', gate: 'shell' });
    expect(reasonsOf(done)).toContain(`It runs without the wall: the rule at ${file}:1 says sandbox="none".`);
    const judged = eventsOf(done.events, 'step/judged');
    expect(judged.every(({ facts }) => facts.isUnwalled === true)).toBe(true);
  });

  it('are for one launch: the next one of the session has the wall', async () => {
    place.writeRules(TOUCH);
    const tools = await openToolSession(engine, { cwd: workspace, env: place.env(), answers: 'nobody' });
    const out = await tools.propose('shell', { script: `touch ${outside}/first` });
    const other = await tools.propose('shell', { script: `echo x > ${outside}/second` });
    expect([out.outcome, existsSync(join(outside, 'first'))]).toEqual(['ran', true]);
    expect([other.outcome === 'ran' && other.exitCode === 0, existsSync(join(outside, 'second'))]).toEqual([
      false,
      false,
    ]);
    await tools.close();
  });

  it.each([
    ['a further command', 'touch ~/out; ls', 'no rule lets `ls` run without the wall'],
    ['a redirection', 'touch ~/out > log', '`touch ~/out > log` has a redirection'],
    ['a substitution', 'touch ~/out "$(touch x)"', '`touch x` is no plain command'],
    ['an unknown word', 'touch ~/out $X', 'not all words of `touch ~/out $X` are known before it runs'],
    ['a loop', 'while touch ~/out; do exit; done', '`touch ~/out` is no plain command'],
    [
      'a condition',
      'if touch ~/out; then exit; fi',
      'the script is more than plain commands one after another',
    ],
    ['a launcher', 'timeout 5 touch ~/out', '`touch ~/out` is started by another program'],
    ['a function', 'touch() { :; }; touch ~/out', '`:` is no plain command'],
    ['another folder', 'cd /; touch ~/out', '`cd /` is done by the shell itself'],
    ['a relative path', '../../../../usr/bin/touch ~/out', undefined],
    ['a background job', 'touch ~/out & wait', '`touch ~/out` is no plain command'],
    ['what is set for it', 'LD_PRELOAD=./x.so touch ~/out', undefined],
    ['what is set for it and nobody knows', 'FOO=x touch ~/out', undefined],
  ])('count for nothing with %s', async (_name, script, why) => {
    const file = place.writeRules(TOUCH);
    const done = await place.run(script);
    expect(existsSync(join(outside, 'out'))).toBe(false);
    expect(wallsOf(done).filter((wall) => wall === 'none')).toEqual([]);
    expect(done.stderr).not.toContain('Runs without');
    if (why !== undefined)
      expect(reasonsOf(done)).toContain(
        `The rule at ${file}:1 says sandbox="none", but it stays behind the wall: ${why}.`,
      );
  });

  it('give way to rules that ask or forbid, to a critical risk and to read-only', async () => {
    place.writeRules(TOUCH, 'prefix_rule(["touch"], "prompt", contains=["--reference"])');
    await place.run('touch ~/out --reference /etc/hostname');
    place.writeRules(TOUCH, 'prefix_rule(["touch"], "forbidden", contains=["-c"])');
    await place.run('touch ~/out -c');
    expect(existsSync(join(outside, 'out'))).toBe(false);
    place.writeRules('prefix_rule(["rm"], sandbox="none")');
    const risky = await place.run('rm -rf ~/');
    expect([existsSync(outside), wallsOf(risky).includes('none')]).toEqual([true, false]);
    place.writeRules(TOUCH);
    const reading = await place.run('touch ~/out', { sandbox: 'read-only' });
    expect(existsSync(join(outside, 'out'))).toBe(false);
    expect(reasonsOf(reading)).toContain('stays behind the wall: this session is read-only.');
  });

  it('keep protected paths and the folders of Sallyport', async () => {
    place.writeRules(TOUCH);
    mkdirSync(join(workspace, '.git'));
    for (const policy of ['on-request', 'never']) {
      await place.run('touch .git/config', { policy });
      await place.run(`touch ${engine.home}/rules/more.rules`, { policy });
    }
    expect(existsSync(join(workspace, '.git', 'config'))).toBe(false);
    expect(existsSync(join(engine.home, 'rules', 'more.rules'))).toBe(false);
  });

  it('of a project do nothing', async () => {
    const rules = join(workspace, '.sallyport', 'rules');
    mkdirSync(rules, { recursive: true });
    writeFileSync(join(rules, 'own.rules'), `${TOUCH}\n`);
    const trusted = `[projects."${workspace}"]\ntrust_level = "trusted"\n`;
    for (const config of ['', trusted]) {
      writeFileSync(join(engine.home, 'config.toml'), config);
      const done = await place.run('touch ~/out');
      expect([existsSync(join(outside, 'out')), wallsOf(done).includes('none')]).toEqual([false, false]);
    }
    writeFileSync(join(engine.home, 'config.toml'), trusted.replace('"trusted"', '"full"'));
    await place.run('touch ~/out');
    expect(existsSync(join(outside, 'out'))).toBe(true);
  });

  it('take no program that the session can put there', async () => {
    const fake = join(workspace, 'bin');
    mkdirSync(fake);
    writeFileSync(join(fake, 'touch'), `#!/bin/sh\necho fake > ${outside}/fake\n`);
    chmodSync(join(fake, 'touch'), 0o755);
    place.writeRules(
      TOUCH,
      `prefix_rule(["${fake}/touch"], sandbox="none")`,
      `prefix_rule(["mine"], sandbox="none")`,
    );
    const PATH = `${fake}:${place.env()['PATH']}`;
    // Its own folder is not looked in, so it is the real one.
    await place.run('touch ~/out', { env: place.env({ PATH }) });
    expect([existsSync(join(outside, 'out')), existsSync(join(outside, 'fake'))]).toEqual([true, false]);
    const named = await place.run(`${fake}/touch ~/named`);
    expect(reasonsOf(named)).toContain(`\`${fake}/touch\` is a file that the session can change`);
    // A way through the workspace: the session could lead it elsewhere.
    const bin = join(outside, 'bin');
    mkdirSync(bin);
    symlinkSync('/usr/bin/touch', join(workspace, 'link'));
    symlinkSync(join(workspace, 'link'), join(bin, 'mine'));
    const linked = await place.run('mine ~/linked', {
      env: place.env({ PATH: `${bin}:${place.env()['PATH']}` }),
    });
    expect(reasonsOf(linked)).toContain('`mine` is a file that the session can change');
    const made = ['fake', 'named', 'linked'].map((name) => existsSync(join(outside, name)));
    expect(made).toEqual([false, false, false]);
  });

  it('hold for one program as it is typed', async () => {
    const file = place.writeRules(TOUCH);
    const tools = await openToolSession(engine, { cwd: workspace, env: place.env(), answers: 'nobody' });
    const result = await tools.session.run(['touch', join(outside, 'typed')]);
    expect([result.exitCode, existsSync(join(outside, 'typed'))]).toEqual([0, true]);
    expect(tools.eventsOf('message/added').map(({ text }) => text)).toEqual([
      `Runs without the wall: rule ${file}:1.`,
    ]);
    const other = await tools.session.run(['env', 'A=1', 'touch', join(outside, 'other')]);
    expect([other.exitCode === 0, existsSync(join(outside, 'other'))]).toEqual([false, false]);
    await tools.close();
  });

  it('are asked again when the session goes on', async () => {
    const file = place.writeRules(TOUCH);
    const tools = await openToolSession(engine, { cwd: workspace, env: place.env(), answers: 'nobody' });
    await engine.engine.pauseSession(tools.session.sessionId, true, 'test');
    const running = tools.session.exec('touch ~/late');
    await vi.waitFor(() => expect(tools.eventsOf('step/judged')).toHaveLength(1), { timeout: 20_000 });
    expect(tools.eventsOf('step/judged')[0]?.facts.isUnwalled).toBe(true);
    rmSync(file);
    const { sessionId } = tools.session;
    // The configuration is read anew with it.
    await engine.engine.setSession({ sessionId, key: 'approval_policy', value: 'untrusted', by: 'test' });
    await engine.engine.pauseSession(tools.session.sessionId, false, 'test');
    const result = await running;
    expect(result).toMatchObject({ outcome: 'refused', exitCode: 126 });
    expect(result.message).toContain('it was to run without the wall, but no rule lets it run so now');
    expect(existsSync(join(outside, 'late'))).toBe(false);
    await tools.close();
  });

  it('end with the session, with all that was started', async () => {
    const program = join(outside, 'stay');
    const note = join(outside, 'pids');
    writeFileSync(
      program,
      `#!/bin/sh\nsetsid sleep 300 &\necho $! $$ > ${note}.new\nmv ${note}.new ${note}\nwait\n`,
    );
    chmodSync(program, 0o755);
    place.writeRules(`prefix_rule(["${program}"], sandbox="none")`);
    const tools = await openToolSession(engine, { cwd: workspace, env: place.env(), answers: 'nobody' });
    const running = tools.session.exec(program);
    await vi.waitFor(() => expect(existsSync(note)).toBe(true), { timeout: 30_000 });
    const pids = readFileSync(note, 'utf8').trim().split(' ').map(Number);
    expect(pids.map(isRunning)).toEqual([true, true]);
    await tools.session.close('finished');
    expect((await running).outcome).toBe('cancelled');
    expect(await Promise.all(pids.map(whenGone))).toEqual([true, true]);
    await tools.close();
  });

  it('hold with the kernel gate too, and what the program starts is judged as without a wall', async () => {
    writeFileSync(join(engine.home, 'config.toml'), 'exec_gate = true\n');
    const program = join(outside, 'twice');
    writeFileSync(program, '#!/bin/sh\n/usr/bin/touch "$1"\n/usr/bin/touch "$2"\n');
    chmodSync(program, 0o755);
    place.writeRules(
      `prefix_rule(["${program}"], sandbox="none")`,
      `prefix_rule(["/usr/bin/touch"], "forbidden", contains=["${outside}/never"])`,
      'prefix_rule(["touch"], "forbidden", contains=["never"])',
    );
    const done = await place.run(`${program} ~/out ${outside}/never`);
    expect([existsSync(join(outside, 'out')), wallsOf(done)]).toEqual([true, ['none']]);
    if (eventsOf(done.events, 'step/started')[0]?.access?.gate === 'kernel')
      expect(existsSync(join(outside, 'never'))).toBe(false);
  });

  it('are shown before anything runs', async () => {
    const file = place.writeRules(TOUCH);
    const config = loadConfig({
      cwd: workspace,
      home: outside,
      env: { ...place.env(), SALLYPORT_HOME: engine.home },
      flags: NO_FLAGS,
      ports: { findSecrets: () => [] },
    });
    const context = {
      snapshot: config.snapshot,
      searchPath: place.env()['PATH'] ?? '',
      nowMs: () => Date.now(),
      origins: config.origins,
    };
    const { checked } = await checkScript('touch ~/out', context);
    expect(checked.steps[0]).toMatchObject({ verdict: 'allow', category: 'rule' });
    expect(checked.steps[0]?.reasons.map(({ text }) => text)).toContain(
      `It runs without the wall: the rule at ${file}:1 says sandbox="none".`,
    );
    expect(checked.steps[0]?.explanation?.access).toEqual([
      'There is no wall: every file may be read and written, and the network is on.',
    ]);
    expect(checked.steps[0]?.explanation?.alternatives).toContainEqual({
      change: `without the rule at ${file}:1`,
      verdict: 'ask',
    });
    const mixed = await checkScript('touch ~/out; ls', context);
    expect(mixed.checked.steps[0]?.verdict).toBe('ask');
    expect(existsSync(join(outside, 'out'))).toBe(false);
  });

  it('change nothing where there is no wall anyway', async () => {
    place.writeRules(TOUCH);
    const done = await place.run('touch ~/out; ls', { sandbox: 'danger-full-access' });
    expect(existsSync(join(outside, 'out'))).toBe(true);
    expect(done.stderr).not.toContain('Runs without');
    expect(reasonsOf(done)).not.toContain('sandbox="none"');
  });
});
