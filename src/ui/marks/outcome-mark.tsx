import {
  Ban,
  BrickWall,
  Check,
  CircleDashed,
  CircleX,
  Clock,
  Hand,
  KeyRound,
  Loader,
  type LucideIcon,
  Minus,
  Pencil,
  Square,
  UserRound,
  X,
} from 'lucide-react';
import type { ReactNode } from 'react';
import type { RowOutcome, TimelineRow } from '../../protocol/index.ts';
import css from './marks.module.css';

/** Every end has its own mark and word; none is a risk, so none is tinted. */
interface Mark {
  readonly icon: LucideIcon;
  readonly word: string;
  readonly look: string;
}

const MARKS: Record<Exclude<RowOutcome, 'none' | 'ran'>, Mark> = {
  waiting: { icon: Hand, word: 'waiting', look: 'wait' },
  running: { icon: Loader, word: 'running', look: '' },
  allowed: { icon: Check, word: 'allowed', look: 'good' },
  rejected: { icon: CircleX, word: 'rejected', look: 'bad' },
  refused: { icon: Ban, word: 'refused', look: 'bad' },
  blocked: { icon: BrickWall, word: 'wall blocked', look: 'bad' },
  expired: { icon: Clock, word: 'expired', look: '' },
  edited: { icon: Pencil, word: 'edited', look: '' },
  withdrawn: { icon: Minus, word: 'withdrawn', look: '' },
  cancelled: { icon: Square, word: 'cancelled', look: '' },
  lost: { icon: Minus, word: 'lost', look: 'failed' },
  skipped: { icon: Minus, word: 'skipped', look: '' },
  ended: { icon: Minus, word: 'ended', look: '' },
  'review-failed': { icon: CircleDashed, word: 'review failed', look: '' },
};

type Shown = Pick<TimelineRow, 'outcome' | 'exitCode' | 'signal' | 'scope' | 'by' | 'kind'>;

function markOf(row: Shown): Mark | undefined {
  if (row.outcome === 'none') return undefined;
  if (row.outcome === 'ran') {
    if (row.signal !== undefined) return { icon: X, word: row.signal, look: 'failed' };
    if (row.exitCode === undefined) return { icon: Check, word: 'ended', look: '' };
    return row.exitCode === 0
      ? { icon: Check, word: 'exit 0', look: '' }
      : { icon: X, word: `exit ${row.exitCode}`, look: 'failed' };
  }
  if (row.kind === 'grant' && row.outcome === 'allowed') {
    return { icon: UserRound, word: row.by === 'guardian' ? 'by guardian' : 'by you', look: '' };
  }
  const mark = MARKS[row.outcome];
  if (row.outcome !== 'allowed' || row.scope === undefined) return mark;
  if (row.scope === 'once') return { ...mark, word: 'allowed once' };
  return { ...mark, icon: KeyRound, word: `allowed · ${row.scope}` };
}

/** What came of a row, as icon and word; nothing where nothing can come of it. */
export function OutcomeMark(props: { readonly row: Shown }): ReactNode {
  const mark = markOf(props.row);
  if (mark === undefined) return null;
  const { icon: Shape, word, look } = mark;
  return (
    <span className={`${css['outcome']} ${look === '' ? '' : css[look]}`}>
      <Shape aria-hidden="true" />
      <span>{word}</span>
    </span>
  );
}
