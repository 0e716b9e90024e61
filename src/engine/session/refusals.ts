/**
 * Rejections that hold for a session. Promises: exactly what was rejected is refused without a question, and nothing else
 * is; they are listed and taken back as grants are.
 */
import { matchesRefusal } from '../../policy/index.ts';
import type { AccessGrant, ApprovalId, Facts, Grant, Judgement, RunId } from '../../protocol/index.ts';
import { ofTool, recognisableArgv } from './grant-answer.ts';
import type { ProposedRun, RunScope, RunStepPorts } from './proposed-run.ts';

/** What is known of a run when it has been judged. */
interface JudgedRun {
  readonly facts: Facts;
  readonly judgement: Judgement;
}

/** The rejection that answers for this run. */
export function findRefusal(
  ports: RunStepPorts,
  scope: RunScope,
  run: ProposedRun,
  judged: JudgedRun,
): Grant | undefined {
  const refusals = ports.grants.refusalsOf(scope.sessionId);
  if (refusals.length === 0) return undefined;
  const access = touchedBy(run, judged);
  const asked = { argv: recognisableArgv(run), cwd: run.cwd, ...ofTool(run), access };
  return refusals.find((refusal) => matchesRefusal(refusal, asked));
}

/** True when the same could be told again. */
export function canRefuseAgain(run: ProposedRun, judged: JudgedRun): boolean {
  if (run.files !== undefined || run.requested !== undefined) return false;
  return run.isCall ? touchedBy(run, judged) !== undefined : recognisableArgv(run) !== undefined;
}

/** The judgement where a person said no before. */
export function refusedBy(refusal: Grant, fresh: Judgement): Judgement {
  const text = `Rejected for this session by ${refusal.source.by}, in answer to ${refusal.source.approvalId} (${refusal.grantId}).`;
  const { grant: _, ...rest } = fresh;
  return { ...rest, verdict: 'refuse', reasons: [...fresh.reasons, { code: 'rejected-before', text }] };
}

/** The rejection as it is kept. */
export function makeRefusal(
  ports: RunStepPorts,
  scope: RunScope,
  run: ProposedRun,
  at: JudgedRun & { runId: RunId; approvalId: ApprovalId; by: string },
): Grant {
  const argv = recognisableArgv(run);
  const access = touchedBy(run, at);
  return {
    grantId: ports.ids.grant(),
    holder: scope.sessionId,
    kind: run.isCall ? 'access' : 'command',
    refuses: true,
    ...(!run.isCall &&
      argv && { command: { match: 'exact', argv: [...argv], cwd: run.cwd, ...ofTool(run) } }),
    ...(access && { access }),
    scope: 'session',
    turnId: scope.turnId,
    uses: 0,
    source: { approvalId: at.approvalId, by: at.by },
    why: run.text,
    givenAt: ports.nowMs(),
  };
}

/** Of a call: the paths, hosts and sockets by themselves. */
function touchedBy(run: ProposedRun, { facts, judgement }: JudgedRun): AccessGrant | undefined {
  if (!run.isCall) return undefined;
  const write = facts.paths.flatMap(({ real }) => real ?? []);
  const { hosts = [], sockets = [] } = judgement.grant ?? {};
  const isNothing = write.length + hosts.length + sockets.length === 0;
  return isNothing ? undefined : { read: [], write, hosts: [...hosts], sockets: [...sockets] };
}
