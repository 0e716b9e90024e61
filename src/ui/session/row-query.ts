import { type RowFilter, RowKind, RowOutcome } from '../../protocol/index.ts';

/** A typed query, or what is wrong with it. */
export type RowQuery = { readonly filter: RowFilter } | { readonly problem: string };

/** Reads `kind:command,edit outcome:rejected risk>=6 asked refund`. */
export function parseRowQuery(text: string): RowQuery {
  let filter: RowFilter = {};
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    const read = readWord(filter, word);
    if ('problem' in read) return read;
    filter = read.filter;
  }
  return { filter };
}

function readWord(filter: RowFilter, word: string): RowQuery {
  const risk = /^risk>=(\d{1,2})$/.exec(word)?.[1];
  if (risk !== undefined) {
    return Number(risk) <= 10
      ? { filter: { ...filter, minRisk: Number(risk) } }
      : { problem: 'Risk is 0 to 10.' };
  }
  if (word === 'asked') return { filter: { ...filter, hasApproval: true } };
  const [, field, value = ''] = /^(kind|outcome):(.*)$/.exec(word) ?? [];
  if (field === 'kind') {
    const kinds = RowKind.array().safeParse(value.split(','));
    return kinds.success
      ? { filter: { ...filter, kinds: kinds.data } }
      : { problem: `No kind of row: ${value}` };
  }
  if (field === 'outcome') {
    const outcomes = RowOutcome.array().safeParse(value.split(','));
    return outcomes.success
      ? { filter: { ...filter, outcomes: outcomes.data } }
      : { problem: `No outcome: ${value}` };
  }
  return { filter: { ...filter, words: [...(filter.words ?? []), word.slice(0, 200)] } };
}

/** The query that reads as this filter. */
export function writeRowQuery(filter: RowFilter): string {
  return [
    filter.kinds?.length ? `kind:${filter.kinds.join(',')}` : '',
    filter.outcomes?.length ? `outcome:${filter.outcomes.join(',')}` : '',
    filter.minRisk === undefined ? '' : `risk>=${filter.minRisk}`,
    filter.hasApproval === true ? 'asked' : '',
    ...(filter.words ?? []),
  ]
    .filter((part) => part !== '')
    .join(' ');
}
