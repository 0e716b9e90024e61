import { memo, type ReactNode } from 'react';
import { type Approval, isDelegated, type SettledApproval } from '../../protocol/index.ts';
import { byWords } from '../inspector/index.ts';
import { folderNameOf } from '../local/index.ts';
import { OutcomeMark, RiskChip, SafeText } from '../marks/index.ts';
import { ActionIcon } from './action-icon.tsx';
import { CELL, rowRole } from './grid-roles.ts';
import css from './inbox.module.css';
import { listAction } from './name-action.ts';

export interface RequestRowProps {
  readonly approval: Approval;
  readonly settled: SettledApproval | undefined;
  readonly isSnoozed: boolean;
  /** How long it waits, or how long ago it was settled. */
  readonly age: string;
  readonly rowIndex: number;
  readonly isCursor: boolean;
  readonly isOpen: boolean;
  readonly isSelected: boolean;
  /** The one row that may pulse. */
  readonly isMostUrgent: boolean;
  /** A script asks, no agent. */
  readonly isOfScript: boolean;
  /** The session is named, because the group is not of one. */
  readonly isSessionNamed: boolean;
  onOpen(approvalId: Approval['approvalId']): void;
  onToggle(approvalId: Approval['approvalId']): void;
}

const ASKERS: Partial<Record<Approval['kind'], string>> = {
  mcp: 'MCP server',
  agent: 'sub-agent',
  skill: 'skill',
};

/** One request in a line. It may be cut; its card never is. */
export const RequestRow = memo(function RequestRow(props: RequestRowProps): ReactNode {
  const { approval, settled } = props;
  const { approvalId, risk } = approval;
  const isGone = settled !== undefined;
  const classes = [
    css['row'],
    props.isOpen ? css['open'] : '',
    isGone || props.isSnoozed ? css['grey'] : '',
    !isGone && risk?.level === 'critical' ? css['critical'] : '',
    props.isMostUrgent ? css['pulse'] : '',
  ];
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it is a row
    // biome-ignore lint/a11y/useKeyWithClickEvents: Enter opens it, for the whole list in one place
    <div
      {...rowRole(props.rowIndex)}
      {...{ 'aria-selected': props.isSelected }}
      className={classes.join(' ')}
      tabIndex={props.isCursor ? 0 : -1}
      data-key={approvalId}
      onClick={() => props.onOpen(approvalId)}
    >
      <span {...CELL}>
        <RowCheck {...props} />
      </span>
      <span {...CELL}>
        <ActionIcon kind={approval.kind} />
      </span>
      <code {...CELL} className={`${css['action']} ${isGone ? css['struck'] : ''}`}>
        <SafeText text={listAction(approval)} />
      </code>
      <span {...CELL} className={css['who']}>
        <Asker {...props} />
      </span>
      <span {...CELL} className={css['risk']}>
        {settled === undefined ? (
          <RiskChip risk={risk} />
        ) : (
          <OutcomeMark row={{ ...settled, kind: 'approval' }} />
        )}
      </span>
      <span {...CELL} className={css['age']}>
        {props.age}
      </span>
    </div>
  );
});

function RowCheck(props: RequestRowProps): ReactNode {
  const { approval, settled, isSelected } = props;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only keeps the click on the box from opening the row
    // biome-ignore lint/a11y/useKeyWithClickEvents: as above
    <span className={css['checkPlace']} onClick={(event) => event.stopPropagation()}>
      <input
        type="checkbox"
        data-row-check=""
        className={css['check']}
        tabIndex={-1}
        aria-label={`Select ${approval.approvalId}`}
        checked={isSelected}
        disabled={settled !== undefined}
        onChange={() => props.onToggle(approval.approvalId)}
      />
    </span>
  );
}

function Asker(props: RequestRowProps): ReactNode {
  const { approval, settled } = props;
  if (settled?.by !== undefined) return <SafeText text={byWords(settled.by)} maxChars={80} />;
  if (settled !== undefined) return null;
  if (props.isSessionNamed) return <SafeText text={folderNameOf(approval.workspace)} maxChars={80} />;
  if (approval.agentName !== undefined && isDelegated(approval.agentName))
    return <SafeText text={approval.agentName} maxChars={80} />;
  return ASKERS[approval.kind] ?? (props.isOfScript ? 'script' : 'agent');
}
