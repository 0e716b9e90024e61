/**
 * The only way a command can run. Every program that the kernel holds, every builtin that the shell asks for and every
 * call that the wall would stop comes through `runStep`: facts, judgement, grants, reviewer, answer, in that order, each
 * written to the history before anything follows from it. It returns `allowed` or a reason to stop; whoever calls it may
 * let the run go only on `allowed`. Every fault on the way means refuse.
 */
import { matchesGrant, offeredScopes } from '../../policy/index.ts';
import {
  type AccessGrant,
  type ApprovalKind,
  type ConfigSnapshot,
  type EnforcedAccess,
  type EventBody,
  type Facts,
  type Grant,
  type GrantId,
  type GrantScope,
  type IdMaker,
  type Judgement,
  type RunId,
  type SessionId,
  type Step,
  type TurnId,
  toFault,
} from '../../protocol/index.ts';
import type { Broker, GrantBook, Question, Settlement } from '../approvals/index.ts';

export interface RunStepPorts {
  nowMs(): number;
  readonly ids: IdMaker;
  append(bodies: readonly EventBody[]): Promise<unknown>;
  readonly broker: Broker;
  readonly grants: GrantBook;
  /** Somebody could answer a question of this session now. */
  hasAnswerer(): boolean;
  /** Opens paths in the wall; the result closes them. */
  openAccess(access: AccessGrant): Promise<() => Promise<void>>;
  /** Opens what a lasting grant gives by itself; it closes when the grant ends. */
  openStanding(grantId: GrantId, access: AccessGrant): Promise<void>;
}

export interface RunScope {
  readonly sessionId: SessionId;
  readonly turnId: TurnId;
  readonly snapshot: ConfigSnapshot;
  readonly snapshotDigest: string;
  readonly enforced: EnforcedAccess;
}

/** One execution that wants to happen. */
export interface ProposedRun {
  readonly step: Step;
  readonly kind: ApprovalKind;
  /** What a person is shown. */
  readonly text: string;
  readonly argv?: readonly string[] | undefined;
  readonly cwd: string;
  collectFacts(): Promise<Facts>;
  judge(facts: Facts): Judgement;
  /** Aborted when whoever wants it is gone. */
  readonly gone: AbortSignal;
  /** Called when a question about it is open. */
  onPosed?(): void;
  /** An access grant stands by itself (a blocked call); else it holds only while a matching command runs. */
  readonly isCall: boolean;
}

export type SettledRun =
  | {
      readonly outcome: 'allowed';
      readonly runId: RunId;
      readonly judgement: Judgement;
      /** Ends what was opened for this run alone. */
      endAccess(): Promise<void>;
    }
  | {
      readonly outcome: 'refused' | 'rejected' | 'expired' | 'withdrawn';
      readonly runId: RunId;
      /** For the asking program's standard error. */
      readonly message: string;
      readonly stopTurn: boolean;
    };

const NOTHING_OPENED = async (): Promise<void> => undefined;

/** Settles one run. Never throws: what goes wrong is a refusal with its reason. */
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
  const facts = await run.collectFacts();
  const fresh = run.judge(facts);
  const grant = fresh.verdict === 'ask' ? findGrant(ports, scope, run, fresh) : undefined;
  const judgement = grant ? allowedBy(grant, fresh) : fresh;
  const judged = judgedEvent(scope, run, runId, { facts, judgement, grant });
  if (judgement.verdict === 'allow') {
    if (grant) ports.grants.use(grant.grantId);
    // One commit for both: most runs are let go at once, and each waits for the disk.
    return start(ports, scope, run, {
      runId,
      judgement,
      access: run.isCall ? undefined : grant?.access,
      before: [judged],
    });
  }
  await ports.append([judged]);
  if (judgement.verdict === 'refuse') return refuse(ports, run, runId, lastReason(judgement));
  if (!ports.hasAnswerer()) return refuse(ports, run, runId, 'nobody can answer the question here');
  const settlement = await ask(ports, scope, run, { runId, judgement });
  if (settlement.outcome === 'allowed') return allow(ports, scope, run, { runId, judgement, settlement });
  return stop(ports, run, runId, settlement);
}

/** A live grant that covers exactly this; nothing critical is ever answered by one. */
function findGrant(
  ports: RunStepPorts,
  scope: RunScope,
  run: ProposedRun,
  judgement: Judgement,
): Grant | undefined {
  if (judgement.risk?.level === 'critical') return undefined;
  const question = {
    stepId: run.step.stepId,
    turnId: scope.turnId,
    sessionId: scope.sessionId,
    category: judgement.category,
    argv: recognisableArgv(run),
    cwd: run.cwd,
    risk: judgement.risk,
    access: judgement.grant,
  };
  return ports.grants
    .ofSession(scope.sessionId)
    .find((grant) => matchesGrant(grant, question, ports.nowMs()));
}

/**
 * The words by which the same command would be known again. A command with a written redirection has none: `echo x > a`
 * and `echo x > b` have the same words and do different things.
 */
function recognisableArgv(run: ProposedRun): readonly string[] | undefined {
  return run.step.redirects.some((redirect) => redirect.effect === 'write') ? undefined : run.argv;
}

function scopesFor(run: ProposedRun, judgement: Judgement): GrantScope[] {
  const offered = offeredScopes(judgement).filter((scope) => scope !== 'always');
  if (run.isCall) return offered.filter((scope) => scope !== 'step');
  return recognisableArgv(run) ? offered : offered.filter((scope) => scope === 'once' || scope === 'step');
}

function allowedBy(grant: Grant, fresh: Judgement): Judgement {
  const reason = {
    code: 'grant',
    text: `Allowed by ${grant.grantId}, which answers ${grant.source.approvalId} (${grant.scope}).`,
  };
  return { ...fresh, verdict: 'allow', category: 'grant', reasons: [...fresh.reasons, reason] };
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

async function ask(
  ports: RunStepPorts,
  scope: RunScope,
  run: ProposedRun,
  at: { runId: RunId; judgement: Judgement },
): Promise<Settlement> {
  const { judgement } = at;
  const question: Question = {
    sessionId: scope.sessionId,
    turnId: scope.turnId,
    stepId: run.step.stepId,
    runId: at.runId,
    kind: run.kind,
    text: run.text,
    argv: run.argv,
    cwd: run.cwd,
    workspace: scope.snapshot.workspace,
    category: judgement.category,
    reasons: judgement.reasons,
    risk: judgement.risk,
    grant: judgement.grant,
    scopes: scopesFor(run, judgement),
    expiryMs: scope.snapshot.approvalExpiryMs,
  };
  return ports.broker.ask(question, (approval) => {
    run.onPosed?.();
    const withdraw = (): void => {
      ports.broker.withdraw(approval.approvalId, 'the asking program is gone').catch(() => undefined);
    };
    if (run.gone.aborted) withdraw();
    else run.gone.addEventListener('abort', withdraw, { once: true });
  });
}

async function allow(
  ports: RunStepPorts,
  scope: RunScope,
  run: ProposedRun,
  at: { runId: RunId; judgement: Judgement; settlement: Extract<Settlement, { outcome: 'allowed' }> },
): Promise<SettledRun> {
  const { runId, judgement, settlement } = at;
  const { answer } = settlement;
  const isLasting = answer.scope !== 'once';
  const stands = run.isCall && isLasting;
  if (isLasting) {
    const grant = makeGrant(ports, scope, run, at);
    if (stands && grant.access) await ports.openStanding(grant.grantId, grant.access);
    await ports.grants.add(grant, scope.sessionId);
  }
  return start(ports, scope, run, {
    runId,
    judgement,
    access: stands ? undefined : judgement.grant,
    before: [],
  });
}

function makeGrant(
  ports: RunStepPorts,
  scope: RunScope,
  run: ProposedRun,
  at: { runId: RunId; judgement: Judgement; settlement: Extract<Settlement, { outcome: 'allowed' }> },
): Grant {
  const { answer, approvalId, by } = at.settlement;
  const argv = recognisableArgv(run);
  const isKnownAgain = !run.isCall && argv !== undefined && answer.scope !== 'step';
  return {
    grantId: ports.ids.grant(),
    holder: scope.sessionId,
    kind: run.isCall ? 'access' : 'command',
    ...(isKnownAgain && { command: { match: answer.match ?? 'exact', argv: [...argv], cwd: run.cwd } }),
    ...(at.judgement.grant && { access: at.judgement.grant }),
    scope: answer.scope,
    ...(answer.scope === 'step' && { stepId: run.step.stepId }),
    turnId: scope.turnId,
    ...(answer.scope === 'until' && answer.untilMs !== undefined && { untilMs: answer.untilMs }),
    uses: 1,
    lastUsedAt: ports.nowMs(),
    source: { approvalId, by },
  };
}

/** Opens what the run needs, then says that it started. The access is open before the run is let go. */
async function start(
  ports: RunStepPorts,
  scope: RunScope,
  run: ProposedRun,
  at: { runId: RunId; judgement: Judgement; access: AccessGrant | undefined; before: readonly EventBody[] },
): Promise<SettledRun> {
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

async function refuse(
  ports: RunStepPorts,
  run: ProposedRun,
  runId: RunId,
  reason: string,
): Promise<SettledRun> {
  await ports.append([
    { type: 'step/finished', stepId: run.step.stepId, runId, outcome: 'refused', feedback: reason },
  ]);
  return { outcome: 'refused', runId, message: `sallyport: refused: ${reason}`, stopTurn: false };
}

async function stop(
  ports: RunStepPorts,
  run: ProposedRun,
  runId: RunId,
  settlement: Exclude<Settlement, { outcome: 'allowed' }>,
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
  return { outcome: settlement.outcome, runId, message, stopTurn };
}

function lastReason(judgement: Judgement): string {
  return judgement.reasons.at(-1)?.text ?? 'policy refuses it';
}
