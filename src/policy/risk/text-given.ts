import type { RiskContext } from './risk-context.ts';

/** Words that speak of systems that others rely on. */
export const PRODUCTION = /prod(uction)?\b|\blive\b/i;

/** Text that a step hands to its program: arguments, here-strings and here-documents. */
export function textGiven(context: RiskContext): string {
  const given = context.step.redirects
    .filter((redirect) => redirect.operator.startsWith('<<'))
    .map((redirect) => redirect.target.value ?? redirect.target.text);
  const heredoc = context.step.text.includes('<<') ? [context.step.text] : [];
  return [context.line, ...given, ...heredoc].join('\n').slice(0, 16_000);
}
