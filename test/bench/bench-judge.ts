import { judgeStep, namedPaths, splitScript } from '../../src/policy/index.ts';
import {
  type AccessProfile,
  ConfigSnapshot,
  type Facts,
  type PathFact,
  type PrefixRule,
  type StepDraft,
} from '../../src/protocol/index.ts';
import { type BenchRow, median, timeOne } from './measure.ts';

const WORKSPACE = '/home/dev/project';
const RULES = 1000;
const ENTRIES = 200;
const ROUNDS = 200;
const SAMPLES = 21;

const SCRIPT = [
  'cd packages/app && npm ci',
  'npm run build 2>&1 | tail -20',
  'git status --short',
  'env CI=1 timeout 60 npx eslint src',
  'cp -r src/assets dist/',
  'node scripts/check.js --strict > report.txt',
  'git commit -m done',
  'grep -rn needle src',
].join('\n');

const PROGRAMS = ['git', 'npm', 'make', 'deploy', 'docker', 'kubectl', 'node', 'sudo', 'terraform', 'cp'];

function makeRule(_: unknown, index: number): PrefixRule {
  const program = PROGRAMS[index % PROGRAMS.length] ?? 'make';
  return {
    pattern: [program, [`sub${index}`, `other${index}`], '--flag'],
    decision: (['allow', 'prompt', 'forbidden'] as const)[index % 3] ?? 'prompt',
    justification: `because of ${index}`,
    origin: { layer: 'user', file: '/home/dev/.sallyport/rules/team.rules', line: index + 1, column: 1 },
  };
}

const PROFILE: AccessProfile = {
  name: 'team',
  extends: [],
  readsAll: true,
  entries: [
    { path: WORKSPACE, access: 'write' },
    ...Array.from({ length: ENTRIES - 1 }, (_, index) => ({
      path: `${WORKSPACE}/part${index % 20}/deep${index}`,
      access: (['read', 'write', 'deny'] as const)[index % 3] ?? 'read',
    })),
  ],
  denyGlobs: [`${WORKSPACE}/**/.env*`],
};

const SNAPSHOT = ConfigSnapshot.parse({
  sandboxMode: 'workspace-write',
  approvalPolicy: 'on-request',
  askOnRisk: 'high',
  approvalExpiryMs: 86_400_000,
  shell: '/bin/bash',
  execGate: false,
  workspace: WORKSPACE,
  writableRoots: PROFILE.entries.filter(({ access }) => access === 'write').map(({ path }) => path),
  tmp: 'private',
  tmpWritable: true,
  tmpSizeBytes: 1 << 30,
  networkAccess: false,
  profile: PROFILE,
  rules: { prefix: Array.from({ length: RULES }, makeRule) },
  protectSecrets: true,
  secretPaths: ['/home/dev/.ssh', '/etc/shadow'],
  protectedNames: ['.git', '.agents', '.codex', '.sallyport'],
  protectedPaths: [],
  environment: {},
  home: '/home/dev',
});

function makeFacts(step: StepDraft): Facts {
  const paths = namedPaths(step).map((path): PathFact => {
    const real = path.text.startsWith('/') ? path.text : `${WORKSPACE}/${path.text.replace(/\/$/, '')}`;
    return { ...path, real, kind: 'file' };
  });
  const program = step.form === 'program' ? { program: `/usr/bin/${step.words[0]?.value ?? ''}` } : {};
  return { at: 0, cwd: WORKSPACE, home: '/home/dev', ...program, paths, isTruncated: false, isHeld: false };
}

async function timeSnapshot(snapshot: ConfigSnapshot): Promise<{ ms: number; steps: number }> {
  const { steps } = splitScript(SCRIPT);
  const asked = steps.map((step) => ({ step, facts: makeFacts(step) }));
  const round = () =>
    timeOne(() => {
      for (let i = 0; i < ROUNDS; i++) for (const { step, facts } of asked) judgeStep(step, snapshot, facts);
    });
  // The first rounds are the compiler's.
  for (let i = 0; i < 5; i++) await round();
  const times: number[] = [];
  for (let i = 0; i < SAMPLES; i++) times.push((await round()) / ROUNDS);
  return { ms: median(times), steps: steps.length };
}

/** A script judged under many rules and a long profile. */
export async function benchJudge(): Promise<BenchRow[]> {
  const plain = await timeSnapshot({
    ...SNAPSHOT,
    profile: null,
    rules: { prefix: [], network: [], hostExecutables: [] },
    writableRoots: [WORKSPACE],
  });
  const { ms, steps } = await timeSnapshot(SNAPSHOT);
  return [
    {
      name: `a script of ${steps} steps judged under ${RULES} rules and ${ENTRIES} entries`,
      value: ms,
      unit: 'ms',
      baseline: { name: 'with none', value: plain.ms },
      ratio: ms / plain.ms,
      aim: 'under 1 ms',
      isMet: ms < 1,
    },
  ];
}
