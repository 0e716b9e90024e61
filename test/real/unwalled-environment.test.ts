import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EventOf } from '../../src/protocol/index.ts';
import { makeFolder, type RealEngine, type ScriptResult, startRealEngine } from '../support/real-engine.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

let engine: RealEngine;
let base: ReturnType<typeof makeFolder>;
let workspace: string;
beforeEach(async () => {
  engine = await startRealEngine();
  base = makeFolder('sallyport-unwalled', '/var/tmp');
  workspace = join(base.path, 'work');
  for (const folder of [workspace, join(engine.home, 'rules')]) mkdirSync(folder, { recursive: true });
});
afterEach(async () => {
  await engine.stop();
  base.remove();
});

function writeRules(...lines: string[]): void {
  writeFileSync(join(engine.home, 'rules', 'own.rules'), `${lines.join('\n')}\n`);
}

function env(more: Record<string, string> = {}): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: base.path, ...more };
}

function run(script: string, more: { env?: Record<string, string> } = {}): Promise<ScriptResult> {
  return engine.run(script, { cwd: workspace, env: env(), answers: 'nobody', ...more });
}

function wallsOf({ events }: ScriptResult): string[] {
  const started = events.filter((event): event is EventOf<'step/started'> => event.type === 'step/started');
  return [...new Set(started.map(({ access }) => access?.wall ?? 'unknown'))];
}

describe.skipIf(process.platform !== 'linux')('the variables of a command without the wall', () => {
  it('let a variable be set for it where the rule names it, and only then', async () => {
    writeRules('prefix_rule(["printenv"], sandbox="none", env={"FOO": "x"})');
    const named = await run('FOO=x printenv FOO');
    expect([wallsOf(named), named.stdout]).toEqual([['none'], 'x\n']);
    expect(wallsOf(await run('FOO=x BAR=y printenv FOO'))).not.toContain('none');
  });

  it('give it neither variables that run code nor folders of PATH that the session writes', async () => {
    writeRules('prefix_rule(["env"], sandbox="none")', 'prefix_rule(["printenv"], sandbox="none")');
    const [code, own] = [{ LD_PRELOAD: join(workspace, 'x.so'), PYTHONPATH: workspace }, { PLAIN: 'kept' }];
    const places = { KUBECONFIG: '/etc/own', GEM_PATH: './vendor', ANY: `/opt:${workspace}/lib` };
    const more = { ...code, ...own, ...places };
    const done = await run('printenv', { env: env({ ...more, PATH: `${workspace}:/usr/bin:.` }) });
    expect(wallsOf(done)).toEqual(['none']);
    const kept = ['PLAIN=kept', 'PATH=/usr/bin', 'KUBECONFIG=/etc/own'];
    expect(done.stdout.split('\n')).toEqual(expect.arrayContaining(kept));
    expect(done.stdout).not.toMatch(/^(?:LD_PRELOAD|PYTHONPATH|GEM_PATH|ANY)=/m);
  });
});
