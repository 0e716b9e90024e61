import { Check, Hand, Loader, Minus, X } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { Approval, ApprovalContext, ScriptStep } from '../../protocol/index.ts';
import { countThings } from '../../timeline/index.ts';
import { formatDuration, Icon, SafeText } from '../marks/index.ts';
import { foldPayload, splitWords, UNFOLD_CHARS, unfoldWords } from './fold-payload.ts';
import css from './payload.module.css';

/** A text of which nothing is out of sight: lines break between words, and within one only where it is too wide. */
function WordLines(props: { readonly text: string; readonly after?: string }): ReactNode {
  const lines = props.text.split('\n');
  const { after = '' } = props;
  return lines.map((line, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other name than their place
    <span key={at} className={css['codeLine']}>
      {splitWords(line).map((part, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: words have no other name than their place
        <span key={place} className={/^[ \t]/.test(part) ? css['gap'] : css['word']}>
          <SafeText text={part} maxChars={part.length} isBlock />
        </span>
      ))}
      {at === lines.length - 1 && after !== '' && <span className={css['op']}>{`  ${after}`}</span>}
    </span>
  ));
}

/** Unfolded, a piece at a time. */
function WholeText(props: { readonly text: string; readonly after: string }): ReactNode {
  const [shown, setShown] = useState(UNFOLD_CHARS);
  const { text, after } = props;
  const rest = text.length - shown;
  return (
    <>
      <WordLines text={text.slice(0, shown)} after={rest > 0 ? '' : after} />
      {rest > 0 && (
        <button type="button" className={css['fold']} onClick={() => setShown(shown + UNFOLD_CHARS)}>
          Show more ({rest.toLocaleString('en')} characters folded)
        </button>
      )}
    </>
  );
}

/** The exact text that is asked about; a long one begins folded in the middle, and says how much that is. */
function LitText(props: { readonly text: string; readonly after: string }): ReactNode {
  const { after } = props;
  const [isWhole, setWhole] = useState(false);
  const folded = foldPayload(props.text);
  if (isWhole) return <WholeText text={props.text} after={after} />;
  return (
    <>
      <WordLines text={folded.head} after={folded.tail === '' ? after : ''} />
      {folded.tail !== '' && (
        <>
          <button type="button" className={css['fold']} onClick={() => setWhole(true)}>
            {unfoldWords(folded)}
          </button>
          <WordLines text={folded.tail} after={after} />
        </>
      )}
    </>
  );
}

const STEP_ICONS = { done: Check, running: Loader, later: Minus, here: Hand };

function stepEnd(step: ScriptStep): string {
  if (step.state === 'running') return 'running';
  if (step.state !== 'done') return '';
  const took = step.durationMs === undefined ? '' : `, ${formatDuration(step.durationMs)}`;
  if (step.outcome !== undefined && step.outcome !== 'ran') return step.outcome;
  return step.exitCode === undefined || step.exitCode === 0 ? `ran${took}` : `exit ${step.exitCode}${took}`;
}

function iconOf(step: ScriptStep): typeof Check {
  const isBad = step.state === 'done' && ((step.exitCode ?? 0) !== 0 || (step.outcome ?? 'ran') !== 'ran');
  return isBad ? X : STEP_ICONS[step.state];
}

function OtherStep(props: { readonly step: ScriptStep }): ReactNode {
  const { step } = props;
  const { head } = foldPayload(step.text);
  return (
    <li className={css['step']}>
      <Icon of={iconOf(step)} size={14} />
      <code className={css['code']}>
        <WordLines text={head} after={`${head.length < step.text.length ? '… ' : ''}${step.operator}`} />
      </code>
      <span className={css['end']}>{stepEnd(step)}</span>
    </li>
  );
}

/** Too long to share its lines with what stands at their end. */
function isLong(text: string): boolean {
  return text.length > 40 || text.includes('\n');
}

function LitStep(props: {
  readonly approval: Approval;
  readonly end: string;
  readonly operator: string;
  readonly isLit: boolean;
}): ReactNode {
  const { approval, end, operator, isLit } = props;
  return (
    <li
      className={`${css['step']} ${isLit ? css['lit'] : ''} ${isLong(approval.text) ? css['long'] : ''}`}
      {...(isLit && { 'aria-current': 'step' as const })}
    >
      <Icon of={Hand} size={14} />
      <code className={css['code']} data-payload="">
        <LitText key={approval.digest} text={approval.text} after={operator} />
      </code>
      <span className={css['end']}>{end}</span>
    </li>
  );
}

function counted(count: number, where: string): ReactNode {
  if (count === 0) return null;
  return (
    <li className={css['countedSteps']}>
      {countThings(count, 'step')} {where}
    </li>
  );
}

/** The script, one step per line, with the one that is asked about lit. `isLit` is false once it is settled. */
export function CardPayload(props: {
  readonly approval: Approval;
  readonly context: ApprovalContext | undefined;
  readonly isLit: boolean;
}): ReactNode {
  const { approval, context, isLit } = props;
  const steps = context?.steps ?? [];
  const hasHere = steps.some((step) => step.state === 'here');
  if (context === undefined || !hasHere || !isLit) {
    return (
      <ol className={css['payload']}>
        <LitStep approval={approval} end={approval.approvalId} operator="" isLit={isLit} />
      </ol>
    );
  }
  const end =
    context.stepCount > 1 ? `step ${context.stepNumber} of ${context.stepCount}` : approval.approvalId;
  return (
    <ol className={css['payload']}>
      {counted(context.stepsBefore, 'before')}
      {steps.map((step) =>
        step.state === 'here' ? (
          <LitStep key={step.stepId} approval={approval} end={end} operator={step.operator} isLit />
        ) : (
          <OtherStep key={step.stepId} step={step} />
        ),
      )}
      {counted(context.stepsAfter, 'after')}
    </ol>
  );
}
