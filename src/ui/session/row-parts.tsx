import type { ReactNode } from 'react';
import type { TimelineRow } from '../../protocol/index.ts';
import { useNow } from '../local/index.ts';
import { formatAge, formatDuration, OutcomeMark, RiskChip, SafeText } from '../marks/index.ts';
import { CELL } from './grid-roles.ts';
import { tellsRisk, wordingOfRow } from './row-wording.ts';
import css from './rows.module.css';

/** What a row says: words, exact text, what is said beside it, the whole ID of a question, the risk. */
export function RowText(props: { readonly row: TimelineRow }): ReactNode {
  const { row } = props;
  const { lead, text, isExact } = wordingOfRow(row);
  const beside = row.feedback === undefined ? row.note : `“${row.feedback}”`;
  const risk = tellsRisk(row) ? row.risk : undefined;
  return (
    <>
      <span className={css['said']}>
        {lead !== undefined && `${lead} `}
        {isExact ? (
          <code>
            <SafeText text={text} />
          </code>
        ) : (
          <SafeText text={text} />
        )}
        {row.isCut && ' …'}
        {beside !== undefined && row.outcome !== 'waiting' && (
          <span className={css['beside']}>
            {' '}
            <SafeText text={beside} />
          </span>
        )}
      </span>
      {row.approvalId !== undefined && <span className={css['id']}>{row.approvalId}</span>}
      {risk !== undefined && (
        <span className={css['chip']}>
          <RiskChip risk={risk} isBare />
        </span>
      )}
    </>
  );
}

/** What came of it; of a review, the risk that it found. */
export function RowOutcomeCell(props: { readonly row: TimelineRow }): ReactNode {
  const { row } = props;
  const isReviewed = row.kind === 'review' && row.risk != null;
  return (
    <div {...CELL} className={css['outcome']}>
      {isReviewed && row.risk != null ? (
        <RiskChip risk={row.risk} isBare />
      ) : row.outcome === 'running' ? (
        <span className={css['runs']}>
          <i />
          running
        </span>
      ) : (
        <OutcomeMark row={row} />
      )}
    </div>
  );
}

function Waited(props: { readonly since: number }): ReactNode {
  const nowMs = useNow();
  return <b>{formatAge(nowMs - props.since)}</b>;
}

function Runs(props: { readonly since: number }): ReactNode {
  const nowMs = useNow();
  return formatAge(nowMs - props.since);
}

/** How long it took, or takes so far. */
export function RowDuration(props: { readonly row: TimelineRow }): ReactNode {
  const { outcome, at, startedAt, endedAt } = props.row;
  if (outcome === 'waiting') return <Waited since={at} />;
  if (outcome === 'running') return <Runs since={startedAt ?? at} />;
  if (startedAt === undefined || endedAt === undefined) return null;
  return formatDuration(endedAt - startedAt);
}
