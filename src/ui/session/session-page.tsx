import { type ReactNode, useEffect, useState } from 'react';
import type { RowCounts, RowFilter, SessionHead, SessionId } from '../../protocol/index.ts';
import { isEmptyFilter, keyOfFilter, writeRowQuery } from '../../timeline/index.ts';
import { Segmented } from '../controls/index.ts';
import { folderNameOf, type Pane, setPane, useLive, useLocal, usePage } from '../local/index.ts';
import { DemoGuide } from '../start/index.ts';
import { TerminalPane } from '../terminal/index.ts';
import { FailedRows, LoadingRows, NoFittingRows, NoRows } from './empty-rows.tsx';
import { FilterBar } from './filter-bar.tsx';
import { RowGrid } from './row-grid.tsx';
import css from './session.module.css';
import { SessionHeadBar } from './session-head-bar.tsx';
import { PANE_ID } from './use-letters.ts';

const EVERY_ROW: RowFilter = {};
const NO_COUNTS: RowCounts = { all: 0, commands: 0, files: 0, network: 0, approvals: 0 };

const PANES: readonly { readonly value: Pane; readonly words: string }[] = [
  { value: 'timeline', words: 'Timeline' },
  { value: 'terminal', words: 'Terminal' },
];

/** The filter of a session, kept while the page is open. */
function useFilter(sessionId: SessionId): readonly [RowFilter, (filter: RowFilter) => void] {
  const { local, actions } = usePage();
  const filter = useLocal((ui) => ui.filters.get(sessionId)) ?? EVERY_ROW;
  const setFilter = (next: RowFilter): void => {
    local.setState(({ filters }) => ({ filters: new Map(filters).set(sessionId, next) }));
    actions.setFilter(next);
  };
  return [filter, setFilter];
}

/** Follows the rows of the session for as long as it is shown. */
function useWatch(sessionId: SessionId): void {
  const { local, actions } = usePage();
  useEffect(() => {
    actions.watch(sessionId);
    const filter = local.getState().filters.get(sessionId);
    if (filter !== undefined && !isEmptyFilter(filter)) actions.setFilter(filter);
    return () => actions.watch(undefined);
  }, [local, actions, sessionId]);
}

/** What of a session is shown; of one that runs it is remembered over a reload. */
function usePane(head: SessionHead): readonly [Pane, (pane: Pane) => void] {
  const { local } = usePage();
  const [pane, show] = useState<Pane>(() => {
    const isTerminal = head.hasTerminal === true && head.state === 'open';
    return isTerminal && local.getState().terminals.includes(head.sessionId) ? 'terminal' : 'timeline';
  });
  const choose = (chosen: Pane): void => {
    show(chosen);
    setPane(local, head.sessionId, chosen);
  };
  return [pane, choose];
}

function Rows(props: {
  readonly head: SessionHead;
  readonly filter: RowFilter;
  onFilter(filter: RowFilter): void;
}): ReactNode {
  const { head, filter, onFilter } = props;
  const { actions } = usePage();
  const watched = useLive((view) => (view.watched?.sessionId === head.sessionId ? view.watched : undefined));
  if (watched?.state === 'failed') {
    const retry = (): void => {
      actions.watch(head.sessionId);
      if (!isEmptyFilter(filter)) actions.setFilter(filter);
    };
    return <FailedRows message={watched.message ?? 'The engine gave no reason.'} onRetry={retry} />;
  }
  if (watched !== undefined && watched.total > 0) {
    // rows of another filter are another list: it begins at its end, with heights of its own
    return <RowGrid key={keyOfFilter(watched.filter)} watched={watched} />;
  }
  if (watched?.state !== 'ready') return <LoadingRows name={folderNameOf(head.workspace)} />;
  if (isEmptyFilter(watched.filter)) return <NoRows isOpen={head.state === 'open'} />;
  return <NoFittingRows query={writeRowQuery(watched.filter)} onClear={() => onFilter(EVERY_ROW)} />;
}

function KnownSession(props: { readonly head: SessionHead }): ReactNode {
  const { head } = props;
  const [filter, setFilter] = useFilter(head.sessionId);
  const counts = useLive((view) => view.watched?.counts);
  const [pane, choosePane] = usePane(head);
  const mayShowTerminal = head.hasTerminal === true && (head.state === 'open' || pane === 'terminal');
  return (
    <>
      <SessionHeadBar head={head} />
      {head.origin === 'demo' && <DemoGuide head={head} />}
      {mayShowTerminal && (
        <div className={css['panes']}>
          <Segmented label="What is shown" value={pane} choices={PANES} onChange={choosePane} />
        </div>
      )}
      {pane === 'terminal' ? (
        <TerminalPane head={head} />
      ) : (
        <>
          <FilterBar filter={filter} counts={counts ?? NO_COUNTS} onChange={setFilter} />
          <Rows head={head} filter={filter} onFilter={setFilter} />
        </>
      )}
    </>
  );
}

/** One session: its head, which rows are shown, and the rows. */
export function SessionPage(props: { readonly sessionId: SessionId }): ReactNode {
  const { sessionId } = props;
  useWatch(sessionId);
  const head = useLive((view) => view.sessions.find((session) => session.sessionId === sessionId));
  const isKnown = useLive((view) => view.about !== undefined);
  return (
    <main id={PANE_ID} className={css['pane']}>
      {head !== undefined ? (
        <KnownSession key={sessionId} head={head} />
      ) : isKnown ? (
        <p className={css['gone']}>This session is not in the history any more.</p>
      ) : (
        <LoadingRows name="the session" />
      )}
    </main>
  );
}
