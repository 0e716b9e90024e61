/** An engine in a process of its own, made to be killed: it runs one script, allows all but `held`, and says when it waits. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { createEngine } from '../../src/engine/index.ts';
import { openParams } from './real-engine.ts';

const [home = '', cwd = '', script = ''] = process.argv.slice(2);
const engine = await createEngine({ home, runtimeDir: join(home, 'run'), version: '0.0.0-test' });
const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
streams.stdin.end();
streams.stdout.resume();
streams.stderr.resume();
engine.subscribe((events) => {
  for (const event of events) {
    if (event.type !== 'approval/asked') continue;
    if (event.argv?.[0] === 'held') process.stdout.write('waiting\n');
    else {
      const { approvalId } = event;
      const answer = { outcome: 'allowed' as const, scope: 'once' as const };
      void engine.answerApproval({ approvalId, requestKey: approvalId, by: 'driver', answer });
    }
  }
});
const params = openParams({
  cwd,
  policy: 'untrusted',
  env: { HOME: homedir(), PATH: `${cwd}:/usr/bin:/bin` },
});
const { session } = await engine.openSession(params, streams);
await session.exec(script);
