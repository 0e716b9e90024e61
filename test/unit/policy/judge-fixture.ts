import { namedPaths, splitScript } from '../../../src/policy/index.ts';
import type { ConfigSnapshot, Facts, PathFact, StepDraft } from '../../../src/protocol/index.ts';

export const WORKSPACE = '/home/u/project';

/** A session in a workspace of an ordinary user, with the parts that a test changes. */
export function makeSnapshot(changes: Partial<ConfigSnapshot> = {}): ConfigSnapshot {
  const isReadOnly = changes.sandboxMode === 'read-only';
  return {
    sandboxMode: 'workspace-write',
    approvalPolicy: 'on-request',
    askOnRisk: 'high',
    approvalExpiryMs: 86_400_000,
    shell: '/bin/bash',
    execGate: true,
    workspace: WORKSPACE,
    writableRoots: isReadOnly ? [] : [WORKSPACE],
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
    secretPaths: ['/home/u/.ssh', '/home/u/.aws', '/etc/shadow'],
    protectedNames: ['.git', '.agents', '.codex', '.sallyport'],
    protectedPaths: [`${WORKSPACE}/.envrc`],
    environment: { include: [], exclude: [], set: {} },
    home: '/home/u',
    ...changes,
  };
}

/** Where a path as written lies, when no symbolic link stands on the way. */
function realOf(text: string): string {
  const whole = text.startsWith('~')
    ? `/home/u${text.slice(1)}`
    : text.startsWith('/')
      ? text
      : `${WORKSPACE}/${text}`;
  return new URL(whole, 'file:///').pathname.replace(/(.)\/$/, '$1');
}

export interface FactsChanges {
  readonly kind?: PathFact['kind'];
  readonly git?: PathFact['git'];
  readonly facts?: Partial<Facts>;
}

/** Facts as they would be collected where every named path exists. */
export function makeFacts(step: StepDraft, changes: FactsChanges = {}): Facts {
  const paths = namedPaths(step).map((path): PathFact => {
    const isOtherRepository = /\.\.\/.*\.git$/.test(path.text);
    const kind = isOtherRepository ? 'missing' : (changes.kind ?? 'file');
    return { ...path, real: realOf(path.text), kind, ...(changes.git !== undefined && { git: changes.git }) };
  });
  const program = step.form === 'program' ? { program: `/usr/bin/${step.words[0]?.value ?? ''}` } : {};
  return {
    at: 0,
    cwd: WORKSPACE,
    home: '/home/u',
    ...program,
    paths,
    isTruncated: false,
    isHeld: false,
    ...changes.facts,
  };
}

/** The steps of a script; throws when there is none. */
export function makeSteps(script: string): [StepDraft, ...StepDraft[]] {
  const [first, ...others] = splitScript(script).steps;
  if (first === undefined) throw new Error(`no step in ${script}`);
  return [first, ...others];
}

/** All members of a step's pipeline. */
export function pipelineOf(step: StepDraft, steps: readonly StepDraft[]): StepDraft[] {
  const { pipeline } = step.context;
  return pipeline === undefined ? [step] : steps.filter((other) => other.context.pipeline === pipeline);
}
