import { type ReactNode, useEffect, useId, useRef } from 'react';
import type { Approval } from '../../protocol/index.ts';
import { Segmented } from '../controls/index.ts';
import css from './answers.module.css';
import { cannedReasons, feedbackCount, MAX_FEEDBACK } from './card-words.ts';
import { PanelFoot, type PanelProps } from './panel-foot.tsx';
import { RuleLine } from './rule-line.tsx';

export interface RejectWords {
  readonly feedback: string;
  readonly stopTurn: boolean;
  /** For how long the same is refused without a question. */
  readonly scope: RejectScope;
}

export type RejectScope = 'once' | 'session' | 'always';

/** For how long a no can hold here; for always only with the line that would be saved. */
export function rejectScopes(approval: Approval): RejectScope[] {
  const isAlways = approval.always?.forbid !== undefined;
  return ['once', 'session', ...(isAlways ? (['always'] as const) : [])];
}

const REJECT_WORDS: Record<RejectScope, string> = {
  once: 'this time',
  session: 'this session',
  always: 'always',
};

const REJECT_COVERS: Record<Exclude<RejectScope, 'once'>, string> = {
  session: 'The same is refused without a question until this session ends.',
  always: 'This line is saved as a rule. It holds in every session, until it is taken out of the file.',
};

/** The feedback with a canned reason put in, or taken out again where it is all there is. */
export function withReason(feedback: string, reason: string, canned: readonly string[]): string {
  const typed = feedback.trim();
  if (typed === reason) return '';
  if (typed === '' || canned.includes(typed)) return reason;
  return typed.includes(reason) ? feedback : `${typed}\n${reason}`;
}

/** Why not: the words reach whoever asked, in the result of the call. */
export function RejectPanel(
  props: PanelProps & {
    readonly approval: Approval;
    readonly words: RejectWords;
    onChange(words: RejectWords): void;
  },
): ReactNode {
  const { approval, words, onChange } = props;
  const area = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const canned = cannedReasons(approval);
  const count = feedbackCount(words.feedback.length);
  // the person has just asked for a place to write
  useEffect(() => area.current?.focus({ preventScroll: true }), []);
  return (
    <>
      <h3 className={css['panelTitle']} id={id}>
        Why not?
      </h3>
      <div className={css['reasons']} data-choice="">
        {canned.map((reason) => (
          <button
            key={reason}
            type="button"
            className={css['reason']}
            aria-pressed={words.feedback.includes(reason)}
            onClick={() => onChange({ ...words, feedback: withReason(words.feedback, reason, canned) })}
          >
            {reason}
          </button>
        ))}
      </div>
      <textarea
        ref={area}
        className={css['area']}
        aria-labelledby={id}
        rows={3}
        maxLength={MAX_FEEDBACK}
        value={words.feedback}
        spellCheck={false}
        onChange={(event) => onChange({ ...words, feedback: event.target.value })}
      />
      {count !== undefined && <p className={css['hint']}>{count}</p>}
      <div className={css['forRow']} data-choice="">
        <span>for</span>
        <Segmented
          label="For how long it is rejected"
          value={words.scope}
          isFull
          choices={rejectScopes(approval).map((scope) => ({ value: scope, words: REJECT_WORDS[scope] }))}
          onChange={(scope) => onChange({ ...words, scope })}
        />
      </div>
      {words.scope !== 'once' && <p className={css['covers']}>{REJECT_COVERS[words.scope]}</p>}
      {words.scope === 'always' && <RuleLine line={approval.always?.forbid} file={approval.always?.file} />}
      <label className={css['check']} data-choice="">
        <input
          type="checkbox"
          checked={words.stopTurn}
          onChange={(event) => onChange({ ...words, stopTurn: event.target.checked })}
        />
        Also stop the turn
      </label>
      <PanelFoot {...props} look="deny" words="Reject" />
    </>
  );
}
