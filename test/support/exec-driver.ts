/** Runs one script through a real engine as another user, and tells as JSON what came of it. A process of its own. */
import { readFileSync } from 'node:fs';
import type { Approval, ApprovalAnswer } from '../../src/protocol/index.ts';
import { startRealEngine } from './real-engine.ts';

export interface ExecDriverSpec {
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
  readonly cwd: string;
  readonly script: string;
  readonly policy: string;
  /** Answers in the order of the questions; the last one counts for all that follow. */
  readonly answers: readonly ApprovalAnswer[];
  /** Every grant is revoked as soon as this file has this text. */
  readonly revokeWhen?: { readonly file: string; readonly text: string };
}

export interface ExecDriverResult {
  readonly uid: number;
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly questions: readonly Approval[];
}

const spec = JSON.parse(process.argv[2] ?? '') as ExecDriverSpec;
if (spec.uid !== process.getuid?.()) {
  process.setgroups?.([spec.gid]);
  process.setgid?.(spec.gid);
  process.setuid?.(spec.uid);
}
process.umask(0o022);
const real = await startRealEngine();
const revokeIfDue = (): void => {
  const due = spec.revokeWhen;
  if (!due || readFileSync(due.file, 'utf8') !== due.text) return;
  for (const grant of real.engine.listGrants()) void real.engine.revokeGrant(grant.grantId, 'driver');
};
const ran = await real.run(spec.script, {
  cwd: spec.cwd,
  policy: spec.policy,
  env: { HOME: spec.home },
  answer: (_approval, earlier) => spec.answers[Math.min(earlier, spec.answers.length - 1)],
  onEvent: (event) => {
    if (event.type === 'step/finished') revokeIfDue();
  },
});
await real.stop();
const result: ExecDriverResult = {
  uid: process.getuid?.() ?? -1,
  exitCode: ran.result.exitCode,
  stdout: ran.stdout,
  stderr: `${ran.stderr}${ran.result.message ?? ''}`,
  questions: ran.questions,
};
process.stdout.write(JSON.stringify(result));
