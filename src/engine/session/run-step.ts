/**
 * The only way a command can run. Every program that the kernel holds, every builtin that the shell asks for and every
 * call that the wall would stop comes through `runStep`: facts, judgement, grants, reviewer, answer, in that order, each
 * written to the history before anything follows from it. It returns `allowed` or a reason to stop; whoever calls it may
 * let the run go only on `allowed`. Every fault on the way means refuse.
 */
import { coversAccess } from '../../policy/index.ts';
import {
  type AccessGrant,
  type EventBody,
  type Facts,
  Fault,
  type Grant,
  type Judgement,
  type RunId,
  toFault,
} from '../../protocol/index.ts';
import { showLine } from '../../timeline/index.ts';
import type { Settlement } from '../approvals/index.ts';
import { isStanding, makeGrant } from './grant-answer.ts';
import { keptPaths } from './judge-kept.ts';
import { judgeUseless } from './judge-useless.ts';
import type { Going } from './pause-gate.ts';
import { poseQuestion } from './pose-question.ts';
import type { ProposedRun, RunScope, RunStepPorts, SettledRun } from './proposed-run.ts';
import { recallAnswer } from './recall-answer.ts';
import { makeRefusal } from './refusals.ts';
import { TO_BE_ASKED, wayOutOf } from './way-out.ts';

const NOTHING_OPENED = async (): Promise<void> => undefined;

/**
 * Settles one run. Never throws: what goes wrong is a refusal with its reason. In a paused session it waits before it
 * judges; a question that stands already can still be answered, and a run that was allowed so waits for the session to
 * go on all the same.
 */
export async function runStep(ports: RunStepPorts, scope: RunScope, run: ProposedRun): Promise<SettledRun> {
  const runId = ports.ids.run();
  try {
    return await settle(ports, scope, run, runId);
  } catch (cause) {
    const fault = toFault(cause);
    const message = `sallyport: refused: ${fault.message}`;
    await ports
      .append([
        {
          type: 'step/finished',
          stepId: run.step.stepId,
          runId,
          outcome: 'refused',
          feedback: fault.message,
        },
      ])
      .catch(() => undefined);
    return { outcome: 'refused', runId, message, stopTurn: false };
  }
}

async function settle(
  ports: RunStepPorts,
  scope: RunScope,
  run: ProposedRun,
  runId: RunId,
): Promise<SettledRun> {
  const going = await ports.whenGoing(run.gone);
  if (going !== 'going') return leave(ports, run, runId, going);
  const facts = await run.collectFacts();
  const kept = run.isCall ? keptPaths(facts, ports.keepsClosed) : [];
  const fresh = judgeUseless(ports, scope.snapshot, run, { facts, kept });
  const before = recallAnswer(ports, scope, run, { facts, judgement: fresh, isKept: kept.length > 0 });
  const { grant, judgement } = before;
  const judged = judgedEvent(scope, run, runId, { facts, judgement, grant });
  if (judgement.verdict === 'allow') {
    // One commit for both: most runs are let go at once, and each waits for the disk.
    return start(ports, scope, run, {
      runId,
      judgement,
      access: run.isCall ? undefined : grant?.access,
      before: [judged],
    });
  }
  await ports.append([judged]);
  if (judgement.verdict === 'refuse') return refuseJudged(ports, scope, run, { runId, judgement });
  if (!ports.hasAnswerer()) {
    const reason = 'nobody can answer the question here';
    const said = `${reason}: ${showLine(run.text, 200)}. Way out: ${TO_BE_ASKED}.`;
    return refuse(ports, run, runId, { reason, said });
  }
  const settlement = await poseQuestion(ports, scope, run, { runId, judgement, facts });
  if (settlement.outcome === 'allowed') return allow(ports, scope, run, { runId, judgement, settlement });
  if (settlement.outcome === 'edited') return replace(ports, run, runId, settlement);
  if (settlement.outcome === 'overtaken') {
    const { snapshot, digest: snapshotDigest } = ports.settings.inForce;
    return settle(ports, { ...scope, snapshot, snapshotDigest }, run, runId);
  }
  if (settlement.outcome === 'rejected' && settlement.scope === 'session') {
    const { approvalId, by } = settlement;
    const refusal = makeRefusal(ports, scope, run, { facts, judgement, runId, approvalId, by });
    await ports.grants.add(refusal, scope.sessionId);
  }
  return stop(ports, run, runId, settlement);
}

function judgedEvent(
  scope: RunScope,
  run: ProposedRun,
  runId: RunId,
  judged: { facts: Facts; judgement: Judgement; grant: Grant | undefined },
): EventBody {
  return {
    type: 'step/judged',
    stepId: run.step.stepId,
    runId,
    ...(run.argv && { argv: [...run.argv] }),
    ...judged.judgement,
    ...(judged.grant && { grantId: judged.grant.grantId }),
    facts: judged.facts,
    snapshot: scope.snapshotDigest,
  };
}

async function allow(
  ports: RunStepPorts,
  scope: RunScope,
  run: ProposedRun,
  at: { runId: RunId; judgement: Judgement; settlement: Extract<Settlement, { outcome: 'allowed' }> },
): Promise<SettledRun> {
  const { runId, settlement } = at;
  const going = await ports.whenGoing(run.gone);
  if (going !== 'going') return leave(ports, run, runId, going);
  const { answer } = settlement;
  const judgement = withGranted(run, at.judgement, settlement.access);
  const stands = isStanding(run, judgement, answer.scope);
  // For always a line was saved, and that answers from now on.
  if (answer.scope !== 'once' && answer.scope !== 'always') {
    const grant = makeGrant(ports, scope, run, { runId, judgement, settlement });
    if (stands && grant.access) await ports.openStanding(grant.grantId, grant.access);
    await ports.grants.add(grant, scope.sessionId);
  }
  const started = await start(ports, scope, run, {
    runId,
    judgement,
    access: stands || run.files ? undefined : judgement.grant,
    before: [],
  });
  if (started.outcome !== 'allowed') return started;
  const { approvalId, by } = settlement;
  return { ...started, answer: { approvalId, by, scope: answer.scope, access: judgement.grant } };
}

/** Of a request for more access, the part that was granted. Throws where that is more than was asked for. */
function withGranted(run: ProposedRun, judgement: Judgement, access: AccessGrant | undefined): Judgement {
  if (run.requested === undefined || access === undefined) return judgement;
  if (coversAccess(run.requested, access)) return { ...judgement, grant: access };
  throw new Fault({
    kind: 'peer',
    code: 'grants-too-much',
    message: 'the answer grants what was not asked for',
  });
}

/** Opens what the run needs, then says that it started. The access is open before the run is let go. */
async function start(
  ports: RunStepPorts,
  scope: RunScope,
  run: ProposedRun,
  at: { runId: RunId; judgement: Judgement; access: AccessGrant | undefined; before: readonly EventBody[] },
): Promise<SettledRun> {
  const going = await ports.whenGoing(run.gone);
  if (going !== 'going') return leave(ports, run, at.runId, going);
  const endAccess = at.access ? await ports.openAccess(at.access) : NOTHING_OPENED;
  const access = at.access
    ? { ...scope.enforced, write: [...scope.enforced.write, ...at.access.write] }
    : scope.enforced;
  try {
    await ports.append([
      ...at.before,
      { type: 'step/started', stepId: run.step.stepId, runId: at.runId, access },
    ]);
  } catch (cause) {
    await endAccess();
    throw cause;
  }
  return { outcome: 'allowed', runId: at.runId, judgement: at.judgement, endAccess };
}

/** What was allowed in front, such as a member of a pipeline, goes on only when the session does. */
export async function releaseSettled(
  ports: RunStepPorts,
  run: Pick<ProposedRun, 'step' | 'gone'>,
  inFront: Promise<SettledRun>,
): Promise<SettledRun> {
  const settled = await inFront;
  if (settled.outcome !== 'allowed') return settled;
  const going = await ports.whenGoing(run.gone);
  if (going === 'going') return settled;
  await settled.endAccess();
  return leave(ports, run, settled.runId, going);
}

/** A run that will not go on any more, because its session or its asker has ended while it waited. */
async function leave(
  ports: RunStepPorts,
  { step: { stepId } }: Pick<ProposedRun, 'step'>,
  runId: RunId,
  why: Exclude<Going, 'going'>,
): Promise<SettledRun> {
  const outcome = why === 'ended' ? 'cancelled' : 'withdrawn';
  await ports.append([{ type: 'step/finished', stepId, runId, outcome }]);
  return { outcome, runId, message: `sallyport: ${outcome} while the session was paused`, stopTurn: false };
}

async function refuse(
  ports: RunStepPorts,
  run: ProposedRun,
  runId: RunId,
  { reason, said = reason }: { readonly reason: string; readonly said?: string },
): Promise<SettledRun> {
  await ports.append([
    { type: 'step/finished', stepId: run.step.stepId, runId, outcome: 'refused', feedback: reason },
  ]);
  return { outcome: 'refused', runId, message: `sallyport: refused: ${said}`, stopTurn: false };
}

/** Whoever ran it is told the way out too, where the policy alone is in it. */
function refuseJudged(
  ports: RunStepPorts,
  { snapshot }: RunScope,
  run: ProposedRun,
  { runId, judgement }: { runId: RunId; judgement: Judgement },
): Promise<SettledRun> {
  const reason = decidingReason(judgement);
  const isByPolicy = lastReason(judgement)?.code.startsWith('policy-') === true;
  const said = isByPolicy ? `${reason} ${wayOutOf(judgement, snapshot)}` : reason;
  return refuse(ports, run, runId, { reason, said });
}

/** It does not run; what the person wrote is judged anew and runs in its place. */
async function replace(
  ports: RunStepPorts,
  run: ProposedRun,
  runId: RunId,
  { approvalId, text, by }: Extract<Settlement, { outcome: 'edited' }>,
): Promise<SettledRun> {
  if (run.replaceWith === undefined)
    return refuse(ports, run, runId, { reason: 'another text cannot run in its place' });
  await run.replaceWith(text);
  const feedback = `edited by ${by}; what was written in its place runs instead`;
  const { stepId } = run.step;
  await ports.append([{ type: 'step/finished', stepId, runId, outcome: 'skipped', feedback }]);
  return {
    outcome: 'skipped',
    runId,
    message: `sallyport: edited ${approvalId}`,
    stopTurn: false,
    approvalId,
    feedback,
  };
}

async function stop(
  ports: RunStepPorts,
  run: ProposedRun,
  runId: RunId,
  settlement: Exclude<Settlement, { outcome: 'allowed' | 'edited' | 'overtaken' }>,
): Promise<SettledRun> {
  const feedback = settlement.outcome === 'rejected' ? settlement.feedback : undefined;
  await ports.append([
    {
      type: 'step/finished',
      stepId: run.step.stepId,
      runId,
      outcome: settlement.outcome,
      ...(feedback !== undefined && { feedback }),
    },
  ]);
  const said = feedback === undefined || feedback === '' ? '' : `: ${feedback}`;
  const message = `sallyport: ${settlement.outcome} ${settlement.approvalId}${said}`;
  const stopTurn = settlement.outcome === 'rejected' && settlement.stopTurn;
  const { approvalId, outcome } = settlement;
  return { outcome, runId, message, stopTurn, approvalId, feedback };
}

/** What a yes would have opened is of no use to who gets none. */
function lastReason({ reasons }: Judgement): Judgement['reasons'][number] | undefined {
  return reasons.findLast(({ code }) => !code.startsWith('grant-'));
}

const PLACES = /-path$|^rule-prompt$|^(?:blocked-)?host$|^private-address$|^host-socket$/;

/** What decided, behind the path, host or rule that it is about. */
function decidingReason(judgement: Judgement): string {
  const last = lastReason(judgement);
  if (last === undefined) return 'policy refuses it';
  const place = last.code.startsWith('policy-') && judgement.reasons.find(({ code }) => PLACES.test(code));
  return place ? `${place.text} ${last.text}` : last.text;
}
