import type { ReactNode } from 'react';
import { SafeText } from '../marks/index.ts';
import css from './answers.module.css';

/** The line that an answer for always would save, whole, and where. */
export function RuleLine(props: {
  readonly line: string | undefined;
  readonly file: string | undefined;
}): ReactNode {
  if (props.line === undefined) return null;
  return (
    <div className={css['rule']}>
      <pre>
        <SafeText text={props.line} maxChars={8000} isBlock />
      </pre>
      {props.file !== undefined && (
        <p>
          in <SafeText text={props.file} maxChars={4096} />
        </p>
      )}
    </div>
  );
}
