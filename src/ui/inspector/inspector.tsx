import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import type { RowKind, SessionId, TimelineRow } from '../../protocol/index.ts';
import { IconButton } from '../controls/index.ts';
import { goTo, useLocal, usePage } from '../local/index.ts';
import { Icon } from '../marks/index.ts';
import { ApprovalCard } from './approval-card.tsx';
import css from './inspector.module.css';
import { CopyButton, RequestHead } from './inspector-head.tsx';
import { RowDetails } from './row-details.tsx';
import { SessionFacts } from './session-facts.tsx';
import { useOfferedCard } from './use-offered-card.ts';

const KIND_WORDS: Record<RowKind, string> = {
  turn: 'Script',
  message: 'Message',
  command: 'Command',
  approval: 'Question',
  grant: 'Grant',
  edit: 'File',
  network: 'Connection',
  tool: 'Call of a tool',
  denial: 'Blocked by the wall',
  review: 'Review',
  output: 'Output',
  note: 'Note',
};

/** The row that is selected; the timeline keeps it up to date, and keeps it when its page of rows has gone. */
function useSelectedRow(): TimelineRow | undefined {
  const rowId = useLocal((ui) => ui.selectedRowId);
  const row = useLocal((ui) => ui.selectedRow);
  return row?.rowId === rowId ? row : undefined;
}

function RowPane(props: { readonly row: TimelineRow; readonly sessionId: SessionId | undefined }): ReactNode {
  const { row, sessionId } = props;
  const { local } = usePage();
  const id = row.runId ?? row.grantId ?? row.approvalId;
  return (
    <>
      <div className={css['head']}>
        <h2>{KIND_WORDS[row.kind]}</h2>
        {id !== undefined && (
          <>
            <code>{id}</code>
            <CopyButton text={id} label="Copy ID" />
          </>
        )}
        <span className={css['push']} />
        <IconButton
          label="Close"
          onPress={() => local.setState({ selectedRowId: undefined, selectedRow: undefined })}
        >
          <Icon of={X} size={14} />
        </IconButton>
      </div>
      <RowDetails key={row.rowId} row={row} sessionId={sessionId} />
    </>
  );
}

function SessionPane(props: { readonly sessionId: SessionId }): ReactNode {
  return (
    <>
      <div className={css['head']}>
        <h2>Session</h2>
      </div>
      <SessionFacts sessionId={props.sessionId} />
    </>
  );
}

function EmptyPane(): ReactNode {
  return (
    <>
      <div className={css['head']}>
        <h2>Request</h2>
      </div>
      <p className={css['hintBox']}>Choose a question or a row to see it here.</p>
    </>
  );
}

/** The session whose oldest question is offered: nothing else is to be shown. */
function useIdleSession(isChosen: boolean): SessionId | undefined {
  const route = useLocal((ui) => ui.route);
  return !isChosen && route.screen === 'session' ? route.sessionId : undefined;
}

/**
 * The right pane: the question that is open, else the row that is selected, else the question of the session that has
 * waited longest, else the session as a whole. A card that comes by itself does not take the focus.
 */
export function Inspector(_props: Readonly<Record<string, never>>): ReactNode {
  const page = usePage();
  const openId = useLocal((ui) => ui.openApprovalId);
  const route = useLocal((ui) => ui.route);
  const row = useSelectedRow();
  const offered = useOfferedCard(useIdleSession(openId !== undefined || row !== undefined));
  const approvalId = openId ?? offered.approvalId;
  if (approvalId !== undefined) {
    const onClose = (): void => {
      offered.close(approvalId);
      if (route.screen === 'session') goTo(page, { screen: 'session', sessionId: route.sessionId });
    };
    return (
      <div className={css['inspector']} data-shows="question">
        <RequestHead approvalId={approvalId} {...(route.screen === 'session' && { onClose })} />
        <ApprovalCard approvalId={approvalId} variant="inspector" />
      </div>
    );
  }
  if (row !== undefined) {
    return (
      <div className={css['inspector']} data-shows="row">
        <RowPane row={row} sessionId={route.screen === 'session' ? route.sessionId : undefined} />
      </div>
    );
  }
  return (
    <div className={`${css['inspector']} ${css['idle']}`} data-shows="session">
      {route.screen === 'session' ? <SessionPane sessionId={route.sessionId} /> : <EmptyPane />}
    </div>
  );
}
