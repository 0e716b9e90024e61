/**
 * Runs a list of steps in one sandbox session, as whichever user, and tells what came of each as JSON lines. A process of
 * its own, so that a test can give it another user, another keyring, or kill it.
 */
import { createServer } from 'node:net';
import {
  chooseSandbox,
  type LaunchStdio,
  plainEnvironment,
  plainSettings,
  type SandboxProcess,
  type SandboxSession,
} from '../../src/engine/sandbox/index.ts';
import type { DriverSpec, DriverStep, LaunchStep } from './sandbox-steps.ts';

const spec = JSON.parse(process.argv[2] ?? '') as DriverSpec;
// Loaded before the change of user: the clone may lie where that user cannot read.
if (spec.steps.some((step) => step.kind === 'launch' && step.terminal !== undefined))
  await import('node-pty');
if (spec.gid !== process.getgid?.()) {
  process.setgroups?.([spec.gid]);
  process.setgid?.(spec.gid);
}
if (spec.uid !== process.getuid?.()) process.setuid?.(spec.uid);
process.umask(0o022);

const settings = { ...plainSettings({ ...spec.plain, env: spec.env }), ...spec.settings };
const environment = plainEnvironment(spec.env, settings);

function tell(row: object): void {
  process.stdout.write(`${JSON.stringify(row)}\n`);
}

async function main(): Promise<void> {
  const sandbox = chooseSandbox(settings.sandboxMode, { helpers: spec.helpers });
  const session = await sandbox.openSession({ settings, folders: spec.folders });
  tell({ id: 'opened', notes: session.notes });
  const together: Array<Promise<void>> = [];
  for (const step of spec.steps) {
    const done = runStep(session, step);
    if (step.kind === 'launch' && step.isTogether === true) together.push(done);
    else await done;
  }
  await Promise.all(together);
  tell({ id: 'inspected', findings: await session.inspect() });
  await session.close();
  tell({ id: 'closed' });
}

async function runStep(session: SandboxSession, step: DriverStep): Promise<void> {
  switch (step.kind) {
    case 'launch':
      return launch(session, step);
    case 'grant':
      return tell({ id: step.id, outcome: await session.grant(step.path, step.mode) });
    case 'revoke':
      return tell({ id: step.id, outcome: await session.revoke(step.path) });
    case 'listen':
      await new Promise<void>((resolve) =>
        createServer(() => tell({ id: `${step.id} reached` }))
          .listen(step.path, resolve)
          .unref(),
      );
  }
}

async function launch(session: SandboxSession, step: LaunchStep): Promise<void> {
  const stdio: LaunchStdio =
    step.terminal === undefined ? { kind: 'pipes' } : { kind: 'terminal', ...step.terminal };
  const handlers = {
    onLimit: ({ rule }: { rule: string }) => tell({ id: `${step.id} limit`, path: rule }),
    onExec: ({ slot }: { slot: number }) => launched.gate?.allow(slot),
    onWrite: async ({ slot, path }: { slot: number; path: string }) => {
      tell({ id: `${step.id} write`, path });
      if (step.grantOnWrite !== undefined) await session.grant(step.grantOnWrite, 'rw');
      if (step.grantOnWrite !== undefined) launched.gate?.allow(slot);
      else launched.gate?.deny(slot, 'sallyport: refused by the test');
    },
  };
  const launched: SandboxProcess = await session.launch({
    launchId: step.id.replaceAll(/[^a-z0-9]/gi, '-'),
    argv: step.argv,
    cwd: step.cwd ?? settings.workspace,
    environment: environment.passed,
    innerEnvironment: environment.inner,
    gate: step.gate ?? 'none',
    ...(step.gate !== undefined && step.gate !== 'none' && { handlers }),
    stdio,
  });
  const collected = collect(launched, step);
  const outcome = await launched.finished;
  tell({ id: step.id, ...collected(), outcome });
}

function collect(launched: SandboxProcess, step: LaunchStep) {
  const text = { stdout: '', stderr: '' };
  let bytes = 0;
  let isSignalled = false;
  const add = (stream: 'stdout' | 'stderr') => (chunk: Uint8Array) => {
    bytes += chunk.length;
    if (text[stream].length < 200_000) text[stream] += Buffer.from(chunk).toString('utf8');
    if (text.stdout.includes('ready') && !isSignalled) {
      isSignalled = true;
      tell({ id: `${step.id} ready` });
      if (step.signalWhenReady !== undefined) launched.signal(step.signalWhenReady);
      if (step.typeWhenReady !== undefined) launched.terminal?.write(step.typeWhenReady);
    }
  };
  launched.terminal?.onData(add('stdout'));
  launched.pipes?.stdout.on('data', add('stdout'));
  launched.pipes?.stderr.on('data', add('stderr'));
  launched.pipes?.stdin.end(step.stdin ?? '');
  return () => ({ ...text, bytes });
}

await main();
