import { matchRules, parseRules } from '../policy/index.ts';
import { type Approval, Fault, type PrefixRule } from '../protocol/index.ts';
import type { RuleToSave, SavedRule } from './approvals/index.ts';
import { appendRule } from './config/index.ts';
import type { Session } from './session/index.ts';

/**
 * Saves the lines of answers for always in `home`; open `sessions` follow at once. A line may differ from the one that
 * was shown as long as it says the same of less.
 * Its results throw a Fault `user` for a line that does not, and where the file cannot be written.
 */
export function saveRuleIn(
  home: string,
  sessions: () => readonly Pick<Session, 'config'>[],
): (approval: Approval, rule: RuleToSave) => Promise<SavedRule> {
  return async (approval, rule) => {
    const shown = rule.decision === 'allow' ? approval.always?.allow : approval.always?.forbid;
    if (rule.line !== shown && !isNarrower(approval, rule, shown ?? ''))
      throw new Fault({
        kind: 'user',
        code: 'rule-not-shown',
        message: `the line must say the same of this command, and of no more than: ${shown ?? 'nothing'}`,
      });
    const { file } = await appendRule({ sallyportHome: home, line: rule.line });
    for (const { config } of sessions()) await config.reload(`the answer to ${approval.approvalId}`);
    return { line: rule.line, file };
  };
}

/** The same decision about a longer beginning of the command that is asked about. */
function isNarrower(approval: Approval, { decision, line }: RuleToSave, shown: string): boolean {
  const [wide, narrow] = [shown, line].map(readOnly);
  if (wide === undefined || narrow === undefined || narrow.decision !== decision) return false;
  const isLonger = wide.pattern.every(
    (word, at) => JSON.stringify(word) === JSON.stringify(narrow.pattern[at]),
  );
  const set = { prefix: [narrow], network: [], hostExecutables: [] };
  return isLonger && matchRules(approval.argv ?? [], { cwd: approval.cwd }, set).length > 0;
}

function readOnly(line: string): PrefixRule | undefined {
  const { rules, mistakes } = parseRules(line, { file: 'the rule', layer: 'user' });
  return mistakes.length === 0 && rules.prefix.length === 1 ? rules.prefix[0] : undefined;
}
