import type { ReactNode } from 'react';
import type { AccessGrant } from '../../protocol/index.ts';
import { SafeText } from '../marks/index.ts';
import css from './facts.module.css';
import { requestParts } from './request-parts.ts';

/** What was asked for, each part with a box: what is not ticked is not granted. */
export function RequestChoice(props: {
  readonly requested: AccessGrant;
  readonly left: ReadonlySet<string>;
  readonly isOpen: boolean;
  onChange(left: ReadonlySet<string>): void;
}): ReactNode {
  const { requested, left } = props;
  const toggle = (key: string): void => {
    const next = new Set(left);
    if (!next.delete(key)) next.add(key);
    props.onChange(next);
  };
  return (
    <fieldset className={css['request']} data-choice="">
      <legend className={css['label']}>Asked for</legend>
      {requestParts(requested).map(({ key, verb, what }) => (
        <label key={key} className={css['part']}>
          <input
            type="checkbox"
            checked={!left.has(key)}
            disabled={!props.isOpen}
            onChange={() => toggle(key)}
          />
          <span>{verb}</span>
          <code>
            <SafeText text={what} maxChars={4096} />
          </code>
        </label>
      ))}
    </fieldset>
  );
}
