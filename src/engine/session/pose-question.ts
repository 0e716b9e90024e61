import type { ApprovalKind, Facts, Judgement, RunId } from '../../protocol/index.ts';
import type { Question, Settlement } from '../approvals/index.ts';
import { scopesFor } from './grant-answer.ts';
import { watchRules } from './overtaken-question.ts';
import { proposeAlways } from './propose-always.ts';
import type { ProposedRun, RunScope, RunStepPorts } from './proposed-run.ts';
import { canRefuseAgain } from './refusals.ts';

/**
 * Asks a person about a run, and waits. The question is withdrawn when whoever wants the run is gone, and overtaken when
 * rules that are changed meanwhile decide it.
 */
export async function poseQuestion(
  ports: RunStepPorts,
  scope: RunScope,
  run: ProposedRun,
  at: { runId: RunId; judgement: Judgement; facts: Facts },
): Promise<Settlement> {
  const { judgement } = at;
  const isProposal = run.scopes !== undefined;
  const always = isProposal ? undefined : proposeAlways(run, judgement, ports.rulesFile);
  const scopes = run.scopes?.(judgement) ?? scopesFor(run, judgement, scope.snapshot);
  const question: Question = {
    sessionId: scope.sessionId,
    turnId: scope.turnId,
    stepId: run.step.stepId,
    runId: at.runId,
    kind: kindOf(run, judgement),
    text: run.text,
    argv: run.argv,
    cwd: run.cwd,
    workspace: scope.snapshot.workspace,
    category: judgement.category,
    reasons: judgement.reasons,
    risk: judgement.risk,
    grant: judgement.grant,
    files: run.files,
    requested: run.requested,
    agentName: run.step.agentName,
    agentReason: run.agentReason,
    scopes: always?.allow === undefined ? scopes : [...scopes, 'always'],
    rejectScopes: [
      'once',
      ...(canRefuseAgain(run, at) ? ['session' as const] : []),
      ...(always?.forbid === undefined ? [] : ['always' as const]),
    ],
    always,
    isEditable: run.replaceWith !== undefined,
    expiryMs: scope.snapshot.approvalExpiryMs,
  };
  let unwatch: (() => void) | undefined;
  const settled = ports.broker.ask(question, (approval) => {
    run.onPosed?.();
    unwatch = watchRules(ports, scope, run, approval.approvalId);
    const withdraw = (): void => {
      const { reason } = run.gone;
      const why = typeof reason === 'string' ? reason : 'the asking program is gone';
      ports.broker.withdraw(approval.approvalId, why).catch(() => undefined);
    };
    if (run.gone.aborted) withdraw();
    else run.gone.addEventListener('abort', withdraw, { once: true });
  });
  return settled.finally(() => unwatch?.());
}

/** A command whose program belongs to a skill is asked about as that, whatever it is asked about for. */
function kindOf({ kind }: ProposedRun, { reasons }: Judgement): ApprovalKind {
  return kind === 'cmd' && reasons.some(({ code }) => code === 'skill') ? 'skill' : kind;
}
