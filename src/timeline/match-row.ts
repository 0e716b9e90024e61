import type { RowFilter, TimelineRow } from '../protocol/index.ts';

/** The row is about a question to a person, settled or not. */
export function hasQuestion(row: TimelineRow): boolean {
  return row.approvalId !== undefined;
}

/** Every row fits it: no condition, or only empty lists. */
export function isEmptyFilter(filter: RowFilter): boolean {
  return (
    !filter.kinds?.length &&
    !filter.outcomes?.length &&
    !filter.words?.length &&
    filter.hasApproval === undefined &&
    filter.minRisk === undefined
  );
}

/** The same text for filters that mean the same. */
export function keyOfFilter(filter: RowFilter): string {
  const sorted = (words: readonly string[] = []): readonly string[] => [...new Set(words)].sort();
  const words = filter.words?.map((word) => word.toLowerCase());
  return JSON.stringify([
    sorted(filter.kinds),
    sorted(filter.outcomes),
    filter.hasApproval ?? null,
    filter.minRisk ?? null,
    sorted(words),
  ]);
}

/** Makes the test of a filter, for many rows. An empty list is no condition. */
export function createRowTest(filter: RowFilter): (row: TimelineRow) => boolean {
  const { hasApproval, minRisk } = filter;
  const kinds = filter.kinds?.length ? new Set(filter.kinds) : undefined;
  const outcomes = filter.outcomes?.length ? new Set(filter.outcomes) : undefined;
  const words = (filter.words ?? []).map((word) => word.toLowerCase());
  return (row) =>
    (kinds === undefined || kinds.has(row.kind)) &&
    (outcomes === undefined || outcomes.has(row.outcome)) &&
    (hasApproval === undefined || hasQuestion(row) === hasApproval) &&
    (minRisk === undefined || (row.risk != null && row.risk.score >= minRisk)) &&
    (words.length === 0 || hasWords(row, words));
}

function hasWords(row: TimelineRow, words: readonly string[]): boolean {
  const { text, note, stepId, runId, approvalId, grantId } = row;
  const searched = [text, note, stepId, runId, approvalId, grantId]
    .filter((part) => part !== undefined)
    .join('\n')
    .toLowerCase();
  return words.every((word) => searched.includes(word));
}

/** Whether one row fits a filter; for many rows make the test once. */
export function matchesRow(row: TimelineRow, filter: RowFilter): boolean {
  return createRowTest(filter)(row);
}
