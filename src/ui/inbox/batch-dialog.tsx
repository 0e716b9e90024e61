import { type ReactNode, useState } from 'react';
import type { Approval, ApprovalAnswer } from '../../protocol/index.ts';
import { Button, DialogBox, TextField } from '../controls/index.ts';
import { GrantWords, Whys } from '../inspector/index.ts';
import { folderNameOf, useLive, usePage } from '../local/index.ts';
import { RiskChip, SafeText } from '../marks/index.ts';
import { ActionIcon } from './action-icon.tsx';
import { answerBatch, type BatchResult } from './answer-batch.ts';
import css from './batch.module.css';
import { useStood } from './use-stood.ts';

/** What a person wants to answer together; the requests as they were shown then. */
export interface BatchWish {
  readonly outcome: 'allowed' | 'rejected';
  readonly approvals: readonly Approval[];
}

/** Lists every request before it is answered, and tells of every one what came of it. */
export function BatchDialog(props: {
  readonly wish: BatchWish;
  onCancel(): void;
  /** Closed after the answers were given. */
  onDone(): void;
}): ReactNode {
  const { wish } = props;
  const { actions } = usePage();
  const hasStood = useStood();
  const isReady = useLive((view) => view.connection.state === 'ready') && hasStood;
  const [feedback, setFeedback] = useState('');
  const [results, setResults] = useState<readonly BatchResult[]>([]);
  const [isSent, setIsSent] = useState(false);
  const count = wish.approvals.length;
  const isAllow = wish.outcome === 'allowed';
  const isFinished = results.length === count;
  const send = (): void => {
    setIsSent(true);
    void answerBatch(actions, wish.approvals, writeAnswer(wish.outcome, feedback), (result) =>
      setResults((before) => [...before, result]),
    );
  };
  const title = isAllow ? `Allow ${count} once?` : `Reject ${count}?`;
  return (
    <DialogBox
      title={isSent ? describeResults(results, count) : title}
      isOpen
      isSticky={isSent}
      onClose={isSent ? props.onDone : props.onCancel}
    >
      <Lines approvals={wish.approvals} results={results} />
      {isAllow && !isSent && <Meaning of={wish.approvals} />}
      {!isAllow && !isSent && (
        <TextField
          label="Tell the agents why (may be empty)"
          value={feedback}
          onChange={setFeedback}
          maxLength={4000}
          rows={2}
        />
      )}
      <div className={css['answers']}>
        {isSent ? (
          <Button isDisabled={!isFinished} onPress={props.onDone}>
            Close
          </Button>
        ) : (
          <>
            <Button onPress={props.onCancel}>Cancel</Button>
            <Button look={isAllow ? 'allow' : 'deny'} isDisabled={!isReady} onPress={send}>
              {isAllow ? `Allow ${count} once` : `Reject ${count}`}
            </Button>
          </>
        )}
      </div>
      <p role="status" className="visually-hidden">
        {isFinished ? describeResults(results, count) : ''}
      </p>
    </DialogBox>
  );
}

function writeAnswer(outcome: BatchWish['outcome'], feedback: string): ApprovalAnswer {
  if (outcome === 'allowed') return { outcome, scope: 'once' };
  return { outcome, ...(feedback.trim() !== '' && { feedback: feedback.trim() }) };
}

function describeResults(results: readonly BatchResult[], count: number): string {
  const done = results.filter((result) => result.isDone).length;
  if (results.length < count) return `Answering: ${results.length} of ${count}`;
  return done === count ? `All ${count} answered` : `${done} of ${count} answered`;
}

/** What a yes opens, and why a person is asked: it is the same for all that can be allowed together. */
function Meaning(props: { readonly of: readonly Approval[] }): ReactNode {
  const [first] = props.of;
  if (first === undefined) return null;
  return (
    <>
      <GrantWords grant={first.requested ?? first.grant} />
      <Whys texts={[...new Set(first.reasons.map(({ text }) => text))]} />
    </>
  );
}

function Lines(props: {
  readonly approvals: readonly Approval[];
  readonly results: readonly BatchResult[];
}): ReactNode {
  return (
    <ul className={css['lines']}>
      {props.approvals.map((approval) => {
        const result = props.results.find((one) => one.approval.approvalId === approval.approvalId);
        return (
          <li key={approval.approvalId}>
            <ActionIcon kind={approval.kind} />
            <span className={css['what']}>
              <code>
                <SafeText text={approval.text} maxChars={approval.text.length} isBlock />
              </code>
              <span className={css['where']}>
                {approval.approvalId} · <SafeText text={folderNameOf(approval.workspace)} maxChars={80} /> ·
                in <SafeText text={approval.cwd} />
              </span>
            </span>
            {result === undefined ? (
              <RiskChip risk={approval.risk} />
            ) : (
              <span className={result.isDone ? css['done'] : css['failed']}>
                <SafeText text={result.words} maxChars={200} />
              </span>
            )}
          </li>
        );
      })}
    </ul>
  );
}
