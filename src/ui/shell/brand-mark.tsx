import type { ReactNode } from 'react';

/** The gate: an arch, its two leaves, and the line of light between them. Takes the colour of the text around it. */
export function BrandMark(props: { readonly size?: number }): ReactNode {
  const { size = 18 } = props;
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      <path d="M1.75 15V8a6.25 6.25 0 0 1 12.5 0v7" fill="none" stroke="currentColor" strokeWidth="1.5" />
      <path d="M4 15V8a4 4 0 0 1 3-3.87V15zM12 15V8a4 4 0 0 0-3-3.87V15z" fill="currentColor" />
    </svg>
  );
}
