import type { ReactNode } from 'react';
import css from './marks.module.css';

/** A word in a thin frame. */
export function Tag(props: { readonly children: ReactNode }): ReactNode {
  return <span className={css['tag']}>{props.children}</span>;
}

/** A key, as it is named on the keyboard. */
export function Kbd(props: { readonly children: ReactNode }): ReactNode {
  return <kbd className={css['kbd']}>{props.children}</kbd>;
}
