/**
 * A change of files from its text to the disk: read, shown, judged, asked about, applied. Promises: what is written is
 * what was shown, byte for byte, and only after `runStep` allowed it.
 */
import { coversAccess, judgeEdit, parsePatch } from '../../policy/index.ts';
import type {
  EditFile,
  GrantScope,
  PathFact,
  ProposalInput,
  ProposalResult,
  Step,
} from '../../protocol/index.ts';
import { showLine } from '../../timeline/index.ts';
import { applyEdits } from './apply-edits.ts';
import { type PlannedEdit, planEdits } from './plan-edits.ts';
import type { ProposedRun, RunScope, SettledRun } from './proposed-run.ts';
import { runStep } from './run-step.ts';
import { scopeOf } from './scope-of.ts';
import type { ScriptHost, ScriptTurn } from './script-host.ts';
import { failed, resultOfStopped } from './tool-results.ts';
import { toolStep } from './tool-step.ts';

interface EditWork {
  readonly host: ScriptHost;
  readonly turn: ScriptTurn;
  readonly gone: AbortSignal;
}

const ONCE: readonly GrantScope[] = ['once'];
const MAX_FACTS = 64;
const MAX_NAMED = 5;

/** Settles one patch. */
export async function proposeEdit(
  { patch, cwd, reason }: ProposalInput<'apply_patch'>,
  { host, turn, gone }: EditWork,
): Promise<ProposalResult> {
  const reading = parsePatch(patch);
  if ('problem' in reading) return failed('apply_patch', reading.problem);
  const scope = scopeOf(host, turn.turnId)();
  const planned = await planEdits(reading.changes, {
    cwd: cwd === undefined ? host.cwd : `${cwd.startsWith('/') ? '' : `${host.cwd}/`}${cwd}`,
    snapshot: scope.snapshot,
    ownFolders: host.ownFolders,
    isOpened: (path) => isOpened(host, path),
  });
  if ('problem' in planned) return failed('apply_patch', planned.problem);
  const files = planned.files.map(({ shown }) => shown);
  const step = toolStep(host, turn, { kind: 'edit', text: nameFiles(files, scope.snapshot.workspace) });
  await host.ports.append([
    { type: 'step/proposed', ...step },
    { type: 'edit/proposed', stepId: step.stepId, files },
  ]);
  const settled = await runStep(host.ports, scope, editRun({ host, scope, step, files, reason, gone }));
  if (settled.outcome === 'allowed') return write(host, step, planned.files, settled);
  if (settled.stopTurn) turn.stop('a person stopped it');
  return resultOfStopped('apply_patch', settled);
}

/** A secret that an answer has opened may be read and changed. */
function isOpened({ ports, sessionId }: ScriptHost, path: string): boolean {
  const wanted = { read: [path], write: [], hosts: [], sockets: [] };
  return ports.grants
    .ofSession(sessionId)
    .some(({ kind, access }) => kind === 'access' && access !== undefined && coversAccess(access, wanted));
}

/** `change src/a.ts, create b.txt`. */
function nameFiles(files: readonly EditFile[], workspace: string): string {
  const short = (path: string): string =>
    showLine(path.startsWith(`${workspace}/`) ? path.slice(workspace.length + 1) : path, 300);
  const named = files
    .slice(0, MAX_NAMED)
    .map(({ change, path, to }) => `${change} ${short(path)}${to === undefined ? '' : ` to ${short(to)}`}`);
  const more = files.length - MAX_NAMED;
  return more > 0 ? `${named.join(', ')} and ${more} more` : named.join(', ');
}

function factsOf(files: readonly EditFile[]): PathFact[] {
  const facts = files.flatMap(({ path, to, change }): PathFact[] => [
    {
      text: path,
      use: change === 'delete' || change === 'move' ? 'delete' : 'write',
      real: path,
      kind: change === 'create' ? 'missing' : 'file',
    },
    ...(to === undefined ? [] : [{ text: to, use: 'write' as const, real: to, kind: 'missing' as const }]),
  ]);
  return facts.slice(0, MAX_FACTS);
}

function editRun(at: {
  readonly host: ScriptHost;
  readonly scope: RunScope;
  readonly step: Step;
  readonly files: readonly EditFile[];
  readonly reason: string | undefined;
  readonly gone: AbortSignal;
}): ProposedRun {
  const { host, scope, step, files, reason, gone } = at;
  const paths = factsOf(files);
  return {
    step,
    kind: 'edit',
    text: step.text,
    cwd: step.cwd,
    collectFacts: async () => ({
      at: host.ports.nowMs(),
      cwd: step.cwd,
      home: scope.snapshot.home,
      paths,
      isTruncated: files.some(({ path }) => !paths.some((fact) => fact.real === path)),
      isHeld: false,
    }),
    judge: (facts, snapshot) => judgeEdit(files, snapshot, facts),
    gone,
    isCall: false,
    files,
    agentReason: reason,
    scopes: () => ONCE,
  };
}

async function write(
  host: ScriptHost,
  { stepId }: Step,
  files: readonly PlannedEdit[],
  { runId, answer, endAccess }: Extract<SettledRun, { outcome: 'allowed' }>,
): Promise<ProposalResult> {
  const { ports, umask, sandbox } = host;
  await endAccess();
  const applied = await applyEdits(files, { umask, isWalled: sandbox.isWalled });
  const asked = answer && { approvalId: answer.approvalId };
  if ('problem' in applied) {
    const feedback = applied.problem;
    await ports.append([{ type: 'step/finished', stepId, runId, outcome: 'refused', feedback }]);
    return { tool: 'apply_patch', outcome: 'refused', message: applied.problem, ...asked };
  }
  await ports.append([
    { type: 'edit/applied', stepId, files: applied.written.map((file) => ({ ...file })) },
    { type: 'step/finished', stepId, runId, outcome: 'ran' },
  ]);
  const changed = files.map(({ shown: { path, change, to } }) => ({ path: to ?? path, change }));
  const message = changed.map(({ path, change }) => `${change} ${showLine(path, 300)}`).join('\n');
  return { tool: 'apply_patch', outcome: 'ran', message, files: changed, ...asked };
}
