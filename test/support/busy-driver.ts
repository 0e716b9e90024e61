/**
 * An engine in a process of its own, made to be killed while much is under way: scripts with questions, held writes that
 * become grants and are revoked, programs in terminals, connections that wait. Says `busy` once the first things run.
 */

import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createEngine } from '../../src/engine/index.ts';
import type { Approval, ApprovalAnswer } from '../../src/protocol/index.ts';
import { allowOnce, allowSession, type RealEngine, rejectWith, runScript } from './real-engine.ts';
import { startProgram } from './run-program.ts';

const [home = '', cwd = '', outside = ''] = process.argv.slice(2);
const engine = await createEngine({
  home,
  runtimeDir: join(home, 'run'),
  version: '0.0.0-test',
  resolve: async () => ['127.0.0.1'],
});
const run = (script: string, options: Parameters<typeof runScript>[2]) => runScript(engine, script, options);
const real: RealEngine = { engine, home, run, stop: () => engine.stop() };
const env = { HOME: homedir(), PATH: '/usr/local/bin:/usr/bin:/bin' };
const base = { cwd, env, policy: 'untrusted' };

/** One question in four stays open for good: its script waits until the end of all. */
function answer(approval: Approval, earlier: number): ApprovalAnswer | undefined {
  if (earlier % 4 === 3) return undefined;
  if (earlier % 4 === 2) return rejectWith('not now');
  return approval.scopes.includes('session') ? allowSession : allowOnce;
}

const scripts = [
  'touch out/a; sleep 0.1; rm -f out/a; date > /dev/null; mkdir -p out/b && rmdir out/b; ls / > /dev/null',
  `for i in 1 2 3; do echo $i >> '${outside}/file'; sleep 0.05; done; mkdir -p '${outside}/made'`,
  'curl -s -m 3 http://one.test:9/ ; curl -s -m 3 http://two.test:9/; sleep 0.2 & (setsid sleep 90 &) ; wait %1',
];

/** Again and again; a script that hangs on its question is left behind and another one begins. */
async function keepRunning(script: string): Promise<never> {
  for (;;) {
    const ran = run(script, { ...base, answer, flags: { allowDomains: ['one.test'] } });
    await Promise.race([ran.catch(() => undefined), sleep(700)]);
  }
}

async function keepTerminals(): Promise<never> {
  for (;;) {
    const loop = 'i=0; while [ $i -lt 30 ]; do echo $i; i=$((i+1)); sleep 0.02; done';
    const terminal = { columns: 80, rows: 24 };
    const program = await startProgram(real, ['sh', '-c', loop], { ...base, policy: 'never', terminal });
    await program.result;
    await program.close();
  }
}

async function keepRevoking(): Promise<never> {
  for (;;) {
    await sleep(150);
    for (const { grantId } of engine.listGrants())
      await engine.revokeGrant(grantId, 'driver').catch(() => undefined);
  }
}

const all = [...scripts.map(keepRunning), keepTerminals(), keepRevoking()];
const isStepped = Promise.withResolvers<void>();
engine.subscribe((events) => {
  if (events.some(({ type }) => type === 'approval/asked')) isStepped.resolve();
});
await isStepped.promise;
process.stdout.write('busy\n');
await Promise.all(all);
