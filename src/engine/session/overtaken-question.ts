/**
 * Open questions while the rules change. Promises: a question that rules or lists of hosts decide since then does not wait
 * for a person any longer; one that they say nothing new of stays as it was asked, whatever else has changed; nothing is
 * let go here, whoever asked judges the run anew. Without it the same question had to be answered once more after a yes
 * for always, and what was forbidden meanwhile could still be allowed.
 */
import type { ApprovalId, ConfigSnapshot, Judgement } from '../../protocol/index.ts';
import { judgeKept, keptPaths } from './judge-kept.ts';
import type { ProposedRun, RunScope, RunStepPorts } from './proposed-run.ts';
import { findRefusal } from './refusals.ts';

/** Follows the rules for one open question, until the result is called. */
export function watchRules(
  ports: RunStepPorts,
  scope: RunScope,
  run: ProposedRun,
  approvalId: ApprovalId,
): () => void {
  let isOver = false;
  let looking = Promise.resolve();
  const look = async (): Promise<void> => {
    if (isOver) return;
    const decided = await decideNow(ports, scope, run);
    if (decided !== undefined) await ports.broker.overtake(approvalId, decided.verdict, decided.why);
  };
  // What cannot be judged anew stays a question.
  const lookNext = (): void => {
    looking = looking.then(look).catch(() => undefined);
  };
  const unlisten = ports.settings.onChange(lookNext);
  // They may have changed between the judgement and the question.
  lookNext();
  return () => {
    isOver = true;
    unlisten();
  };
}

async function decideNow(
  ports: RunStepPorts,
  scope: RunScope,
  run: ProposedRun,
): Promise<{ readonly verdict: 'allow' | 'refuse'; readonly why: string } | undefined> {
  const now = ports.settings.inForce.snapshot;
  if (isSameRules(scope.snapshot, now)) return undefined;
  const facts = await run.collectFacts();
  const kept = run.isCall ? keptPaths(facts, ports.keepsClosed) : [];
  const judge = (snapshot: ConfigSnapshot): Judgement =>
    judgeKept(run.judge(facts, snapshot), kept, ports.keepsClosed);
  // Only what the rules themselves say: another policy does not settle what a person was asked before.
  const judgement = judge({ ...scope.snapshot, rules: now.rules, network: now.network });
  const { verdict } = judgement;
  if (verdict === 'ask' || judge(now).verdict !== verdict) return undefined;
  if (findRefusal(ports, scope, run, { facts, judgement }) !== undefined) return undefined;
  return { verdict, why: decidingText(judgement) };
}

function isSameRules(before: ConfigSnapshot, now: ConfigSnapshot): boolean {
  const part = ({ rules, network }: ConfigSnapshot): string => JSON.stringify([rules, network]);
  return before === now || part(before) === part(now);
}

const RULE_CODES = /^(?:rule-(?:allow|forbidden)|host-list)$/;

function decidingText({ reasons }: Judgement): string {
  const rule = reasons.find(({ code }) => RULE_CODES.test(code)) ?? reasons.at(-1);
  return rule?.text ?? 'the rules have changed';
}
