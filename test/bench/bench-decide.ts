import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { openJournal } from '../../src/engine/history/index.ts';
import { judgeStep, splitScript } from '../../src/policy/index.ts';
import { type ConfigSnapshot, createIdMaker, type EventBody, type Facts } from '../../src/protocol/index.ts';
import { makeFolder } from '../support/real-engine.ts';
import { benchJudge } from './bench-judge.ts';
import { type BenchRow, median, timeOne } from './measure.ts';

const SCRIPT = [
  'cd packages/app && npm ci',
  'npm run build 2>&1 | tail -20',
  'git status --short',
  'rm -rf dist coverage',
  'cp -r src/assets dist/',
  'node scripts/check.js --strict > report.txt',
  'for file in a b c; do sed -i s/x/y/ $file; done',
  'grep -rn needle src',
].join('\n');

const snapshot: ConfigSnapshot = {
  sandboxMode: 'workspace-write',
  approvalPolicy: 'on-request',
  askOnRisk: 'high',
  approvalExpiryMs: 86_400_000,
  shell: '/bin/bash',
  execGate: false,
  workspace: '/home/dev/project',
  writableRoots: ['/home/dev/project'],
  tmp: 'private',
  tmpWritable: true,
  tmpSizeBytes: 1 << 30,
  networkAccess: false,
  network: { allow: [], deny: [], proxy: null, caFile: null },
  limits: { processes: null, memoryBytes: null, fileBytes: null, openFiles: null, wallTimeMs: null },
  profile: null,
  ignored: null,
  rules: { prefix: [], network: [], hostExecutables: [] },
  approvalsReviewer: 'user',
  trustedMcpServers: [],
  skillFolders: [],
  protectSecrets: true,
  secretPaths: ['/home/dev/.ssh', '/etc/shadow'],
  protectedNames: ['.git', '.agents', '.codex', '.sallyport'],
  protectedPaths: [],
  environment: { include: [], exclude: [], set: {} },
  home: '/home/dev',
};

const facts: Facts = {
  at: 0,
  cwd: '/home/dev/project',
  home: '/home/dev',
  paths: [],
  isTruncated: false,
  isHeld: false,
};

/** Scripts of about ten steps, split and judged. */
export async function benchPolicy(): Promise<BenchRow[]> {
  const once = (): number => {
    const { steps } = splitScript(SCRIPT);
    for (const step of steps) judgeStep(step, snapshot, facts);
    return steps.length;
  };
  const steps = once();
  const rounds = 2000;
  const round = () =>
    timeOne(() => {
      for (let i = 0; i < rounds; i++) once();
    });
  // The first rounds are the compiler's.
  for (let i = 0; i < 3; i++) await round();
  const ms = median([await round(), await round(), await round(), await round(), await round()]);
  return [
    {
      name: `scripts of ${steps} steps, split and judged`,
      value: (rounds / ms) * 1000,
      unit: '/s',
      aim: 'at least 5,000 /s',
    },
    ...(await benchJudge()),
  ];
}

/** Single durable appends, 64 in flight, as a busy session makes them. */
export async function benchAppends(): Promise<BenchRow[]> {
  const folder = makeFolder('sallyport-bench');
  const journal = await openJournal({ file: join(folder.path, 'history.sqlite'), nowMs: () => Date.now() });
  const ids = createIdMaker(
    () => Date.now(),
    (count) => randomBytes(count),
  );
  const sessionId = ids.session();
  const turnId = ids.turn();
  const message: EventBody = { type: 'message/added', turnId, role: 'agent', text: 'x'.repeat(200) };
  await journal.append(sessionId, [
    {
      type: 'session/opened',
      engineId: 'bench',
      engineVersion: '0',
      protocolVersion: 1,
      origin: 'bench',
      agentName: 'bench',
      title: 'bench',
      cwd: '/',
      workspace: '/',
      hasTerminal: false,
    },
  ]);
  const total = 6400;
  const inFlight = 64;
  const ms = await timeOne(async () => {
    const writers = Array.from({ length: inFlight }, async () => {
      for (let i = 0; i < total / inFlight; i++) await journal.append(sessionId, [message]);
    });
    await Promise.all(writers);
  });
  const alone = 200;
  const aloneMs = await timeOne(async () => {
    for (let i = 0; i < alone; i++) await journal.append(sessionId, [message]);
  });
  await journal.close();
  folder.remove();
  return [
    {
      name: 'durable appends, 64 in flight',
      value: (total / ms) * 1000,
      unit: '/s',
      aim: 'at least 2,000 /s',
    },
    { name: 'one durable append, alone', value: aloneMs / alone, unit: 'ms' },
  ];
}
