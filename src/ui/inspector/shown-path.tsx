import type { ReactNode } from 'react';
import { useLive } from '../local/index.ts';
import { SafeText } from '../marks/index.ts';
import css from './card.module.css';

/** `~/work/api` for a path below the home of the engine. */
export function shortenPath(path: string, home: string | undefined): string {
  if (home === undefined || home === '/' || home === '') return path;
  if (path === home) return '~';
  return path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}

/** A path as people write it, whole. */
export function ShownPath(props: { readonly path: string }): ReactNode {
  const home = useLive((view) => view.about?.home);
  return (
    <code className={css['path']}>
      <SafeText text={shortenPath(props.path, home)} maxChars={4096} />
    </code>
  );
}
