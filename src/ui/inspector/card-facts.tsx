import { Check, Info, Lock, X } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Approval, ApprovalContext, Effect } from '../../protocol/index.ts';
import { Icon, SafeText } from '../marks/index.ts';
import { grantRows } from './card-words.ts';
import css from './facts.module.css';

function EffectPlace(props: { readonly place: Effect['place'] }): ReactNode {
  switch (props.place) {
    case 'inside':
      return (
        <>
          <Icon of={Check} size={14} />
          inside
        </>
      );
    case 'outside':
      return (
        <>
          <Icon of={X} size={14} />
          outside
        </>
      );
    case 'protected':
      return (
        <>
          <Icon of={Lock} size={14} />
          protected
        </>
      );
    case 'unknown':
      return 'not known';
    case undefined:
      return null;
  }
}

function EffectWhat(props: { readonly effect: Effect }): ReactNode {
  const { what, detail } = props.effect;
  if (what === undefined) {
    return <span className={css['nil']}>{detail === undefined ? 'none' : <SafeText text={detail} />}</span>;
  }
  return (
    <>
      <code>
        <SafeText text={what} maxChars={4096} />
      </code>
      {detail !== undefined && (
        <span className={css['detail']}>
          {' · '}
          <SafeText text={detail} />
        </span>
      )}
    </>
  );
}

/** What a run is known to touch, and whether what is enforced covers it already. */
export function EffectRows(props: { readonly effects: readonly Effect[] }): ReactNode {
  if (props.effects.length === 0) return null;
  return (
    <dl className={css['facts']}>
      {props.effects.map((effect, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two effects may be the same but for their place
        <div key={at} className={css['fact']}>
          <dt>{effect.kind}</dt>
          <dd className={css['factWhat']}>
            <EffectWhat effect={effect} />
          </dd>
          <dd className={`${css['place']} ${css[effect.place ?? 'none'] ?? ''}`}>
            <EffectPlace place={effect.place} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** What a yes opens beyond this run. */
export function GrantWords(props: { readonly grant: Approval['grant'] }): ReactNode {
  const rows = grantRows(props.grant);
  if (rows.length === 0) return null;
  return (
    <div className={css['quote']}>
      <span className={css['label']}>A yes lets it</span>
      <ul className={css['opens']}>
        {rows.map((row) => (
          <li key={row.verb}>
            {row.verb}{' '}
            {row.what.map((what, at) => (
              <span key={what}>
                {at > 0 && ', '}
                <code>
                  <SafeText text={what} maxChars={4096} />
                </code>
              </span>
            ))}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** One labelled sentence of the card. */
export function CardQuote(props: {
  readonly label: string;
  readonly text: string;
  readonly isQuoted?: boolean;
  readonly isCode?: boolean;
}): ReactNode {
  const words = <SafeText text={props.text} maxChars={8000} isBlock />;
  const text = props.isCode === true ? <code data-instead="">{words}</code> : words;
  return (
    <p className={css['quote']}>
      <span className={css['label']}>{props.label}</span> {props.isQuoted === true ? <q>{text}</q> : text}
    </p>
  );
}

/** Why a person is asked: one sentence, or a short list. */
export function Whys(props: { readonly texts: readonly string[] }): ReactNode {
  const { texts } = props;
  const [first, ...others] = texts;
  const label = 'Why you are asked';
  if (first === undefined) return null;
  if (others.length === 0) return <CardQuote label={label} text={first} />;
  return (
    <div className={css['quote']}>
      <span className={css['label']}>{label}</span>
      <ul className={css['whys']}>
        {texts.map((text) => (
          <li key={text}>
            <SafeText text={text} maxChars={8000} isBlock />
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Why a person is asked, what the agent says, what a no does, and what cannot be promised. */
export function CardQuotes(props: {
  readonly approval: Approval;
  readonly context: ApprovalContext | undefined;
}): ReactNode {
  const { approval, context } = props;
  const agentSays = approval.agentReason ?? context?.agentSays;
  return (
    <>
      <Whys texts={[...new Set(approval.reasons.map(({ text }) => text))]} />
      {agentSays !== undefined && <CardQuote label="Agent says" text={agentSays} isQuoted />}
      {context !== undefined && <CardQuote label="If you reject" text={context.ifRejected} />}
      {context?.notices.map((notice) => (
        <p key={notice} className={css['notice']}>
          <Icon of={Info} size={14} />
          <span>
            <SafeText text={notice} maxChars={2000} />
          </span>
        </p>
      ))}
    </>
  );
}
