import { Clock } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Approval } from '../../protocol/index.ts';
import { folderNameOf, useLive } from '../local/index.ts';
import { Age, formatTime, Icon, SafeText } from '../marks/index.ts';
import css from './card.module.css';
import { CardQuotes, EffectRows, GrantWords } from './card-facts.tsx';
import { CardHost } from './card-host.tsx';
import { CardOutcome, type Outcome, OutcomeLinks } from './card-outcome.tsx';
import { CardPayload } from './card-payload.tsx';
import { CardRisk } from './card-risk.tsx';
import { plainSentence } from './card-words.ts';
import { EditFiles } from './edit-files.tsx';
import { ExplainPane } from './explain-pane.tsx';
import { RequestChoice } from './request-choice.tsx';
import { ShownPath } from './shown-path.tsx';
import type { Card } from './use-card.ts';

/** How long it has waited; when it was settled; or of what time this is. */
function WhoEnd(props: { readonly card: Card; readonly approval: Approval }): ReactNode {
  const { card, approval } = props;
  const lostSince = useLive((view) => (view.connection.state === 'lost' ? view.connection.since : undefined));
  const { settled, isOpen } = card.question;
  if (!card.isConnected) return lostSince === undefined ? 'not connected' : `as of ${formatTime(lostSince)}`;
  if (settled !== undefined) return formatTime(settled.settledAt);
  if (!isOpen) return null;
  return (
    <>
      <Icon of={Clock} size={12} />
      waiting <Age since={approval.askedAt} />
    </>
  );
}

function WhoLine(props: { readonly card: Card; readonly approval: Approval }): ReactNode {
  const { context, head } = props.card.question;
  const name = folderNameOf(props.approval.workspace);
  const agent = context?.agentName ?? props.approval.agentName ?? head?.agentName;
  return (
    <div className={css['who']}>
      <b>
        <SafeText text={name} maxChars={120} />
      </b>
      <span className={css['agent']}>
        {agent !== undefined && <SafeText text={agent} maxChars={100} />}
        {context !== undefined && context.turn > 0 && ` · turn ${context.turn}`}
      </span>
      <span className={css['push']} />
      <span className={css['age']}>
        <WhoEnd {...props} />
      </span>
    </div>
  );
}

function Folders(props: { readonly approval: Approval }): ReactNode {
  const { cwd, workspace } = props.approval;
  return (
    <p className={css['cwd']}>
      in <ShownPath path={cwd} />
      {cwd !== workspace && (
        <>
          {' · session in '}
          <ShownPath path={workspace} />
        </>
      )}
    </p>
  );
}

/** What came of it, as far as this page knows. */
export function outcomeOf(card: Card): Outcome | undefined {
  const { sending } = card.answer;
  if (card.question.settled !== undefined) return card.question.settled;
  return sending.state === 'late' ? sending : undefined;
}

/** Everything of a card but its answers. */
export function CardBody(props: {
  readonly card: Card;
  readonly approval: Approval;
  readonly sentenceId: string;
}): ReactNode {
  const { card, approval, sentenceId } = props;
  const { context, isOpen } = card.question;
  const outcome = outcomeOf(card);
  const isLit = isOpen && outcome === undefined;
  const wasLate = useLive((view) => view.answers.get(approval.approvalId)?.state === 'late');
  const isLate = wasLate || card.answer.sending.state === 'late';
  return (
    <>
      <WhoLine card={card} approval={approval} />
      <h2
        id={sentenceId}
        className={`${css['sentence']} ${outcome?.outcome === 'withdrawn' ? css['struck'] : ''}`}
      >
        <SafeText text={context?.sentence ?? plainSentence(approval)} />
      </h2>
      {isLit && <CardHost approval={approval} />}
      <div>
        <CardPayload approval={approval} context={context} isLit={isLit} />
        {approval.files !== undefined && <EditFiles files={approval.files} />}
        <Folders approval={approval} />
      </div>
      {outcome !== undefined && <CardOutcome settled={outcome} isLate={isLate} />}
      {outcome !== undefined && <OutcomeLinks approval={approval} hasKeyCaps={card.focus.hasFocus} />}
      {context !== undefined && isLit && <EffectRows effects={context.effects} />}
      {approval.requested === undefined ? (
        <GrantWords grant={approval.grant} />
      ) : (
        <RequestChoice
          requested={approval.requested}
          left={card.draft.left}
          isOpen={isLit}
          onChange={card.draft.leave}
        />
      )}
      <CardRisk
        risk={approval.risk}
        before={card.before?.risk}
        isExpanded={card.draft.isExpanded}
        hasKeyCap={card.focus.hasFocus}
        onToggle={() => card.run('toggle-evidence')}
      />
      <CardQuotes approval={approval} context={isLit ? context : undefined} />
      {approval.runId !== undefined && (
        <ExplainPane key={approval.runId} sessionId={approval.sessionId} runId={approval.runId} />
      )}
    </>
  );
}
