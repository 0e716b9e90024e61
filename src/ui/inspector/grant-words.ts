import type { Grant } from '../../protocol/index.ts';
import { quoteWords } from '../../timeline/index.ts';
import { grantRows } from './card-words.ts';

/** What a grant lets happen without a question, one line each. */
export function grantLines(grant: Grant): string[] {
  const { command } = grant;
  const called = command?.of === 'mcp' ? 'call ' : '';
  const words =
    command === undefined
      ? []
      : [called + quoteWords(command.argv) + (command.match === 'prefix' ? ' *' : '')];
  const opens = grantRows(grant.access).map((row) => `${row.verb} ${row.what.join(', ')}`);
  const lines = [...words, ...opens];
  if (grant.refuses === true) return lines.map((line) => `refuses: ${line}`);
  return lines.length === 0 ? ['the same step again'] : lines;
}

/** `for this session`; a time is told as one. */
export function grantScope(grant: Grant): string {
  if (grant.scope === 'until') {
    return grant.untilMs === undefined
      ? 'for a time'
      : `until ${new Date(grant.untilMs).toTimeString().slice(0, 5)}`;
  }
  if (grant.scope === 'always') return 'always';
  return grant.scope === 'once' ? 'once' : `for this ${grant.scope}`;
}

/** What will be so after a revoke; what runs already is not stopped by it. */
export function revokeWords(grant: Grant): string {
  const asks =
    grant.kind === 'command'
      ? `The ${grant.command?.of === 'mcp' ? 'call' : 'command'} will ask again the next time.`
      : 'What it opened will ask again the next time.';
  return `${asks} What runs already may keep what it has open.`;
}
