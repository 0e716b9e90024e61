import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import css from './marks.module.css';

/** An icon beside words that say the same: hidden from screen readers. */
export function Icon(props: { readonly of: LucideIcon; readonly size?: 16 | 14 | 12 }): ReactNode {
  const { of: Shape, size = 16 } = props;
  const sized = size === 14 ? css['small'] : size === 12 ? css['tiny'] : '';
  return <Shape aria-hidden="true" className={`${css['icon']} ${sized}`} />;
}
