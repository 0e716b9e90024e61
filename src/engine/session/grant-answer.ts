/** What live grants answer, and what answers become grants. */
import {
  actsElsewhere,
  dependsOnInput,
  isAboutPrivateAddress,
  isRepositoryGrant,
  matchesGrant,
  offeredScopes,
} from '../../policy/index.ts';
import type {
  CommandMatch,
  ConfigSnapshot,
  Grant,
  GrantScope,
  Judgement,
  RunId,
} from '../../protocol/index.ts';
import type { Settlement } from '../approvals/index.ts';
import type { ProposedRun, RunScope, RunStepPorts } from './proposed-run.ts';

/** A live grant that covers exactly this; nothing critical, and no private address, is ever answered by one. */
export function findGrant(
  ports: RunStepPorts,
  scope: RunScope,
  run: ProposedRun,
  judgement: Judgement,
): Grant | undefined {
  if (judgement.risk?.level === 'critical' || isAboutPrivateAddress(judgement)) return undefined;
  const question = {
    stepId: run.step.stepId,
    turnId: scope.turnId,
    sessionId: scope.sessionId,
    category: judgement.category,
    argv: recognisableArgv(run),
    cwd: run.cwd,
    ...ofTool(run),
    risk: judgement.risk,
    access: judgement.grant,
  };
  return ports.grants
    .ofSession(scope.sessionId)
    .find((grant) => matchesGrant(grant, question, ports.nowMs()));
}

/**
 * The words by which the same command would be known again, with what is set for it in front: `LD_PRELOAD=a cat b` is
 * another command than `cat b`. Those have none whose words do not say what is done: with a written redirection or an
 * input (`echo x > a` and `echo x > b`, or `python3 - < a` and `python3 - < b`), with code that comes through a pipe,
 * behind a launcher that makes another user of it, or with something set for it that is not known for sure.
 */
export function recognisableArgv(run: ProposedRun): readonly string[] | undefined {
  if (run.kind === 'mcp') return run.argv;
  if (run.assignments === 'unsure') return undefined;
  const assigned = (run.assignments ?? []).map(({ name, value }) => ({ name, value: value.value }));
  if (assigned.some(({ value }) => value === undefined)) return undefined;
  if (run.step.wrappers.some(actsElsewhere) || (run.argv && dependsOnInput(run.argv))) return undefined;
  if (run.step.redirects.some(({ effect, operator }) => effect === 'write' || operator.startsWith('<')))
    return undefined;
  return run.argv && [...assigned.map(({ name, value }) => `${name}=${value}`), ...run.argv];
}

/** What tells the words of a call of a tool from those of a program. */
export function ofTool({ kind }: Pick<ProposedRun, 'kind'>): Pick<CommandMatch, 'of'> {
  return kind === 'mcp' ? { of: 'mcp' } : {};
}

/** What an answer remembers; of a call of a tool, as a beginning, server and tool with any arguments. */
function rememberedCommand(
  run: ProposedRun,
  argv: readonly string[],
  match: CommandMatch['match'],
): CommandMatch {
  const words = run.kind === 'mcp' && match === 'prefix' ? argv.slice(0, 2) : argv;
  return { match, argv: [...words], cwd: run.cwd, ...ofTool(run) };
}

/** The scopes that an answer to this run may have. */
export function scopesFor(run: ProposedRun, judgement: Judgement, snapshot: ConfigSnapshot): GrantScope[] {
  if (judgement.grant?.write.some((path) => isWide(path, snapshot))) return ['once'];
  const offered = offeredScopes(judgement);
  // A private address counts once; a call that opens nothing in the wall leaves nothing to remember.
  if (isAboutPrivateAddress(judgement) || (run.isCall && judgement.grant === undefined)) return ['once'];
  if (run.isCall) return offered.filter((scope) => scope !== 'step');
  // With nothing to open, an answer about a place holds no longer than its step.
  if (judgement.category === 'outside' && judgement.grant === undefined)
    return offered.filter((scope) => scope === 'once' || scope === 'step');
  // What cannot be known again can still have its paths opened for longer.
  const isLasting = recognisableArgv(run) !== undefined || judgement.grant !== undefined;
  return isLasting ? offered : offered.filter((scope) => scope === 'once' || scope === 'step');
}

/**
 * True when an answer opens paths by themselves, for whatever uses them: for a blocked call, and for a command that could
 * not be known again, such as one with a written redirection. A repository too: the next commit has other words.
 */
export function isStanding(run: ProposedRun, judgement: Judgement, scope: GrantScope): boolean {
  if (scope === 'once' || judgement.grant === undefined) return false;
  if (run.isCall) return true;
  return scope !== 'step' && (recognisableArgv(run) === undefined || isRepositoryGrant(judgement.grant));
}

/** The home folder, the workspace, or anything that holds one of them: too much to stay open. */
export function isWide(path: string, { home, workspace }: ConfigSnapshot): boolean {
  return [home, workspace].some(
    (folder) => folder === path || folder.startsWith(path === '/' ? '/' : `${path}/`),
  );
}

/** The judgement when a grant answers in a person's place. */
export function allowedBy(grant: Grant, fresh: Judgement): Judgement {
  const reason = {
    code: 'grant',
    text: `Allowed by ${grant.grantId}, which answers ${grant.source.approvalId} (${grant.scope}).`,
  };
  return { ...fresh, verdict: 'allow', category: 'grant', reasons: [...fresh.reasons, reason] };
}

/** What an answer gives for longer than this run. */
export function makeGrant(
  ports: RunStepPorts,
  scope: RunScope,
  run: ProposedRun,
  at: { runId: RunId; judgement: Judgement; settlement: Extract<Settlement, { outcome: 'allowed' }> },
): Grant {
  const { answer, approvalId, by } = at.settlement;
  const argv = recognisableArgv(run);
  const isOpen = isStanding(run, at.judgement, answer.scope);
  const isKnownAgain = !isOpen && argv !== undefined && answer.scope !== 'step';
  return {
    grantId: ports.ids.grant(),
    holder: scope.sessionId,
    kind: isOpen ? 'access' : 'command',
    ...(isKnownAgain && { command: rememberedCommand(run, argv, answer.match ?? 'exact') }),
    ...(at.judgement.grant && { access: at.judgement.grant }),
    scope: answer.scope,
    ...(answer.scope === 'step' && { stepId: run.step.stepId }),
    turnId: scope.turnId,
    ...(answer.scope === 'until' && answer.untilMs !== undefined && { untilMs: answer.untilMs }),
    uses: 1,
    lastUsedAt: ports.nowMs(),
    why: run.text,
    givenAt: ports.nowMs(),
    source: { approvalId, by },
  };
}
