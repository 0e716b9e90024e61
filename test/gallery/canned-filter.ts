import type { RowCounts, RowFilter, TimelineRow } from '../../src/protocol/index.ts';
import type { RowSource } from './scene.ts';

/** Whether a row fits, as the engine sees it. */
export function fitsFilter(row: TimelineRow, filter: RowFilter): boolean {
  const { kinds, outcomes, hasApproval, minRisk, words } = filter;
  if (kinds !== undefined && !kinds.includes(row.kind)) return false;
  if (outcomes !== undefined && !outcomes.includes(row.outcome)) return false;
  if (hasApproval !== undefined && (row.approvalId !== undefined) !== hasApproval) return false;
  if (minRisk !== undefined && minRisk > 0 && (row.risk?.score ?? -1) < minRisk) return false;
  const said = [row.text, row.note, row.approvalId, row.runId, row.grantId].join('\n').toLowerCase();
  return (words ?? []).every((word) => said.includes(word.toLowerCase()));
}

export function countRows(source: RowSource): RowCounts {
  const counts = { all: source.total, commands: 0, files: 0, network: 0, approvals: 0 };
  for (let index = 0; index < source.total; index += 1) {
    const row = source.at(index);
    if (row?.kind === 'command') counts.commands += 1;
    if (row?.kind === 'edit' || row?.kind === 'denial') counts.files += 1;
    if (row?.kind === 'network') counts.network += 1;
    if (row?.approvalId !== undefined) counts.approvals += 1;
  }
  return counts;
}
