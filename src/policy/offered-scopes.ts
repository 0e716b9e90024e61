import type { GrantScope, Judgement } from '../protocol/index.ts';

/**
 * The scopes that an answer to this judgement may have. Critical is once only. What could not be understood cannot be
 * recognised again as a command, so it ends with its step. `always` is not among them: whether a line of rules
 * can say it depends on the command.
 */
export function offeredScopes(judgement: Pick<Judgement, 'category' | 'risk'>): GrantScope[] {
  if (judgement.risk?.level === 'critical') return ['once'];
  if (judgement.category === 'opaque') return ['once', 'step'];
  return ['once', 'step', 'turn', 'session', 'until'];
}
