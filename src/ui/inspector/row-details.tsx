import { type ReactNode, useState } from 'react';
import type { SessionId, TimelineRow } from '../../protocol/index.ts';
import { countThings } from '../../timeline/index.ts';
import { Button } from '../controls/index.ts';
import { goTo, useLive, usePage } from '../local/index.ts';
import { formatDuration, formatTime, OutcomeMark, RiskChip, SafeText } from '../marks/index.ts';
import { byWords } from './card-words.ts';
import { ExplainPane } from './explain-pane.tsx';
import { GrantCard } from './grant-card.tsx';
import css from './inspector.module.css';
import { OutputPane } from './output-pane.tsx';

function Fact(props: { readonly name: string; readonly children: ReactNode }): ReactNode {
  return (
    <div className={css['fact']}>
      <dt>{props.name}</dt>
      <dd>{props.children}</dd>
    </div>
  );
}

function Took(props: { readonly row: TimelineRow }): ReactNode {
  const { startedAt, endedAt } = props.row;
  if (startedAt === undefined) return null;
  return (
    <>
      <Fact name="started">{formatTime(startedAt)}</Fact>
      {endedAt !== undefined && <Fact name="took">{formatDuration(endedAt - startedAt)}</Fact>}
    </>
  );
}

function AnswerFacts(props: { readonly row: TimelineRow }): ReactNode {
  const { by, scope, feedback } = props.row;
  return (
    <>
      {by !== undefined && (
        <Fact name="answered">
          <SafeText text={byWords(by)} maxChars={200} />
        </Fact>
      )}
      {scope !== undefined && (
        <Fact name="for">
          <SafeText text={scope} maxChars={100} />
        </Fact>
      )}
      {feedback !== undefined && feedback !== '' && (
        <Fact name="feedback">
          <q>
            <SafeText text={feedback} maxChars={4000} isBlock />
          </q>
        </Fact>
      )}
    </>
  );
}

/** The question of a row, settled or not, with the way to its card. */
function QuestionFact(props: { readonly row: TimelineRow }): ReactNode {
  const page = usePage();
  const { approvalId } = props.row;
  if (approvalId === undefined) return null;
  const onOpen = (): void => {
    const { route } = page.local.getState();
    if (route.screen === 'session') {
      goTo(page, { screen: 'session', sessionId: route.sessionId, approvalId });
    } else page.local.setState({ openApprovalId: approvalId });
  };
  return (
    <Fact name="question">
      <code>{approvalId}</code>{' '}
      <Button isCompact onPress={onOpen}>
        Open
      </Button>
    </Fact>
  );
}

function RowFacts(props: { readonly row: TimelineRow }): ReactNode {
  const { row } = props;
  return (
    <dl className={css['facts']}>
      <Fact name="at">{formatTime(row.at)}</Fact>
      {row.outcome !== 'none' && (
        <Fact name="outcome">
          <OutcomeMark row={row} />
        </Fact>
      )}
      {row.exitCode !== undefined && <Fact name="status">{row.exitCode}</Fact>}
      {row.signal !== undefined && <Fact name="signal">{row.signal}</Fact>}
      <Took row={row} />
      {row.note !== undefined && (
        <Fact name="note">
          <SafeText text={row.note} maxChars={2000} />
        </Fact>
      )}
      {row.risk !== undefined && (
        <Fact name="risk">
          <RiskChip risk={row.risk} isOnCard />
        </Fact>
      )}
      <QuestionFact row={row} />
      <AnswerFacts row={row} />
    </dl>
  );
}

function RowText(props: { readonly row: TimelineRow }): ReactNode {
  const { row } = props;
  if (row.text === '') return null;
  return (
    <div className={css['text']}>
      <code>
        <SafeText text={row.text} maxChars={2000} isBlock />
      </code>
      {row.isCut && (
        <p className={css['meta']}>
          Only its first {countThings(row.text.length, 'character')} are kept in the list.
        </p>
      )}
    </div>
  );
}

function RowGrant(props: { readonly row: TimelineRow }): ReactNode {
  const grants = useLive((view) => view.grants);
  const grant = grants.find((one) => one.grantId === props.row.grantId);
  if (props.row.grantId === undefined) return null;
  return grant === undefined ? (
    <p className={css['quiet']}>It does not hold any more.</p>
  ) : (
    <ul>
      <GrantCard grant={grant} />
    </ul>
  );
}

/** Runs that may have printed something; what a script printed is read by its own row. */
function hasOutput(row: TimelineRow): boolean {
  return row.runId !== undefined && ['turn', 'output', 'command'].includes(row.kind);
}

/** Runs that were judged by themselves; a whole script is judged step by step. */
function isJudged(row: TimelineRow): boolean {
  const kinds = ['command', 'edit', 'network', 'tool', 'approval', 'denial'];
  return row.runId !== undefined && kinds.includes(row.kind);
}

/** One row of the timeline, in full. */
export function RowDetails(props: {
  readonly row: TimelineRow;
  readonly sessionId: SessionId | undefined;
}): ReactNode {
  const { row, sessionId } = props;
  const [isOutputOpen, setOutputOpen] = useState(row.kind === 'output');
  const { runId } = row;
  return (
    <div className={css['scroll']}>
      <RowText row={row} />
      <RowFacts row={row} />
      <RowGrant row={row} />
      {isJudged(row) && runId !== undefined && sessionId !== undefined && (
        <ExplainPane key={runId} sessionId={sessionId} runId={runId} />
      )}
      {hasOutput(row) && !isOutputOpen && (
        <div>
          <Button isCompact onPress={() => setOutputOpen(true)}>
            Show output
          </Button>
        </div>
      )}
      {isOutputOpen && runId !== undefined && (
        <OutputPane runId={runId} turn={`${row.outcome} ${row.endedAt ?? ''}`} />
      )}
    </div>
  );
}
