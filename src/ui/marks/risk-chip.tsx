import { Ban, CircleDashed, type LucideIcon, OctagonAlert, ShieldCheck, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { RiskLevel } from '../../protocol/index.ts';
import css from './marks.module.css';

const SHAPES: Record<RiskLevel, { readonly icon: LucideIcon; readonly word: string }> = {
  low: { icon: ShieldCheck, word: 'Low' },
  medium: { icon: TriangleAlert, word: 'Medium' },
  high: { icon: OctagonAlert, word: 'High' },
  critical: { icon: Ban, word: 'Critical' },
};

/** Risk as icon, word, number and colour, always all four; `null` is "not reviewed", without number and colour. */
export function RiskChip(props: {
  readonly risk: { readonly score: number; readonly level: RiskLevel } | null;
  /** Cards write `7/10`. */
  readonly isOnCard?: boolean;
  /** Without tint and frame, for rail and rows. */
  readonly isBare?: boolean;
}): ReactNode {
  const { risk, isOnCard = false, isBare = false } = props;
  const bare = isBare ? css['bare'] : '';
  if (risk === null) {
    return (
      <span className={`${css['risk']} ${css['notReviewed']} ${bare}`}>
        <CircleDashed aria-hidden="true" />
        Not reviewed
      </span>
    );
  }
  const { icon: Shape, word } = SHAPES[risk.level];
  return (
    <span className={`${css['risk']} ${css[risk.level]} ${bare}`}>
      <Shape aria-hidden="true" />
      {word} <b>{isOnCard ? `${risk.score}/10` : risk.score}</b>
    </span>
  );
}
