import { type ApprovalAnswer, GrantScope } from '../protocol/index.ts';
import { usageFault } from './command-line.ts';
import { parseDuration } from './parse-duration.ts';

/** The scopes that can be given here. `always` needs a file of rules to stand in, and there is none yet. */
export const OFFERED_SCOPES = GrantScope.exclude(['always']);

export interface AllowFlags {
  readonly scope: string;
  readonly for?: string;
  readonly match?: string;
}

/** The answer that the flags of `approvals allow` say. `command` is what a usage fault names. */
export function readAllowAnswer(flags: AllowFlags, nowMs: number, command: string): ApprovalAnswer {
  const isUntil = flags.for !== undefined && flags.scope === 'once';
  const scope = OFFERED_SCOPES.safeParse(isUntil ? 'until' : flags.scope);
  if (!scope.success) {
    const offered = OFFERED_SCOPES.options.join(', ');
    throw usageFault(`--scope must be one of ${offered}, not ${flags.scope}`, command);
  }
  if (flags.match !== undefined && flags.match !== 'exact' && flags.match !== 'prefix') {
    throw usageFault(`--match must be exact or prefix, not ${flags.match}`, command);
  }
  if ((scope.data === 'until') !== (flags.for !== undefined)) {
    throw usageFault('--scope until and --for DURATION go together', command);
  }
  const forMs = flags.for === undefined ? undefined : parseDuration(flags.for);
  if (flags.for !== undefined && forMs === undefined) {
    throw usageFault(`--for must be a duration such as 30m, 1h or 2d, not ${flags.for}`, command);
  }
  return {
    outcome: 'allowed',
    scope: scope.data,
    ...(flags.match !== undefined && { match: flags.match }),
    ...(forMs !== undefined && { untilMs: nowMs + forMs }),
  };
}
