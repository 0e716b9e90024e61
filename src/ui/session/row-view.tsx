import { memo, type ReactNode } from 'react';
import type { TimelineRow } from '../../protocol/index.ts';
import { formatTime, Icon, OutcomeMark, SafeText } from '../marks/index.ts';
import { CELL, rowRole } from './grid-roles.ts';
import { TAIL_LINES } from './row-layout.ts';
import { RowDuration, RowOutcomeCell, RowText } from './row-parts.tsx';
import { headOfScript, iconOfRow, nameOfKind } from './row-wording.ts';
import css from './rows.module.css';

/** Where a row stands, and whether it is the selected one. */
interface RowPlace {
  readonly position: number;
  /** Px from the top of all rows. */
  readonly start: number;
  readonly isSelected: boolean;
}

/** The id of the element of a row, for `aria-activedescendant`. */
export const rowElementId = (position: number): string => `timeline-row-${position}`;

/** What every row has in common. */
function frameOf({ position, start, isSelected }: RowPlace, classes: string) {
  return {
    ...rowRole(position + 1),
    id: rowElementId(position),
    'aria-selected': isSelected,
    'data-position': position,
    className: `${css['place']} ${classes} ${isSelected ? css['selected'] : ''}`,
    style: { transform: `translateY(${start}px)` },
  };
}

function TimeCell(props: { readonly row: TimelineRow }): ReactNode {
  const { row } = props;
  return (
    <>
      <time {...CELL} className={css['time']} dateTime={new Date(row.at).toISOString()}>
        {formatTime(row.at)}
      </time>
      <Icon of={iconOfRow(row)} />
    </>
  );
}

function TurnRow(props: RowPlace & { readonly row: TimelineRow }): ReactNode {
  const { row } = props;
  const { line, moreLines } = headOfScript(row.text);
  const isPlain = row.outcome === 'none' || (row.outcome === 'ran' && row.exitCode === 0);
  return (
    <div {...frameOf(props, `${css['row']} ${css['turn']}`)}>
      <TimeCell row={row} />
      <div {...CELL} className={css['text']}>
        <h2>
          <SafeText text={line} />
          {(moreLines > 0 || row.isCut) && ' …'}
        </h2>
      </div>
      <div {...CELL} className={css['turnEnd']}>
        {!isPlain && <OutcomeMark row={row} />}
        {row.note !== undefined && (
          <span className={css['meta']}>
            <SafeText text={row.note} />
          </span>
        )}
      </div>
    </div>
  );
}

const MORE_LINES = new Intl.NumberFormat('en-GB');

/** `212 more lines`; `more than …` where the middle of the output was not kept, and so not counted. */
function countMoreLines(moreLines: number, isCapped: boolean): string {
  return `${isCapped ? 'more than ' : ''}${MORE_LINES.format(moreLines)} more ${moreLines === 1 ? 'line' : 'lines'}`;
}

function OutputRow(props: RowPlace & { readonly row: TimelineRow; readonly lines: readonly string[] }) {
  const { row, lines } = props;
  const moreLines = (row.tail?.moreLines ?? 0) + Math.max(0, lines.length - TAIL_LINES);
  return (
    <div {...frameOf(props, css['tail'] ?? '')}>
      <div {...CELL} className={css['tailText']}>
        <span className="visually-hidden">output </span>
        {lines.slice(-TAIL_LINES).map((line, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have nothing but their place
          <div key={place}>
            <SafeText text={line} />
          </div>
        ))}
      </div>
      {moreLines > 0 && (
        <div {...CELL} className={css['more']}>
          {countMoreLines(moreLines, row.tail?.isCapped === true)}
        </div>
      )}
    </div>
  );
}

function PlainRow(props: RowPlace & { readonly row: TimelineRow }): ReactNode {
  const { row } = props;
  const isWaiting = row.outcome === 'waiting';
  const level =
    isWaiting && (row.risk?.level === 'high' || row.risk?.level === 'critical') ? row.risk.level : '';
  const said = row.kind === 'message' || row.kind === 'note' ? css['quiet'] : '';
  return (
    <div
      {...frameOf(props, `${css['row']} ${said} ${isWaiting ? css['waiting'] : ''} ${level && css[level]}`)}
    >
      <TimeCell row={row} />
      <div {...CELL} className={css['text']}>
        <span className="visually-hidden">{nameOfKind(row.kind)} </span>
        <RowText row={row} />
      </div>
      <RowOutcomeCell row={row} />
      <div {...CELL} className={css['duration']}>
        <RowDuration row={row} />
      </div>
    </div>
  );
}

/** A still shape where a row is not there yet. */
function MissingRow(props: RowPlace): ReactNode {
  const width = 90 + ((props.position * 37) % 120);
  return (
    <div {...frameOf(props, `${css['row']} ${css['missing']}`)}>
      <div {...CELL} className={css['shape']}>
        <span className="visually-hidden">loading</span>
      </div>
      <i className={css['shape']} />
      <i className={css['shape']} style={{ width }} />
      <i className={css['shape']} />
    </div>
  );
}

/** One row of the timeline, whatever it is about. Drawn anew only when it is another row or stands elsewhere. */
export const RowView = memo(function RowView(
  props: RowPlace & { readonly row: TimelineRow | undefined },
): ReactNode {
  const { row, ...place } = props;
  if (row === undefined) return <MissingRow {...place} />;
  if (row.kind === 'turn') return <TurnRow row={row} {...place} />;
  const lines = row.kind === 'output' ? (row.tail?.lines ?? []) : [];
  if (lines.length > 0) return <OutputRow row={row} lines={lines} {...place} />;
  return <PlainRow row={row} {...place} />;
});
