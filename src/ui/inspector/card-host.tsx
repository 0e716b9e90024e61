import type { ReactNode } from 'react';
import type { Approval } from '../../protocol/index.ts';
import { SafeText } from '../marks/index.ts';
import css from './payload.module.css';

/** Reasons that say what kind of place it is. */
const PLACE_REASONS = new Set(['blocked-host', 'private-address', 'publish-port']);

/** The host and port of a connection that waits, large and exact, and what is known of them. */
export function CardHost(props: { readonly approval: Approval }): ReactNode {
  const { kind, grant, reasons } = props.approval;
  const place = reasons.find(({ code }) => PLACE_REASONS.has(code));
  if (kind !== 'net' || place === undefined) return null;
  const [target] = grant?.hosts ?? [];
  const isPrivate = place.code === 'private-address';
  return (
    <div className={css['host']}>
      {target !== undefined && (
        <code className={css['hostName']}>
          <SafeText text={target.host} maxChars={300} isBlock />
          {target.port !== undefined && <span className={css['hostPort']}>:{target.port}</span>}
        </code>
      )}
      {isPrivate && <b className={css['private']}>private address</b>}
      <span className={css['place']}>
        <SafeText text={place.text} maxChars={600} />
      </span>
    </div>
  );
}
