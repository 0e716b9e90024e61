/**
 * The lines that an answer for always would save. Promises: an allow line is offered only where it would let the same
 * thing run without a question, so never for what lies beyond the wall, is critical, or waits because of another rule.
 */
import { isAboutPrivateAddress, proposeRule } from '../../policy/index.ts';
import type { Approval, Judgement } from '../../protocol/index.ts';
import { recognisableArgv } from './grant-answer.ts';
import type { ProposedRun } from './proposed-run.ts';

/** Categories that an allow rule answers; not `skill`: no rule silences that. */
const RULED = new Set<Judgement['category']>(['harmless', 'inside', 'risk']);

/** Undefined where no rule can speak of it. `file` is where such lines are kept. */
export function proposeAlways(run: ProposedRun, judgement: Judgement, file: string): Approval['always'] {
  const lines = run.kind === 'net' ? ofHost(judgement) : ofCommand(run, judgement);
  return lines.allow === undefined && lines.forbid === undefined ? undefined : { ...lines, file };
}

interface Lines {
  readonly allow?: string;
  readonly forbid?: string;
}

function ofCommand(run: ProposedRun, judgement: Judgement): Lines {
  if (run.kind !== 'cmd' || run.argv === undefined) return {};
  const forbid = proposeRule(run.argv, 'forbidden', { cwd: run.cwd });
  const isPlain = Array.isArray(run.assignments)
    ? run.assignments.length === 0
    : run.assignments === undefined;
  const isRuled =
    isPlain &&
    recognisableArgv(run) !== undefined &&
    judgement.risk?.level !== 'critical' &&
    judgement.grant === undefined &&
    RULED.has(judgement.category);
  const allow = isRuled ? proposeRule(run.argv, 'allow', { cwd: run.cwd }) : undefined;
  return {
    ...(allow !== undefined && 'line' in allow && { allow: allow.line }),
    ...('line' in forbid && { forbid: forbid.line }),
  };
}

/** The protocols that a rule names by the port that they are known by. */
const PROTOCOLS: Readonly<Record<number, string>> = { 80: 'http', 443: 'https' };

function ofHost(judgement: Judgement): Lines {
  const [target, ...others] = judgement.grant?.hosts ?? [];
  if (target === undefined || others.length > 0) return {};
  const protocol = PROTOCOLS[target.port ?? 443];
  const write = (decision: string, named: string): string =>
    `network_rule(host=${JSON.stringify(target.host)}, protocol="${named}", decision="${decision}")`;
  const forbid = write('deny', protocol ?? 'https');
  if (protocol === undefined || isAboutPrivateAddress(judgement)) return { forbid };
  return { allow: write('allow', protocol), forbid };
}
