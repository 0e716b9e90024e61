import { type ReactNode, useEffect, useId, useRef } from 'react';
import type { Approval } from '../../protocol/index.ts';
import { showText } from '../../timeline/index.ts';
import { SafeText } from '../marks/index.ts';
import css from './answers.module.css';
import { PanelFoot, type PanelProps } from './panel-foot.tsx';

/** As the protocol takes it. */
const MAX_TEXT = 65_536;

/** A field shows nothing of characters that hide or turn; where there are some, the text stands below it with them. */
function WithHidden(props: { readonly text: string }): ReactNode {
  const { text } = props;
  if (showText(text, text.length) === text.replaceAll('\t', '  ')) return null;
  return (
    <p className={css['covers']}>
      With what a field does not show:{' '}
      <code data-hidden="">
        <SafeText text={text} maxChars={text.length} isBlock />
      </code>
    </p>
  );
}

/** The text as the person would have it. It is split and judged anew, and asked about under an ID of its own. */
export function EditPanel(
  props: PanelProps & {
    readonly approval: Approval;
    readonly text: string;
    onChange(text: string): void;
  },
): ReactNode {
  const area = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const isSame = props.text.trim() === '' || props.text === props.approval.text;
  // the person has just asked for a place to write
  useEffect(() => area.current?.focus({ preventScroll: true }), []);
  return (
    <>
      <h3 className={css['panelTitle']} id={id}>
        Run this instead
      </h3>
      <textarea
        ref={area}
        className={`${css['area']} ${css['code']}`}
        aria-labelledby={id}
        rows={4}
        maxLength={MAX_TEXT}
        value={props.text}
        spellCheck={false}
        onChange={(event) => props.onChange(event.target.value)}
      />
      <WithHidden text={props.text} />
      <p className={css['covers']}>
        What was asked is not run. This text is judged anew, and you are asked again where it needs that.
      </p>
      <PanelFoot {...props} isDisabled={props.isDisabled || isSame} look="allow" words="Judge this text" />
    </>
  );
}
