import type { Approval, RiskLevel } from '../../protocol/index.ts';

export type LevelChoice = 'all' | RiskLevel | 'not-reviewed';

/** The chips above the list, in their order. */
export const LEVEL_CHOICES: readonly { readonly value: LevelChoice; readonly words: string }[] = [
  { value: 'all', words: 'All' },
  { value: 'critical', words: 'Critical' },
  { value: 'high', words: 'High' },
  { value: 'medium', words: 'Medium' },
  { value: 'low', words: 'Low' },
  { value: 'not-reviewed', words: 'Not reviewed' },
];

export function levelOf(approval: Approval): Exclude<LevelChoice, 'all'> {
  return approval.risk?.level ?? 'not-reviewed';
}

/** How many questions each chip would show. */
export function countLevels(approvals: readonly Approval[]): Record<LevelChoice, number> {
  const counts = { all: approvals.length, critical: 0, high: 0, medium: 0, low: 0, 'not-reviewed': 0 };
  for (const approval of approvals) counts[levelOf(approval)] += 1;
  return counts;
}

/** Whether a question has the level and every word, in what it asks, where, by its ID or by who asks. */
export function fitsFilter(
  approval: Approval,
  agentName: string,
  filter: { readonly level: LevelChoice; readonly words: string },
): boolean {
  if (filter.level !== 'all' && levelOf(approval) !== filter.level) return false;
  const { text, workspace, cwd, approvalId } = approval;
  const all = [text, workspace, cwd, approvalId, agentName].join('\n').toLowerCase();
  return filter.words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}
